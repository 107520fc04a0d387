// The server of the hardened design, after the role page of the server.
// A function that is not async runs to its end without another coming between.

import { randomUUID } from "node:crypto";

const FINISHED = ["completed", "failed"];
const SILENT = 4408;
const REFUSED = 1008;

/** What outlives the process: meals, by id and by the key under which they were submitted. A database in earnest. */
export class Meals {
  byId = new Map();
  byKey = new Map();

  /** The meal of that key, and whether it is new: one transaction, and the key is unique for each user. */
  take(user, key, fields) {
    const name = `${user} ${key}`;
    const fresh = !this.byKey.has(name);
    if (fresh) {
      const meal = { id: randomUUID(), user_id: user, idempotency_key: key, status: "processing", ...fields };
      this.byKey.set(name, meal);
      this.byId.set(meal.id, meal);
    }
    return [this.byKey.get(name), fresh];
  }

  /** Newest first. */
  of(user) {
    return [...this.byId.values()].filter((meal) => meal.user_id === user).reverse();
  }
}

/**
 * One life of the server.
 *
 * `user(token)` is whose it is, if it is taken; `work(meal)` promises what becomes of a meal; `clock` has
 * `after(seconds, work)` and `time()`. A socket has `send`, `ping` (a frame) and `close`; of what comes on it the server
 * is told by `heard`, `ponged` and `ended`.
 */
export class Server {
  constructor(meals, user, work, clock, seconds) {
    Object.assign(this, { meals, user, work, clock, seconds, epoch: randomUUID() });
    this.handlers = new Map();
    this.registry = new Map();
    for (const meal of meals.byId.values()) if (!FINISHED.includes(meal.status)) this.#process(meal);
  }

  // ------------------------------------------------------------------ requests

  request({ method, path, query, headers, body }) {
    const user = this.user(headers.Authorization?.replace("Bearer ", ""));
    if (!user) return refusal(401, "no valid token");
    const [what, more] = path.split("/").slice(3);
    if (what !== "meal-logs") return refusal(404, "no such path");
    if (method === "POST" && more === "natural") return this.#take(user, headers["Idempotency-Key"], body);
    if (method !== "GET") return refusal(404, "no such path");
    if (!more) return this.#list(this.meals.of(user), query ?? {});
    const meal = this.meals.byId.get(more);
    return meal?.user_id === user ? answer(200, { ...meal, items: [] }) : refusal(404, "no such meal");
  }

  #take(user, key, body) {
    const text = body?.raw_input;
    if (!key || typeof text !== "string" || !text || text.length > 1000) {
      return refusal(400, "a meal needs a key, and a text of 1 to 1000 characters");
    }
    const now = this.clock.time();
    const { meal_type, logged_at = now } = body;
    const fields = { raw_input: text, meal_type, logged_at, created_at: now, updated_at: now };
    const [meal, fresh] = this.meals.take(user, key, fields);
    if (fresh) this.#process(meal);
    return answer(201, { ...meal });
  }

  #list(meals, { limit = 50, offset = 0 }) {
    const page = meals.slice(offset, offset + limit).map((meal) => ({ ...meal }));
    const rest = meals.length - offset - page.length;
    return answer(200, { meal_logs: page, total_count: meals.length, limit, offset, has_more: rest > 0 });
  }

  // ------------------------------------------------------------------ sockets

  /** The handshake is answered: enter the socket, and then say so. */
  accepted(socket, user) {
    const handler = { user, id: randomUUID(), pings: () => {}, limit: null };
    this.handlers.set(socket, handler);
    this.#enter(socket, handler);
    this.#ping(socket, handler);
  }

  heard(socket, message) {
    const handler = this.handlers.get(socket);
    if (message?.type === "ping") this.#tell(socket, "pong", { listed: this.#find(handler.user).has(socket) });
    else if (message?.type === "register") this.#enter(socket, handler);
    else this.#giveUp(socket, REFUSED);
  }

  ponged(socket) {
    const handler = this.handlers.get(socket);
    handler.limit?.();
    handler.limit = null;
  }

  /** A close, an error or a reset: its handler ends, and its entry, and no other's. */
  ended(socket) {
    const handler = this.handlers.get(socket);
    if (!handler) return;
    handler.pings();
    this.ponged(socket); // no limit runs any more
    this.remove(handler.user, socket);
    this.handlers.delete(socket);
  }

  #giveUp(socket, code) {
    this.ended(socket);
    socket.close(code);
  }

  /** Again and again. The limit is that of the first ping without a pong: later ones do not put it off. */
  #ping(socket, handler) {
    handler.pings = this.clock.after(this.seconds.ping, () => {
      handler.limit ??= this.clock.after(this.seconds.pong, () => this.#giveUp(socket, SILENT));
      this.#ping(socket, handler);
      socket.ping();
    });
  }

  // ------------------------------------------------------------------ the registry

  #enter(socket, { user, id }) {
    this.registry.set(user, this.#find(user).add(socket));
    this.#tell(socket, "ready", { connection_id: id, epoch: this.epoch });
  }

  remove(user, socket) {
    this.#find(user).delete(socket);
  }

  #find(user) {
    return this.registry.get(user) ?? new Set();
  }

  // ------------------------------------------------------------------ work

  async #process(meal) {
    const status = await this.work(meal);
    Object.assign(meal, { status, updated_at: this.clock.time() });
    this.#notify(meal);
  }

  /** Look the user up once; that it is sent does not say that it arrives. */
  #notify({ ...meal }) {
    const { id, user_id, raw_input, meal_type } = meal;
    const failure = { error: "no food was recognised", error_code: "PARSING_FAILED" };
    const failed = { meal_log_id: id, user_id, raw_input, meal_type, ...failure };
    const data = meal.status === "failed" ? failed : { ...meal, items: [] };
    for (const socket of this.#find(user_id)) this.#tell(socket, `meal_log.${meal.status}`, { data });
  }

  #tell(socket, type, fields) {
    socket.send({ type, ...fields, timestamp: this.clock.time() });
  }
}

const answer = (status, data) => ({ status, body: { data } });
const refusal = (status, message) => ({ status, body: { error: { message } } });
