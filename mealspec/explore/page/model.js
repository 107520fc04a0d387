// What the page shows, apart from how: a design in a world, a run, where it is looked at. No document in here.
"use strict";

class Model {
  constructor(data) {
    this.data = { ...data, runs: data.runs.map((run) => ({ ...run, events: run.events.map((name) => data.names[name]) })) };
    this.systems = new Map();
    [this.world] = Object.keys(data.worlds);
    this.design = "published";
    this.events = [];
    this.at = 0;
    this.beside = "";
    this.property = "delivery";
    this.branches = [];
    this.timed = false; // whether seconds run
    this.story = null; // {title, notes, marked, loop} of the run that was jumped to
  }

  table(world = this.world) {
    return this.data.worlds[world];
  }

  /** The mechanisms of a design: by name, with mechanisms added or taken away; null if there is no such name. */
  mechanisms(expression) {
    const [base, ...changes] = expression.split(/(?=[+-])/);
    if (base !== "none" && !this.data.designs[base]) return null;
    const has = new Set(base === "none" ? [] : this.data.designs[base].has);
    for (const change of changes) {
      if (!this.data.mechanisms[change.slice(1)]) return null;
      if (change[0] === "+") has.add(change.slice(1));
      else has.delete(change.slice(1));
    }
    return has;
  }

  /** The shortest name of a set of mechanisms, as the command line reads it. */
  name(has) {
    const names = Object.keys(this.data.designs).map((base) => [base, this.data.designs[base].has]);
    const spelt = [["none", []], ...names].map(([base, own]) => [
      base,
      ...[...has].filter((m) => !own.includes(m)).sort().map((m) => `+${m}`),
      ...own.filter((m) => !has.has(m)).sort().map((m) => `-${m}`),
    ]);
    return spelt.reduce((best, one) => (one.length < best.length ? one : best)).join("");
  }

  /** What a design lacks: mechanisms without what they need, and those that the world has not or takes for granted. */
  misfits(has, world = this.world) {
    const { free, fixed } = this.table(world);
    const out = [...has].filter((m) => this.data.needs[m] && !has.has(this.data.needs[m])).map((m) => `${m} needs ${this.data.needs[m]}`);
    out.push(...[...has].filter((m) => !free.includes(m) && !fixed.includes(m)).map((m) => `this scope has no ${m}`));
    out.push(...fixed.filter((m) => !has.has(m)).map((m) => `every design of this scope has ${m}`));
    return out;
  }

  /** The mechanisms that make no difference in this world: no row of a machine, and no claim, depends on them. */
  idle() {
    const { free, nodes } = this.table();
    const asked = new Set(nodes.filter((_, k) => k % 3 === 0));
    return free.filter((_, number) => !asked.has(number));
  }

  /** The design with which a world begins. */
  usual(world) {
    const names = ["published", "app_published", ...Object.keys(this.data.designs)];
    return names.find((name) => !this.misfits(this.mechanisms(name), world).length) ?? this.name(new Set(this.table(world).fixed));
  }

  /** The system of a design in this world, made once; null where it cannot be built. */
  system(expression = this.design) {
    const has = this.mechanisms(expression);
    if (!has || this.misfits(has).length) return null;
    const key = `${this.world} ${this.timed} ${[...has].sort().join()}`;
    if (!this.systems.has(key)) {
      if (this.systems.size > 12) this.systems.clear();
      const plain = new System(this.table(), this.data.texts, has);
      this.systems.set(key, this.timed ? new Timed(plain, has) : plain);
    }
    return this.systems.get(key);
  }

  /** The run so far and beyond, as far as the design accepts it. */
  run() {
    return this.system().run(this.events);
  }

  /** Take an event; what would have come is kept as a branch. */
  take(event) {
    if (this.events[this.at] !== event) {
      if (this.at < this.events.length) this.keep();
      this.events = [...this.events.slice(0, this.at), event];
      this.story = null;
    }
    this.at += 1;
  }

  /** Keep the run as a branch to come back to. */
  keep() {
    const kept = { events: this.events, story: this.story };
    this.branches = [kept, ...this.branches.filter((b) => b.events.join() !== kept.events.join())].slice(0, 8);
  }

  /** Change to a branch; the run that is shown becomes one. */
  switch(number) {
    const branch = this.branches[number];
    this.branches.splice(number, 1);
    if (this.events.length) this.keep();
    Object.assign(this, { events: branch.events, story: branch.story, at: branch.events.length });
  }

  /** Show a run of the list. */
  jump(run) {
    const { world, design, events, title, notes, marked, loop } = run;
    Object.assign(this, { world, design, events, at: events.length, branches: [], beside: "", timed: false });
    this.story = { id: run.id, title, notes, marked: new Set(marked), loop };
  }

  /** Another design: the run stays as far as it is accepted; what does not fit the world falls away. */
  choose(design) {
    this.design = design;
    if (this.misfits(this.mechanisms(design)).length) this.world = this.home(design);
    const { states, refused } = this.run();
    const lost = refused ? { event: refused.event, by: refused.by, step: states.length } : null;
    if (lost) {
      this.keep();
      this.events = this.events.slice(0, states.length - 1);
      this.story = null;
      this.at = Math.min(this.at, this.events.length);
    }
    return lost;
  }

  /** Let seconds run, or not: without its seconds a run is a run; with them it goes as far as no event is too early. */
  inTime(timed) {
    this.timed = timed && Boolean(this.table().clocks);
    if (!this.timed) {
      const passed = this.events.slice(0, this.at).filter((name) => name.startsWith("tick")).length;
      this.at -= passed;
      this.events = this.events.filter((name) => !name.startsWith("tick"));
      return null;
    }
    const before = this.events;
    const { events, stopped } = inSeconds(this.system(), before);
    Object.assign(this, { events, at: events.length });
    if (stopped && this.story) this.story = null;
    else if (this.story) this.story = { ...this.story, marked: new Set(), loop: null };
    return stopped;
  }

  /** The first world that has the design; this one, if it does. */
  home(design) {
    const has = this.mechanisms(design);
    return [this.world, ...Object.keys(this.data.worlds)].find((world) => !this.misfits(has, world).length);
  }

  /** Everything as an address, and back. */
  address() {
    const parts = { w: this.world, d: this.design, e: this.events.join(","), at: this.at, b: this.beside, p: this.property };
    if (this.timed) parts.t = 1;
    if (this.story?.id) parts.r = this.story.id;
    if (this.story?.loop != null) parts.l = this.story.loop;
    if (this.branches.length) parts.k = this.branches.map((branch) => branch.events.join(",")).join(";");
    return Object.entries(parts).map(([key, value]) => `${key}=${encodeURIComponent(value).replaceAll("%2C", ",").replaceAll("%2B", "+")}`).join("&");
  }

  /** Take over an address; a sentence about what of it is not there. */
  restore(address) {
    const said = Object.fromEntries(address.split("&").map((part) => part.split("=")).map(([k, v = ""]) => [k, unescaped(v)]));
    const told = [];
    const world = this.data.worlds[said.w] ? said.w : Object.keys(this.data.worlds)[0];
    if (said.w && !this.data.worlds[said.w]) told.push(`there is no scope '${said.w}' here`);
    const has = said.d ? this.mechanisms(said.d) : null;
    if (said.d && !has) told.push(`there is no design '${said.d}' here`);
    if (has && this.misfits(has, world).length) told.push(`the design does not fit the scope: ${this.misfits(has, world).join("; ")}`);
    const fits = has && !this.misfits(has, world).length;
    Object.assign(this, { world, design: fits ? said.d : this.usual(world) });
    this.timed = said.t === "1" && Boolean(this.table().clocks);
    this.events = (said.e || "").split(",").filter(Boolean);
    const { states, refused } = this.run();
    if (refused) told.push(`step ${states.length} of the link, '${refused.event}', cannot happen here`);
    this.events = this.events.slice(0, states.length - 1);
    this.at = Math.min(Math.max(parseInt(said.at ?? this.events.length, 10) || 0, 0), this.events.length);
    this.beside = said.b && (said.b.startsWith("#") || this.mechanisms(said.b)) ? said.b : "";
    this.property = this.data.properties[said.p] ? said.p : "delivery";
    this.branches = (said.k || "").split(";").filter(Boolean).map((events) => ({ events: events.split(","), story: null }));
    const run = this.data.runs.find((each) => each.id === said.r && each.events.join() === this.events.join());
    const loop = parseInt(said.l, 10);
    this.story = run ? { id: run.id, title: run.title, notes: run.notes, marked: new Set(run.marked), loop: run.loop } : null;
    if (!run && loop >= 0 && loop < this.events.length) this.story = { title: "", notes: [], marked: new Set(), loop };
    return told.join("; ");
  }

  /** The same events in another design, or another branch: `{system, run, title}`; null if there is none. */
  other() {
    if (this.beside.startsWith("#")) {
      const branch = this.branches[Number(this.beside.slice(1))];
      return branch ? { system: this.system(), run: this.system().run(branch.events), title: `branch ${Number(this.beside.slice(1)) + 1}`, events: branch.events } : null;
    }
    const system = this.beside ? this.system(this.beside) : null;
    return system ? { system, run: system.run(this.events), title: this.beside, events: this.events } : null;
  }
}

/**
 * The run with the seconds that its events need, each as early as can be: `{events, stopped}`, where `stopped` is the
 * event that cannot happen however long one waits, and who refuses it.
 */
function inSeconds(system, names) {
  const events = [];
  let state = system.initial;
  const tick = system.position.get("tick");
  for (const name of names) {
    const e = system.position.get(name);
    let waited = 0, here = state, next = system.after(here, e);
    while (!next && waited < 600) {
      const later = system.after(here, tick);
      if (!later) break;
      waited += 1;
      here = later;
      next = system.after(here, e);
    }
    if (!next) return { events, stopped: { event: name, by: system.refusal(state, e) } };
    events.push(...Array(waited).fill("tick"), name);
    state = next;
  }
  return { events, stopped: null };
}

/** What an address says; what cannot be read is left as it is. */
function unescaped(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
