// The driver of the client: its network is the tester, its clock that of virtual.mjs.
// `node drive.mjs` is what `mealspec conform` runs; the protocol stands in vectors/driver.schema.json.

import { randomUUID } from "node:crypto";
import { Client, Lost } from "./client.mjs";
import { Tester } from "./virtual.mjs";

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

class ClientTester extends Tester {
  name = "javascript, hardened";
  role = "client";
  capabilities = ["background", "screen", "token"];

  reset() {
    Object.assign(this, { sockets: [], requests: [], numbers: new Map() });
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
}

await new ClientTester().serve();
