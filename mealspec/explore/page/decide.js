// Every verdict on one design, by all its states, judged as the checker does; and what the worker does.
"use strict";

/** All that a system can do from a state on, state by state. */
class Everything {
  constructor(system, start = system.initial) {
    this.system = system;
    this.fault = Uint8Array.from(system.events, (event) => (event.kind === "fault" ? 1 : 0));
    this.owed = Uint8Array.from(system.events, (event) => (event.kind === "system" ? 1 : 0));
    this.seen = new Seen(system);
    this.seen.add(start, -1, -1);
    this.here = start.slice();
    this.from = 0;
    this.first = new Int32Array(1 << 12); // where the steps of a state begin
    this.by = new Int16Array(1 << 16);
    this.to = new Int32Array(1 << 16);
    this.steps = this.steps.bind(this);
  }

  /** Take in what follows the next state, and give that state, until the next one is asked for; null if nothing is left. */
  next() {
    const { system, seen } = this;
    if (this.from === seen.count) return null;
    const number = this.from++, here = seen.state(number, this.here);
    if (number + 2 > this.first.length) this.first = grown(this.first);
    let at = this.first[number];
    for (const e of system.enabled(here)) {
      const to = seen.follow(system, number, here, e);
      if (at === this.by.length) [this.by, this.to] = [grown(this.by), grown(this.to)];
      [this.by[at], this.to[at]] = [e, to];
      at += 1;
    }
    this.first[number + 1] = at;
    return { number, here };
  }

  /** Whether no system event changes the state of that number. */
  quiescent(number) {
    for (let at = this.first[number]; at < this.first[number + 1]; at++) {
      if (this.to[at] !== number && this.owed[this.by[at]]) return false;
    }
    return true;
  }

  /** The steps from a state that are no faults: `[event, number of the state after it]`. */
  steps(number) {
    const out = [];
    for (let at = this.first[number]; at < this.first[number + 1]; at++) if (!this.fault[this.by[at]]) out.push([this.by[at], this.to[at]]);
    return out;
  }

  /** For each state how many steps lead from it to one of these at least; -1 where none do. */
  distances(goals) {
    const { seen: { count }, first, to } = this, begins = new Int32Array(count + 2), from = new Int32Array(first[count]);
    for (let at = 0; at < first[count]; at++) begins[to[at] + 2] += 1;
    for (let n = 0; n < count; n++) begins[n + 2] += begins[n + 1];
    for (let n = 0; n < count; n++) for (let at = first[n]; at < first[n + 1]; at++) from[begins[to[at] + 1]++] = n;
    const out = new Int32Array(count).fill(-1), queue = [...goals];
    for (const goal of goals) out[goal] = 0;
    for (const n of queue) {
      for (let at = begins[n]; at < begins[n + 1]; at++) if (out[from[at]] < 0) [out[from[at]] = out[n] + 1, queue.push(from[at])];
    }
    return out;
  }
}

/** The same in twice the room. */
function grown(some) {
  const out = new some.constructor(some.length * 2);
  out.set(some);
  return out;
}

/**
 * Decide properties, given as `{id: {claims, premise}}`: a generator that yields `{states}` now and then and returns
 * `{of: {id: "holds" | "violated" | "vacuous"}, states, complete}`; where there are more states than `most` it is not
 * complete, and says only what is violated by then.
 */
function* decided(system, asked, { most = 1500000, every = 20000 } = {}) {
  const all = new Everything(system), broken = new Set(), occurred = new Set();
  const open = Object.entries(asked).map(([id, { claims, premise }]) => ({
    id, premise, never: claims.filter((c) => c.form === "never"), ends: claims.filter((c) => c.form !== "never"), live: claims.filter((c) => c.form === "not for ever"),
  }));
  for (let at = all.next(); at; at = all.next()) {
    const { number, here } = at, stays = all.quiescent(number);
    for (const { id, premise, never, ends } of open) {
      if (!occurred.has(id) && premise(here)) occurred.add(id);
      if (!broken.has(id) && (never.some((c) => c.bad(here)) || (stays && ends.some((c) => c.bad(here))))) broken.add(id);
    }
    if (number % every === every - 1) yield { states: all.seen.count };
    if (all.seen.count > most) return { of: Object.fromEntries([...broken].map((id) => [id, "violated"])), states: all.seen.count, complete: false };
  }
  for (const { id, live } of open) {
    yield { states: all.seen.count, judging: id };
    if (!broken.has(id) && live.some((claim) => roundForEver(all, claim))) broken.add(id);
  }
  const word = (id) => (broken.has(id) ? "violated" : occurred.has(id) ? "holds" : "vacuous");
  return { of: Object.fromEntries(open.map(({ id }) => [id, word(id)])), states: all.seen.count, complete: true };
}

/** Whether a fair run without faults can go round for ever where the claim is wrong, and not excused all the time. */
function roundForEver({ system, seen, steps }, claim) {
  const here = system.initial.slice(), inside = new Uint8Array(seen.count), counts = new Uint8Array(seen.count);
  for (let n = 0; n < seen.count; n++) {
    inside[n] = claim.wrong(seen.state(n, here)) ? 1 : 0;
    counts[n] = inside[n] && claim.bad(here) ? 1 : 0;
  }
  for (const part of counts.includes(1) ? components(inside, steps) : []) {
    if ([...part.members].some((n) => counts[n]) && dues(system, part, steps).fair) return true;
  }
  return false;
}

/** What the worker does: a question in; progress and the outcome out. */
function answer({ task, world, texts, on, start, property, timed, most }, tell) {
  const mechanisms = new Set(on), system = new System(world, texts, mechanisms);
  const claims = (id) => claimsOf(system, id, mechanisms);
  const every = () => Object.fromEntries(Object.keys(world.claims).map((id) => [id, { claims: claims(id), premise: premiseOf(system, id, mechanisms) }]));
  const work = task === "decide"
    ? decided(system, every(), { most })
    : timed
      ? nearestInTime(new Timed(system, mechanisms), Int16Array.from(start), claims(property), { most })
      : nearest(system, Int16Array.from(start), claims(property), { most });
  for (;;) {
    const { value, done } = work.next();
    tell({ ...value, done });
    if (done) return;
  }
}
