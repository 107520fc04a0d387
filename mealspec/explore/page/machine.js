// The machines of a design, made from the table of its world, and their product: an event happens when every machine
// that takes part can take it; then all of them move at once.
"use strict";

/** What a condition says of a design: node after node, as conditions.py writes them. */
function answers(world, on) {
  const { nodes, free } = world;
  const known = [false, true];
  for (let k = 0; k < nodes.length; k += 3) known.push(known[on.has(free[nodes[k]]) ? nodes[k + 2] : nodes[k + 1]]);
  return known;
}

class System {
  /** The design that has the mechanisms `on`, in a world; `texts` is what its events say. */
  constructor(world, texts, on) {
    this.world = world;
    const holds = answers(world, on);
    const there = world.machines.map((machine, place) => ({ ...machine, place })).filter((m) => holds[m.there]);
    const position = new Map(there.map((machine, k) => [machine.place, k]));
    const listed = world.events.map((some) => {
      const said = some.find(([condition]) => holds[condition]);
      return said ? { ...texts[said[1]], takes: said.slice(2) } : null;
    });
    const rows = there.map((machine) => rowsOf(machine, holds, listed, world.events.length));
    const parts = listed.map((event) => (event ? event.takes.filter((n) => position.has(n)).map((n) => position.get(n)) : []));
    const { reached, alive } = possible(there, rows, parts);
    this.machines = there;
    this.at = world.machines.map((_, place) => (position.get(place) ?? -1));
    this.reached = reached;
    this.events = [];
    listed.forEach((event, number) => {
      if (alive[number]) this.events.push({ ...event, number, parts: parts[number] });
    });
    this.position = new Map(this.events.map((event, e) => [event.name, e]));
    this.dest = this.events.map((event) => event.parts.map((k) => rows[k].get(event.number)));
    this.initial = Int16Array.from(there, () => 0);
    this.sizes = there.map((machine) => machine.states.length);
    this.size = (this.events.length + 31) >> 5;
    this.permits = there.map((machine, k) => this.permitted(machine, k));
    this.owed = this.of("system");
    this.faults = this.of("fault");
  }

  /** Per state of a machine, the events that it permits, as bits; among them those that it is no part of. */
  permitted(machine, k) {
    return machine.states.map((_, state) => {
      const bits = new Int32Array(this.size);
      this.events.forEach((event, e) => {
        const part = event.parts.indexOf(k);
        if (part < 0 || this.dest[e][part][state] >= 0) bits[e >> 5] |= 1 << (e & 31);
      });
      return bits;
    });
  }

  /** The events of a kind, as bits. */
  of(kind) {
    const bits = new Int32Array(this.size);
    this.events.forEach((event, e) => {
      if (event.kind === kind) bits[e >> 5] |= 1 << (e & 31);
    });
    return bits;
  }

  /** The numbers of the events that can happen in a state, in declared order; `among`, as bits, is all of them if not given. */
  enabled(state, among) {
    const out = [];
    for (let word = 0; word < this.size; word++) {
      let bits = among ? among[word] : -1;
      for (let k = 0; k < state.length && bits; k++) bits &= this.permits[k][state[k]][word];
      while (bits) {
        const e = word * 32 + 31 - Math.clz32(bits & -bits);
        if (e >= this.events.length) break;
        out.push(e);
        bits &= bits - 1;
      }
    }
    return out;
  }

  /** The state after the event of that number, or null if somebody refuses it. */
  after(state, e) {
    const next = state.slice();
    const { parts } = this.events[e];
    for (let k = 0; k < parts.length; k++) {
      const to = this.dest[e][k][state[parts[k]]];
      if (to < 0) return null;
      next[parts[k]] = to;
    }
    return next;
  }

  /** Who refuses the event: `[machine, state]` by name. */
  refusal(state, e) {
    return this.events[e].parts
      .filter((k, part) => this.dest[e][part][state[k]] < 0)
      .map((k) => [this.machines[k].name, this.machines[k].states[state[k]]]);
  }

  /** The state of each machine, by name. */
  labels(state) {
    return Object.fromEntries(this.machines.map((machine, k) => [machine.name, machine.states[state[k]]]));
  }

  /** Whether no system event changes the state: what is not done by now stays undone. */
  quiescent(state) {
    return this.enabled(state, this.owed).every((e) => same(this.after(state, e), state));
  }

  /** An expression of worlds.py as a function of a state. */
  predicate(expression) {
    if (expression === 0 || expression === 1) return () => Boolean(expression);
    const [head, ...rest] = expression;
    if (head === "not") {
      const inner = this.predicate(rest[0]);
      return (state) => !inner(state);
    }
    if (head === "and") {
      const [left, right] = rest.map((part) => this.predicate(part));
      return (state) => left(state) && right(state);
    }
    const k = this.at[head];
    if (k < 0) return () => Boolean(rest[0]);
    const passing = new Uint8Array(this.machines[k].states.length);
    for (const number of rest.slice(1)) passing[number] = 1;
    return (state) => passing[state[k]] === 1;
  }

  /** A run: its states, and where it was refused, if it was: `{states, taken, refused: {event, by} | null}`. */
  run(names, from = this.initial) {
    const states = [from], taken = [];
    for (const name of names) {
      const e = this.position.get(name);
      const here = states[states.length - 1];
      const next = e === undefined ? null : this.after(here, e);
      if (!next) return { states, taken, refused: { event: name, by: e === undefined ? [] : this.refusal(here, e) } };
      states.push(next);
      taken.push(e);
    }
    return { states, taken, refused: null };
  }
}

function rowsOf(machine, holds, listed, number) {
  const rows = new Map();
  for (const [condition, ...flat] of machine.rows) {
    if (!holds[condition]) continue;
    for (let k = 0; k < flat.length; k += 3) {
      if (!listed[flat[k]]) continue;
      if (!rows.has(flat[k])) rows.set(flat[k], new Int16Array(machine.states.length).fill(-1));
      rows.get(flat[k])[flat[k + 1]] = flat[k + 2];
    }
  }
  return rows;
}

/** Local states and events that are possible, as far as each machine alone can tell: system.py trims by the same. */
function possible(machines, rows, parts) {
  const reached = machines.map((machine) => {
    const states = new Uint8Array(machine.states.length);
    states[0] = 1;
    return states;
  });
  const alive = parts.map(() => false);
  for (let again = true; again; ) {
    again = false;
    parts.forEach((own, event) => {
      if (!own.length) return;
      const may = own.every((k) => {
        const dest = rows[k].get(event);
        return dest && dest.some((to, from) => to >= 0 && reached[k][from]);
      });
      if (!may) return;
      if (!alive[event]) alive[event] = again = true;
      for (const k of own) {
        rows[k].get(event).forEach((to, from) => {
          if (to >= 0 && reached[k][from] && !reached[k][to]) reached[k][to] = again = 1;
        });
      }
    });
  }
  return { reached, alive };
}

function same(one, other) {
  for (let k = 0; k < one.length; k++) if (one[k] !== other[k]) return false;
  return true;
}

/** What a property claims of a design: `[{form, wrong, bad, excuse}]` with functions of a state. */
function claimsOf(system, property, on) {
  const holds = answers(system.world, on);
  const fitting = system.world.claims[property].find((each) => holds[each.when]);
  return (fitting ? fitting.claims : []).map(({ form, wrong, excuse }) => {
    const w = system.predicate(system.world.facts[wrong]), x = system.predicate(system.world.facts[excuse]);
    return { form, wrong: w, excuse: x, bad: (state) => w(state) && !x(state) };
  });
}

/** What must occur for a property to say anything of a design, as a function of a state. */
function premiseOf(system, property, on) {
  const holds = answers(system.world, on);
  const fitting = system.world.premises[property].find(([when]) => holds[when]);
  return system.predicate(fitting ? system.world.facts[fitting[1]] : 0);
}
