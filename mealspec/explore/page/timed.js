// A system in seconds: each machine's clock counts from where its phase begins; a bound of the phase says from when on
// its events may happen, and from when on time waits for them. A state is that of the machines, and then their seconds.
"use strict";

const isOneOf = (event, names) => names.some((name) => event === name || event.startsWith(`${name}.`));

class Timed {
  constructor(system, on) {
    Object.assign(this, { system, world: system.world, machines: system.machines, at: system.at, reached: system.reached });
    const { run, at_once, excuses } = system.world.clocks;
    const n = system.machines.length;
    this.number = n;
    const set = (k, states) => {
      const bits = new Uint8Array(system.machines[k].states.length);
      for (const state of states) bits[state] = 1;
      return bits;
    };
    const own = system.machines.map((_, k) => system.events.map((event, e) => [event, e]).filter(([event]) => event.parts.includes(k)));
    const covered = (k, names) => new Set(own[k].filter(([event]) => isOneOf(event.name, names)).map(([, e]) => e));
    this.own = own.map((some) => some.map(([, e]) => e));
    this.phases = system.machines.map((machine, k) => {
      const phases = new Map();
      for (const clock of run[machine.name] || []) {
        const covers = covered(k, clock.events);
        if (!covers.size || (clock.only && !on.has(clock.only))) continue;
        const key = clock.where.join();
        if (!phases.has(key)) phases.set(key, { where: set(k, clock.where), bounds: [] });
        phases.get(key).bounds.push({ ...clock, covers });
      }
      return [...phases.values()].map((phase) => ({ ...phase, most: Math.max(0, ...phase.bounds.map((b) => Math.max(b.least, b.greatest || 0))) }));
    });
    this.urgent = system.machines.map((machine, k) => Object.entries(at_once[machine.name] || {}).map(([name, where]) => ({ covers: covered(k, [name]), where: set(k, where) })));
    const every = Object.entries(excuses).map(([name, where]) => ({ name, where: system.machines.map((machine, k) => (where[machine.name] ? set(k, where[machine.name]) : null)) }));
    this.excuses = every.filter((excuse) => system.machines.some((_, k) => this.excused(k, excuse)));
    const tick = (name, label) => ({ name, label, kind: "time", owner: "time", parts: [], first: "", ends: ["user", "user"], line: null, refs: [], lost: false });
    this.ticks = system.events.length;
    this.events = [...system.events, tick("tick", "a second passes"), ...this.excuses.map(({ name }) => tick(`tick.${name}`, `a second passes (a dial is late: ${name})`))];
    this.position = new Map(this.events.map((event, e) => [event.name, e]));
    this.initial = new Int16Array(2 * n);
    this.sizes = [...system.sizes, ...this.phases.map((phases) => 1 + Math.max(0, ...phases.map((phase) => phase.most)))];
  }

  /** Whether a machine has a state in which the excuse lets time pass that would not pass without it. */
  excused(k, { name, where }) {
    return this.machines[k].states.some((_, local) => {
      if (!this.system.reached[k][local] || (where[k] && !where[k][local])) return false;
      const late = this.pressing([...Array(this.number).fill(0).fill(local, k, k + 1), ...Array(this.number).fill(1e9)], k);
      return late.length > 0 && late.every(([, excused]) => excused.includes(name));
    });
  }

  phase(k, local) {
    return this.phases[k].find((phase) => phase.where[local]) || null;
  }

  /** By which bounds of a machine the event comes too early. */
  early(state, e) {
    return this.events[e].parts.flatMap((k) => {
      const bounds = this.phase(k, state[k])?.bounds.filter((b) => b.covers.has(e) && state[this.number + k] < b.least) || [];
      return bounds.map((bound) => [k, bound]);
    });
  }

  /** What a machine permits and cannot wait for a second: `[event, excuses]`. */
  pressing(state, k) {
    const local = state[k], phase = this.phase(k, local), out = [];
    for (const e of this.own[k]) {
      if (this.system.dest[e][this.system.events[e].parts.indexOf(k)][local] < 0) continue;
      if (this.urgent[k].some(({ covers, where }) => where[local] && covers.has(e))) out.push([e, []]);
      for (const bound of phase?.bounds || []) {
        if (bound.covers.has(e) && bound.greatest !== null && state[this.number + k] >= bound.greatest) out.push([e, bound.excused]);
      }
    }
    return out;
  }

  /** Who refuses a second: `[machine, event]`; an excuse lets some of them be late. */
  waiting(state, excuse) {
    return this.machines.flatMap((_, k) => {
      if (excuse && excuse.where[k] && !excuse.where[k][state[k]]) return [[k, null]];
      return this.pressing(state, k).filter(([, excused]) => !excuse || !excused.includes(excuse.name)).map(([e]) => [k, e]);
    });
  }

  excuse(e) {
    return e > this.ticks ? this.excuses[e - this.ticks - 1] : null;
  }

  enabled(state) {
    const out = this.system.enabled(state.subarray(0, this.number)).filter((e) => !this.early(state, e).length);
    for (let e = this.ticks; e < this.events.length; e++) if (!this.waiting(state, this.excuse(e)).length) out.push(e);
    return out;
  }

  after(state, e) {
    const n = this.number, next = state.slice();
    if (e >= this.ticks) {
      if (this.waiting(state, this.excuse(e)).length) return null;
      this.machines.forEach((_, k) => {
        const phase = this.phase(k, state[k]);
        next[n + k] = phase ? Math.min(state[n + k] + 1, phase.most) : 0;
      });
      return next;
    }
    if (this.early(state, e).length) return null;
    const after = this.system.after(state.subarray(0, n), e);
    if (!after) return null;
    next.set(after);
    for (const k of this.events[e].parts) {
      const phase = this.phase(k, state[k]);
      const stays = phase && this.phase(k, after[k]) === phase && !phase.bounds.some((b) => b.restarts && b.covers.has(e));
      if (!stays) next[n + k] = 0;
    }
    return next;
  }

  /** Who refuses the event, and how long it has been so: `[machine, state]` in words. */
  refusal(state, e) {
    const told = (k) => `${this.machines[k].states[state[k]]} for ${state[this.number + k]} s`;
    if (e < this.ticks) {
      return [...this.system.refusal(state.subarray(0, this.number), e), ...this.early(state, e).map(([k, bound]) => [this.machines[k].name, `${told(k)}, and not ${bound.least} s (${bound.name})`])];
    }
    return this.waiting(state, this.excuse(e)).map(([k, by]) => [this.machines[k].name, by === null ? told(k) : `${told(k)}: '${this.events[by].label}' can wait no longer`]);
  }

  labels(state) {
    return this.system.labels(state);
  }

  run(names, from = this.initial) {
    return System.prototype.run.call(this, names, from);
  }

  /** How many seconds of its phase a machine has spent, or null where it has no clock. */
  seconds(state, k) {
    return this.phase(k, state[k]) ? state[this.number + k] : null;
  }
}
