// The nearest violation: breadth first from a state, a level at a time. What is found is judged as the checker does:
// a state that must never be; one in which nothing is owed any more; or a fair loop that stays wrong for ever.
"use strict";

/** States that have been seen, packed into words of 32 bits, with the way that led to each. */
class Seen {
  constructor(system) {
    let word = 0, used = 0;
    this.fields = system.sizes.map((size) => {
      const bits = Math.max(1, 32 - Math.clz32(size - 1));
      if (used + bits > 32) [word, used] = [word + 1, 0];
      const field = { word, shift: used, mask: 2 ** bits - 1 };
      used += bits;
      return field;
    });
    this.words = word + 1;
    this.count = 0;
    this.room(1 << 16);
    this.grow(1 << 15);
  }

  room(states) {
    const [keys, before, by] = [this.keys, this.before, this.by];
    this.keys = new Int32Array(states * this.words);
    this.before = new Int32Array(states);
    this.by = new Int16Array(states);
    if (keys) [this.keys.set(keys), this.before.set(before), this.by.set(by)];
  }

  grow(slots) {
    this.slots = new Int32Array(slots).fill(-1);
    for (let number = 0; number < this.count; number++) this.slots[this.slot(number * this.words)] = number;
  }

  slot(from) {
    let hash = 0;
    for (let w = 0; w < this.words; w++) hash = Math.imul(hash ^ this.keys[from + w], 0x9e3779b1) ^ (hash >>> 15);
    const mask = this.slots.length - 1;
    for (let at = (hash ^ (hash >>> 13)) & mask; ; at = (at + 1) & mask) {
      const number = this.slots[at];
      if (number < 0 || this.equal(number * this.words, from)) return at;
    }
  }

  equal(one, other) {
    for (let w = 0; w < this.words; w++) if (this.keys[one + w] !== this.keys[other + w]) return false;
    return true;
  }

  /** The number of a state, taken in if it is new. */
  add(state, before, by) {
    this.widen();
    return this.number(this.place(state), before, by);
  }

  /** The same of the state after an event that can happen in the state `here` of that number. */
  follow(system, number, here, e) {
    this.widen();
    const from = this.count * this.words, { parts } = system.events[e];
    for (let w = 0; w < this.words; w++) this.keys[from + w] = this.keys[number * this.words + w];
    for (let k = 0; k < parts.length; k++) {
      const { word, shift, mask } = this.fields[parts[k]];
      this.keys[from + word] = (this.keys[from + word] & ~(mask << shift)) | (system.dest[e][k][here[parts[k]]] << shift);
    }
    return this.number(this.slot(from), number, e);
  }

  widen() {
    if (this.count * this.words === this.keys.length) this.room(this.count * 2);
    if (this.count * 2 >= this.slots.length) this.grow(this.slots.length * 4);
  }

  number(at, before, by) {
    if (this.slots[at] >= 0) return this.slots[at];
    this.slots[at] = this.count;
    this.before[this.count] = before;
    this.by[this.count] = by;
    return this.count++;
  }

  place(state) {
    const from = this.count * this.words;
    this.keys.fill(0, from, from + this.words);
    for (let k = 0; k < state.length; k++) this.keys[from + this.fields[k].word] |= state[k] << this.fields[k].shift;
    return this.slot(from);
  }

  /** The number of a state that may not have been seen: then -1. */
  find(state) {
    if (this.count * this.words === this.keys.length) this.room(this.count * 2);
    return this.slots[this.place(state)];
  }

  state(number, into) {
    const from = number * this.words;
    this.fields.forEach(({ word, shift, mask }, k) => (into[k] = (this.keys[from + word] >>> shift) & mask));
    return into;
  }

  /** The events that lead to a state. */
  way(number) {
    const events = [];
    for (; this.before[number] >= 0; number = this.before[number]) events.push(this.by[number]);
    return events.reverse();
  }
}

/** Which of the claims is broken by a run that ends in a state, as a function of that state. */
function wrongIn(system, claims) {
  const never = claims.filter((claim) => claim.form === "never"), ends = claims.filter((claim) => claim.form !== "never");
  return (state) => never.find((c) => c.bad(state)) || (ends.some((c) => c.bad(state)) && system.quiescent(state) && ends.find((c) => c.bad(state)));
}

/**
 * Look for the nearest violation of the claims; a generator that yields `{states, depth}` now and then and returns
 * `{events, loop, claim}` or `{events: null, states, depth, complete}`: so many levels hold none.
 */
function* nearest(system, start, claims, { most = 400000, every = 20000 } = {}) {
  const seen = new Seen(system);
  const wrong = wrongIn(system, claims);
  const live = claims.filter((claim) => claim.form === "not for ever");
  const here = start.slice();
  const name = (events) => events.map((e) => system.events[e].name);
  const found = (number, claim, loop = []) => ({ events: name([...seen.way(number), ...loop]), loop: loop.length ? seen.way(number).length : null, claim });
  seen.add(start, -1, -1);
  const first = wrong(start);
  if (first) return found(0, claims.indexOf(first));
  let depth = 0, judged = 256;
  for (let from = 0, level = 1; from < level; depth++) {
    for (; from < level; from++) {
      seen.state(from, here);
      for (const e of system.enabled(here)) {
        const next = system.after(here, e), count = seen.count;
        const number = seen.add(next, from, e);
        if (number < count) continue;
        const claim = wrong(next);
        if (claim) return found(number, claims.indexOf(claim));
      }
      if (from % every === every - 1) yield { states: seen.count, depth };
      if (seen.count > most) return { events: null, states: seen.count, depth, complete: false };
    }
    if (live.length && (seen.count > judged || level === seen.count)) {
      judged = seen.count * 4;
      for (const claim of live) {
        const loop = fairLoop(system, seen, from, claim);
        if (loop) return found(loop.entry, claims.indexOf(claim), loop.events);
      }
    }
    level = seen.count;
  }
  return { events: null, states: seen.count, depth, complete: true };
}

/**
 * A loop among the first states that stays wrong, takes no fault, and in which every action that is owed and enabled
 * all the time is taken: as decide.py says. `{entry, events}`, or null.
 */
function fairLoop(system, seen, expanded, claim) {
  const here = system.initial.slice();
  const inside = new Uint8Array(expanded);
  let any = false;
  for (let n = 0; n < expanded; n++) {
    if (claim.wrong(seen.state(n, here))) inside[n] = 1;
    if (inside[n] && !any) any = claim.bad(here);
  }
  if (!any) return null;
  const spared = system.faults.map((bits) => ~bits);
  const steps = (number) => {
    const state = seen.state(number, here.slice());
    return system.enabled(state, spared).map((e) => [e, seen.find(system.after(state, e))]);
  };
  for (const part of components(inside, steps)) {
    const entry = [...part.members].sort((a, b) => a - b).find((n) => claim.bad(seen.state(n, here)));
    if (entry === undefined) continue;
    const walk = roundTrip(system, part, steps, entry);
    if (walk) return { entry, events: walk };
  }
  return null;
}

/** Strongly connected components of the states inside that have a step of their own, by Tarjan, without recursion. */
function* components(inside, steps) {
  const index = new Int32Array(inside.length).fill(-1), low = new Int32Array(inside.length);
  const on = new Uint8Array(inside.length), stack = [];
  let next = 0;
  for (let root = 0; root < inside.length; root++) {
    if (!inside[root] || index[root] >= 0) continue;
    const work = [];
    const enter = (n) => {
      index[n] = low[n] = next++;
      stack.push(n);
      on[n] = 1;
      work.push({ n, out: steps(n).map(([, to]) => to).filter((to) => to >= 0 && to < inside.length && inside[to]), k: 0 });
    };
    enter(root);
    while (work.length) {
      const top = work[work.length - 1];
      if (top.k < top.out.length) {
        const to = top.out[top.k++];
        if (index[to] < 0) enter(to);
        else if (on[to]) low[top.n] = Math.min(low[top.n], index[to]);
        continue;
      }
      work.pop();
      if (work.length) low[work[work.length - 1].n] = Math.min(low[work[work.length - 1].n], low[top.n]);
      if (low[top.n] !== index[top.n]) continue;
      const members = new Set();
      let member;
      do {
        member = stack.pop();
        on[member] = 0;
        members.add(member);
      } while (member !== top.n);
      if (members.size > 1 || top.out.includes(top.n)) yield { members };
    }
  }
}

/** To what fairness is owed for an event, or null. */
const owedAs = (system, e) => (system.events[e].kind === "system" ? system.events[e].owed : null);

/** What is owed in a component: the actions enabled everywhere, those enabled somewhere, and a step of each that is taken inside. */
function dues(system, { members }, steps) {
  let everywhere = null;
  const somewhere = new Set(), taken = new Map(); // action -> [state, event, dest] inside
  for (const n of members) {
    const enabled = new Set();
    for (const [e, to] of steps(n)) {
      const action = owedAs(system, e);
      if (action === null) continue;
      enabled.add(action);
      somewhere.add(action);
      if (members.has(to) && !taken.has(action)) taken.set(action, [n, e, to]);
    }
    everywhere = everywhere === null ? enabled : new Set([...everywhere].filter((action) => enabled.has(action)));
  }
  return { everywhere, somewhere, taken, fair: [...everywhere].every((action) => taken.has(action)) };
}

/** A walk through a fair component from a state back to it, that owes nothing; null if the component is not fair. */
function roundTrip(system, { members }, steps, entry) {
  const { everywhere, somewhere, taken, fair } = dues(system, { members }, steps);
  if (!fair) return null;
  const walk = [];
  let at = entry;
  const go = (goal) => {
    for (const [e, to] of path(members, steps, at, goal)) [walk.push(e), (at = to)];
  };
  for (const [action, [n, e, to]] of taken) {
    if (!everywhere.has(action)) continue;
    go(n);
    walk.push(e);
    at = to;
  }
  // An action that is enabled somewhere and idle elsewhere is owed nothing once the walk passes where it is idle.
  for (const action of somewhere) {
    if (everywhere.has(action)) continue;
    go([...members].find((n) => steps(n).every(([e]) => owedAs(system, e) !== action)));
  }
  if (!walk.length) {
    const [e, to] = steps(entry).find(([, dest]) => members.has(dest));
    walk.push(e);
    at = to;
  }
  go(entry);
  return walk;
}

/** A shortest way inside the component. */
function path(members, steps, from, goal) {
  if (from === goal) return [];
  const by = new Map([[from, null]]);
  for (const n of by.keys()) {
    for (const [e, to] of steps(n)) {
      if (!members.has(to) || by.has(to)) continue;
      by.set(to, [n, e]);
      if (to !== goal) continue;
      const way = [];
      for (let at = goal; by.get(at); at = by.get(at)[0]) way.push([by.get(at)[1], at]);
      return way.reverse();
    }
  }
  return [];
}
