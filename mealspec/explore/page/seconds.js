// The nearest violation that the seconds allow. Without its seconds a run in seconds is a run; so where none without them
// ends wrong, none exists, and otherwise that tells how many events a violation still takes at least, which leads there.
"use strict";

/**
 * The violation with the fewest events, and then seconds, of those that end; yields and returns as `nearest` does.
 *
 * A state is judged as if no second counted: nothing is owed any more where no event of the system changes anything,
 * whenever it comes. `endless` says that a claim could be broken by going round for ever, which is not looked for here.
 */
function* nearestInTime(timed, start, claims, { most = 400000, every = 5000 } = {}) {
  const { system, number: n } = timed, wrong = wrongIn(system, claims), bare = (state) => state.subarray(0, n);
  const endless = claims.some((claim) => claim.form === "not for ever");
  const all = new Everything(system, start.slice(0, n)), goals = [];
  for (let at = all.next(); at && all.seen.count <= most; at = all.next()) {
    if (wrong(at.here)) goals.push(at.number);
    if (at.number % every === every - 1) yield { states: all.seen.count, depth: 0 };
  }
  const known = all.from === all.seen.count, ahead = known ? all.distances(goals) : null;
  const least = (state) => (known ? ahead[all.seen.find(bare(state))] : 0); // events that it still takes at least; -1 if it leads nowhere
  const seen = new Seen(timed), queue = new Buckets(), here = start.slice(), events = [0], seconds = [0], done = [];
  let depth = 0, looked = 0;
  seen.add(start, -1, -1);
  if (least(start) >= 0) queue.add(0, least(start), 0);
  for (let number = queue.take(); number !== undefined; number = queue.take()) {
    if (done[number]) continue;
    done[number] = true;
    seen.state(number, here);
    const claim = wrong(bare(here));
    if (claim) return { events: seen.way(number).map((e) => timed.events[e].name), loop: null, claim: claims.indexOf(claim) };
    depth = Math.max(depth, events[number]);
    for (const e of timed.enabled(here)) {
      const next = timed.after(here, e), tick = e >= timed.ticks, left = least(next);
      if (left < 0) continue;
      const steps = events[number] + !tick, time = seconds[number] + tick, count = seen.count, to = seen.add(next, number, e);
      if (to < count && (done[to] || events[to] < steps || (events[to] === steps && seconds[to] <= time))) continue;
      [events[to], seconds[to], seen.before[to], seen.by[to]] = [steps, time, number, e];
      queue.add(to, steps + left, time);
    }
    if (++looked % every === 0) yield { states: seen.count, depth };
    if (seen.count > most) return { events: null, states: seen.count, depth, complete: false, endless };
  }
  return { events: null, states: least(start) < 0 ? 0 : seen.count, depth, complete: known, endless };
}

/** Numbers by two ranks, to be taken out by the first of them, and then by the second. */
class Buckets {
  constructor() {
    this.rows = [];
  }

  add(number, one, other) {
    const row = (this.rows[one] ||= { first: 0, cells: [] });
    row.first = Math.min(row.first, other);
    (row.cells[other] ||= []).push(number);
    this.first = Math.min(this.first ?? one, one);
  }

  take() {
    for (; this.first < this.rows.length; this.first++) {
      const row = this.rows[this.first];
      for (; row && row.first < row.cells.length; row.first++) if (row.cells[row.first]?.length) return row.cells[row.first].pop();
    }
    return undefined;
  }
}
