// The driver of the server: all its clients, their network and the work are the tester.
// `node drive_server.mjs` is what `mealspec conform` runs; the protocol stands in vectors/driver.schema.json.

import { Meals, Server } from "./server.mjs";
import { Tester } from "./virtual.mjs";

const USER = "4eb4c27c-304d-4cca-8cc8-2b67a4c75d98";
const BEGIN = Date.UTC(2025, 10, 8, 9, 23, 50);

/** A socket whose other end is the tester; its pings are answered while the way is there. */
class Socket {
  constructor(tester, number) {
    Object.assign(this, { tester, number, broken: false });
  }

  send(message) {
    this.tester.see("send", { socket: this.number, message });
  }

  close(code) {
    this.tester.see("close", { socket: this.number, code });
  }

  ping() {
    if (!this.broken) this.tester.server.ponged(this);
  }
}

class ServerTester extends Tester {
  name = "javascript, hardened";
  role = "server";
  capabilities = ["restart", "entry", "device", "token"];

  reset() {
    Object.assign(this, { meals: new Meals(), tokens: new Set(["token-1"]), sockets: new Map() });
    this.clock.time = () => new Date(BEGIN + 1000 * this.clock.now).toISOString();
    this.boot();
  }

  boot() {
    this.works = new Map();
    const user = (token) => this.tokens.has(token) && USER;
    const work = (meal) => new Promise((ends) => this.works.set(meal.id, ends));
    this.server = new Server(this.meals, user, work, this.clock, this.seconds);
  }

  crash() {
    this.server = null;
    this.clock.timers = [];
    this.sockets.clear();
  }

  do({ what, socket, request, sent, message, meal, ends, token }) {
    const wire = this.sockets.get(socket);
    if (what === "dial") this.#dial(socket, request.query.token);
    else if (what === "request") this.see("answer", { request, answer: this.server.request(sent) });
    else if (what === "message") this.server.heard(wire, message);
    else if (what === "close" || what === "cut") this.server.ended(wire);
    else if (what === "break") wire.broken = true;
    else if (what === "work") this.works.get(meal)(ends);
    else if (what === "drop_entry") this.server.remove(USER, wire);
    else if (what === "expire") this.tokens.delete(token);
    else if (what === "grant") this.tokens.add(token);
    else this[what]();
  }

  #dial(number, token) {
    const user = this.server.user(token);
    if (!user) {
      this.see("refuse", { socket: number, status: 401 });
      return;
    }
    this.sockets.set(number, new Socket(this, number));
    this.see("accept", { socket: number });
    this.server.accepted(this.sockets.get(number), user);
  }

  shows() {
    const held = this.server?.registry.get(USER) ?? [];
    return { registry: [...held].map((socket) => socket.number).sort((a, b) => a - b) };
  }
}

await new ServerTester().serve();
