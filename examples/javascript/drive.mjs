// The driver of the client: its network is the tester, its clock stands still until it is told to go on.
// `node drive.mjs` is what `mealspec conform` runs; the protocol stands in vectors/driver.schema.json.

import { createInterface } from "node:readline";
import { randomUUID } from "node:crypto";
import { Client, Lost } from "./client.mjs";

/** Timers in the order in which they end. */
class Clock {
  now = 0;
  timers = [];

  after(seconds, work) {
    const timer = { at: this.now + seconds, work };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((each) => each !== timer);
    };
  }

  async advance(seconds) {
    const end = this.now + seconds;
    for (;;) {
      const due = this.timers.filter((each) => each.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.timers = this.timers.filter((each) => each !== due);
      this.now = due.at;
      due.work();
      await settled();
    }
    this.now = end;
  }
}

/** All that can be done at this moment has been done: promises run before the next turn of the loop. */
const settled = () => new Promise((done) => setImmediate(done));

/** A promise, and what settles it. */
function deferred() {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  made.promise.catch(() => {});
  return made;
}

class Socket {
  constructor(tester) {
    Object.assign(this, { tester, number: 0, closed: false, inbox: [], opened: deferred(), waiting: null });
  }

  open(token) {
    this.number = this.tester.sockets.push(this);
    const request = { method: "GET", path: "/ws/meal-logs", headers: { Upgrade: "websocket" }, query: { token } };
    this.tester.see("dial", { socket: this.number, request });
    return this.opened.promise;
  }

  async receive() {
    while (!this.inbox.length) await (this.waiting = deferred()).promise;
    const message = this.inbox.shift();
    if (message === null) throw new Lost();
    return message;
  }

  put(message) {
    this.inbox.push(message);
    this.waiting?.resolve();
  }

  send(message) {
    this.tester.see("send", { socket: this.number, message });
  }

  close(code) {
    if (!this.closed) this.tester.see("close", { socket: this.number, code });
    this.end();
  }

  end(status) {
    this.closed = true;
    this.opened.reject(new Lost(status));
    this.put(null);
  }
}

class Tester {
  seen = [];
  seconds = {};

  see(what, more) {
    this.seen.push({ what, ...more });
  }

  reset() {
    Object.assign(this, { seen: [], sockets: [], requests: [], numbers: new Map(), clock: new Clock() });
    this.client = new Client(this, this.clock, this.seconds, "token-1", "refresh-1", randomUUID);
  }

  socket() {
    return new Socket(this);
  }

  request(sent) {
    const answer = deferred();
    this.see("request", { request: this.requests.push(answer), sent: JSON.parse(JSON.stringify(sent)) });
    return answer.promise;
  }

  do({ what, socket, request, message, code, status, answer, meal, text }) {
    const wire = this.sockets[socket - 1];
    if (what === "appear" || what === "leave" || what === "reconnect") this.client[what]();
    else if (what === "submit") this.numbers.set(this.client.submit(text).key, meal);
    else if (what === "open") wire.opened.resolve();
    else if (what === "message") wire.put(message);
    else if (what === "refuse" || what === "close" || (what === "fail" && wire)) wire.end(status);
    else if (what === "answer") this.requests[request - 1].resolve(answer);
    else if (what === "fail") this.requests[request - 1].reject(new Lost());
  }

  shows() {
    const { shown, connected, connecting, polling, meals } = this.client;
    const listed = [...meals.values()].filter((meal) => meal.status);
    const list = Object.fromEntries(listed.map((meal) => [this.numbers.get(meal.key), meal.status]));
    return { meals: shown ? list : null, connected, connecting, polling };
  }

  async answer(command) {
    if (command.op === "start") {
      this.seconds = command.seconds;
      return { ok: true, name: "javascript, hardened", role: "client", capabilities: ["background", "screen", "token"] };
    }
    if (command.op === "reset" || !this.client) this.reset();
    if (command.op === "do") this.do(command);
    if (command.op === "advance") await this.clock.advance(command.seconds);
    await settled();
    const { seen } = this;
    this.seen = [];
    return { ok: true, seen, shows: this.shows() };
  }
}

const tester = new Tester();
for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(await tester.answer(command))}\n`);
  if (command.op === "stop") break;
}
process.exit(0);
