// The client of the hardened design, after the role page of the client.
// A function that is not async runs to its end without another coming between.

const FINISHED = ["completed", "failed"];
const LEAVING = 1000;
const SILENT = 4408;

/** A dial, a request or a socket came to nothing; `status` is what the server answered, if it did. */
export class Lost extends Error {
  constructor(status) {
    super("lost");
    this.status = status;
  }
}

/**
 * View model, poll loop, library and outbox.
 *
 * `network` makes sockets (`open`, `receive`, `send`, `close`) and requests; `clock` has `sleep(seconds, signal)`;
 * `id()` makes keys.
 */
export class Client {
  constructor(network, clock, seconds, token, refreshToken, id) {
    Object.assign(this, { network, clock, seconds, token, refreshToken, id });
    this.meals = new Map();
    this.connected = this.connecting = this.shown = false;
    this.socket = null;
    this.failures = 0;
    this.tasks = new Map();
  }

  // ------------------------------------------------------------------ the screen

  appear() {
    this.shown = true;
    this.view = new AbortController();
    this.handling = Promise.resolve();
    this.#load(this.view.signal);
    this.#poll();
    if (!this.connecting) {
      this.connecting = true;
      this.#dial();
    }
  }

  leave() {
    this.shown = this.connected = this.connecting = false;
    this.view?.abort();
    this.#stop("poll");
    this.#stop("redial");
    this.#letGo(LEAVING);
    for (const meal of this.meals.values()) if (!FINISHED.includes(meal.status)) meal.status = "";
  }

  submit(text) {
    const meal = { key: this.id(), text, status: "" };
    this.meals.set(meal.key, meal);
    this.#upload(meal);
    this.#poll();
    return meal;
  }

  reconnect() {
    if (!this.shown) return;
    this.connected = false;
    this.connecting = true;
    this.#dial();
  }

  get polling() {
    return this.tasks.has("poll");
  }

  // ------------------------------------------------------------------ the socket

  #dial() {
    this.#stop("redial");
    this.#letGo(LEAVING);
    this.socket = this.network.socket();
    this.#live(this.socket);
  }

  #letGo(code) {
    this.socket?.close(code);
    this.socket = null;
    this.#stop("ping");
    this.#stop("limit");
  }

  /** One socket, from its dial to its end; once another is held, what becomes of it is no matter. */
  async #live(socket) {
    let ready = false;
    this.#after("limit", this.seconds.dial, () => this.#ended(socket, ready, SILENT));
    try {
      await socket.open(this.token);
      for (;;) {
        const message = await socket.receive();
        if (this.socket !== socket) return;
        if (message.type === "ready" && !ready) {
          ready = true;
          this.#succeeded(socket);
        } else if (message.type === "pong") {
          this.#ponged(socket, message);
        } else if (message.type === "meal_log.completed" || message.type === "meal_log.failed") {
          const { signal } = this.view;
          this.handling = this.handling.then(() => this.#load(signal));
        }
      }
    } catch (lost) {
      if (!(lost instanceof Lost)) throw lost;
      if (lost.status === 401) this.#renew();
      this.#ended(socket, ready);
    }
  }

  #ended(socket, ready, code) {
    if (this.socket !== socket) return;
    if (code) socket.close(code);
    this.socket = null;
    this.#stop("ping");
    this.#stop("limit");
    if (!ready) this.connected = this.connecting = false;
    if (this.shown) this.#redial();
  }

  #succeeded(socket) {
    this.#stop("limit");
    this.connected = true;
    this.connecting = false;
    this.failures = 0;
    this.#ping(socket);
  }

  #ping(socket) {
    this.#after("ping", this.seconds.ping, () => {
      socket.send({ type: "ping" });
      this.#after("ping", this.seconds.pong, () => this.#ended(socket, true, SILENT));
    });
  }

  #ponged(socket, message) {
    if (message.listed === false) socket.send({ type: "register" });
    this.#ping(socket);
  }

  #redial() {
    const { redial: least, redial_most: most } = this.seconds;
    const longest = Math.min(most, least * 2 ** this.failures);
    this.failures = Math.min(this.failures + 1, 10);
    this.#after("redial", least + Math.random() * (longest - least), () => {
      this.connected = false;
      this.connecting = true;
      this.#dial();
    });
  }

  // ------------------------------------------------------------------ loads

  #poll() {
    if (!this.shown || this.polling) return;
    const { signal } = this.view;
    this.#after("poll", this.seconds.poll, async () => {
      this.tasks.set("poll", () => {});
      await this.#load(signal);
      if (signal.aborted) return;
      this.tasks.delete("poll");
      if ([...this.meals.values()].some((meal) => !FINISHED.includes(meal.status))) this.#poll();
    });
  }

  async #load(signal) {
    try {
      const page = await this.#request("GET", "/api/v1/meal-logs", { query: { limit: 100, offset: 0 } });
      if (signal.aborted) return;
      const told = new Map(page.data.meal_logs.map((meal) => [meal.idempotency_key, meal.status]));
      for (const meal of this.meals.values()) this.#show(meal, told.get(meal.key) ?? "");
    } catch (lost) {
      if (!(lost instanceof Lost)) throw lost;
    }
  }

  /** What the answer says, though it may be old; but what is shown as finished stays so. */
  #show(meal, status) {
    if (FINISHED.includes(status)) meal.status = status;
    else if (!FINISHED.includes(meal.status)) meal.status = status && "processing";
  }

  // ------------------------------------------------------------------ the outbox and the token

  async #upload(meal) {
    for (;;) {
      try {
        const body = { raw_input: meal.text, meal_type: "breakfast" };
        const headers = { "Idempotency-Key": meal.key };
        await this.#request("POST", "/api/v1/meal-logs/natural", { headers, body });
        return;
      } catch (lost) {
        if (!(lost instanceof Lost)) throw lost;
      }
      await new Promise((due) => this.clock.after(this.seconds.upload, due));
    }
  }

  async #request(method, path, { headers = {}, query, body } = {}) {
    const bearer = { Authorization: `Bearer ${this.token}`, ...headers };
    const answer = await this.network.request({ method, path, headers: bearer, query, body });
    if (answer.status === 401) this.#renew();
    if (answer.status !== 200 && answer.status !== 201) throw new Lost(answer.status);
    return answer.body;
  }

  /** Once, whoever asks first. */
  async #renew() {
    if (this.renewing) return;
    this.renewing = true;
    try {
      const body = { refresh_token: this.refreshToken };
      const answer = await this.network.request({ method: "POST", path: "/api/v1/auth/refresh", headers: {}, body });
      if (answer.status === 200) {
        this.token = answer.body.data.access_token;
        this.refreshToken = answer.body.data.refresh_token;
      }
    } catch (lost) {
      if (!(lost instanceof Lost)) throw lost;
    } finally {
      this.renewing = false;
    }
  }

  // ------------------------------------------------------------------ timers by name

  /** Do something after so many seconds; what has the name so far does not happen. */
  #after(name, seconds, work) {
    this.#stop(name);
    const cancel = this.clock.after(seconds, () => {
      if (this.tasks.get(name) === cancel) this.tasks.delete(name);
      work();
    });
    this.tasks.set(name, cancel);
  }

  #stop(name) {
    this.tasks.get(name)?.();
    this.tasks.delete(name);
  }
}
