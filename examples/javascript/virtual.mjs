// What drivers have in common: a clock that stands still until it is told to go on, and the loop that reads commands.

import { createInterface } from "node:readline";

/** Timers in the order in which they end. */
export class Clock {
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
export const settled = () => new Promise((done) => setImmediate(done));

/** One side under test, and all that surrounds it: `reset`, `do` and `shows` are those of the side. */
export class Tester {
  seen = [];
  seconds = {};

  see(what, more) {
    this.seen.push({ what, ...more });
  }

  async answer(command) {
    if (command.op === "start") {
      this.seconds = command.seconds;
      const { name, role, capabilities } = this;
      return { ok: true, name, role, capabilities };
    }
    if (command.op === "reset" || !this.clock) {
      Object.assign(this, { seen: [], clock: new Clock() });
      this.reset();
    }
    if (command.op === "do") this.do(command);
    if (command.op === "advance") await this.clock.advance(command.seconds);
    await settled();
    const { seen } = this;
    this.seen = [];
    return { ok: true, seen, shows: this.shows() };
  }

  /** One command a line, and one answer. */
  async serve() {
    for await (const line of createInterface({ input: process.stdin })) {
      const command = JSON.parse(line);
      process.stdout.write(`${JSON.stringify(await this.answer(command))}\n`);
      if (command.op === "stop") break;
    }
    process.exit(0);
  }
}
