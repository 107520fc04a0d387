// Verdicts, what repairs a design, and the search for the nearest violation in a worker.
"use strict";

const WORDS = { holds: ["✓ holds", "good"], vacuous: ["✓ vacuous", "good"], violated: ["✗ violated", "bad"] };

/** How many states are looked at before a search gives up: it takes a few hundred bytes for each. */
const MOST = { search: 1500000, decide: (navigator.deviceMemory ?? 4) > 4 ? 4000000 : 1500000 };

const counted = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;

class Judge {
  constructor(data) {
    this.tables = typeof Verdicts !== "undefined" && data.verdicts ? new Verdicts(data.verdicts) : null;
    this.workers = {}; // by task
    this.found = new Map(); // by world and design: what deciding it here has said last
  }

  /**
   * All tables of verdicts, as `[{name, says, scope, on}]`; `on` is the design as a table is to be asked about it: without
   * what makes no difference, if the table is of this scope and has not heard of it.
   */
  every(model) {
    const has = [...model.mechanisms(model.design)], here = model.table().says, idle = new Set(model.idle());
    return (this.tables?.worlds() ?? []).map((name) => {
      const says = this.tables.scope(name), { free, fixed } = this.tables.mechanisms(name), heard = new Set([...free, ...fixed]);
      const on = says === here ? has.filter((m) => heard.has(m) || !idle.has(m)) : has;
      return { name, says, scope: model.data.decided[name], on };
    });
  }

  /** The tables that know the design, that of this scope first. */
  known(model) {
    const here = model.table().says, some = this.every(model).filter(({ name, on }) => this.tables.knows(name, on));
    return some.sort((one, other) => (other.says === here) - (one.says === here));
  }

  /**
   * Per property `[word, kind]`, a sentence on where that comes from, and whether some verdict is open still. What is
   * violated in a scope is violated in every larger one; so what holds in a scope holds in every smaller one.
   */
  verdicts(model) {
    const here = model.table(), tables = this.known(model);
    const live = this.found.get(designKey(model)), of = Object.fromEntries(Object.entries(live?.of || {}).map(([id, verdict]) => [id, WORDS[verdict]]));
    for (const [id, verdict] of Object.entries(model.data.pinned[model.world]?.[model.design] || {})) of[id] ||= WORDS[verdict];
    for (const table of tables) {
      for (const id of Object.keys(model.data.properties)) {
        const verdict = this.tables.verdict(table.name, id, table.on), bad = verdict === "violated";
        if (table.says === here.says) of[id] ||= WORDS[verdict];
        else if (bad && within(table.scope, here.scope)) of[id] ||= WORDS.violated;
        else if (!bad && within(here.scope, table.scope)) of[id] ||= WORDS.holds;
      }
    }
    const open = Object.keys(model.data.properties).filter((id) => !of[id]);
    if (tables.length) for (const id of open) of[id] = this.tables.verdict(tables[0].name, id, tables[0].on) === "violated" ? ["✗ there", "quiet"] : ["✓ there", "quiet"];
    return { of, open: open.length > 0, says: open.length ? unsettled(model, live, tables) : `Exact, for runs of any length in this scope${settled(live)}.` };
  }

  /** Decide the design state by state if no table has all its verdicts; `tell` is called when there is something new. */
  settle(model, tell) {
    const at = designKey(model), known = this.found.get(at);
    if (known?.done || this.settling === at) return;
    this.end("decide");
    this.settling = null;
    if (!this.verdicts(model).open) return;
    this.settling = at;
    this.ask("decide", { ...this.question(model), most: MOST.decide }, (said) => {
      this.found.set(at, said);
      if (said.done) this.settling = null;
      tell(said.done);
    });
  }

  /** Whether the property holds: true, false, or undefined where this scope's verdict is not known. */
  holds(model, property) {
    return { good: true, bad: false }[this.verdicts(model).of[property]?.[1]];
  }

  /** What has to change so that the design keeps everything, with a button that shows it. */
  repair(model, act) {
    if (!Object.keys(model.data.properties).some((id) => this.holds(model, id) === false)) return el("p", {});
    const change = this.change(model, Object.keys(model.data.properties));
    if (!change) return el("p", { class: "quiet" }, "No repair of this design is known here.");
    const button = el("button", { type: "button" }, "Look at it beside this design");
    button.addEventListener("click", () => act.besideChange(change));
    return el("div", {}, el("h3", {}, change.says), el("p", {}, el("code", {}, changed(change))), button);
  }

  /**
   * The nearest design that keeps these properties, as what to add and what to leave out; null if none is known. Of the
   * tables those of this scope come first, then those of larger ones, then what is known of designs with a name.
   */
  change(model, properties) {
    const has = model.mechanisms(model.design), here = model.table(), what = properties.length === 1 ? properties[0] : "everything";
    const rank = ({ says, scope }) => (says === here.says ? 0 : within(here.scope, scope) ? 1 : 3);
    const size = ({ add, leave_out }) => add.length + leave_out.length;
    const found = this.every(model).map((table) => ({ ...this.tables.repair(table.name, properties, table.on), table, rank: rank(table) })).filter(({ add }) => add);
    const named = Object.entries(model.data.designs).filter(([name]) => properties.every((id) => ["holds", "vacuous"].includes(model.data.pinned[model.world]?.[name]?.[id])));
    found.push(...named.map(([name, { has: own }]) => ({ add: own.filter((m) => !has.has(m)), leave_out: [...has].filter((m) => !own.includes(m)), named: name, rank: 2 })));
    const fits = ({ add, leave_out }) => !model.misfits(new Set([...has, ...add].filter((m) => !leave_out.includes(m)))).length;
    const [best] = found.filter(fits).sort((one, other) => one.rank - other.rank || size(one) - size(other));
    if (!best) return null;
    const every = best.table && this.tables.knows(best.table.name, best.table.on);
    const says = [
      every ? `The smallest change that keeps ${what}` : `Of the designs that are decided in this scope, the nearest that keeps ${what}`,
      `The nearest change that keeps ${what}, with more than this scope has (${best.table?.says})`,
      `The way to ${best.named}, which keeps ${what}`,
      `The nearest change that keeps ${what} in another scope (${best.table?.says}); whether it does here, its verdicts tell when it is chosen`,
    ];
    return { add: best.add, leave_out: best.leave_out, says: `${says[best.rank]}:` };
  }

  /** Look from the state for the nearest violation; `tell` hears of progress and of the outcome. */
  search(model, state, tell, most = MOST.search) {
    return this.ask("search", { ...this.question(model), start: [...state], property: model.property, timed: model.timed, most }, tell);
  }

  question(model) {
    return { world: model.table(), texts: model.data.texts, on: [...model.mechanisms(model.design)] };
  }

  /** Have a worker do a task, instead of what it may still be doing of that kind. */
  ask(task, asked, tell) {
    this.end(task);
    const question = { ...asked, task }, began = performance.now();
    const hear = (said) => tell({ ...said, seconds: (performance.now() - began) / 1000 });
    const source = `${$("engine").textContent}\nonmessage = ({ data }) => answer(data, postMessage);`;
    let worker;
    try {
      const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
      worker = new Worker(address);
      URL.revokeObjectURL(address);
    } catch {
      return setTimeout(() => answer({ ...question, most: 60000 }, hear)); // no workers here: a shorter search
    }
    this.workers[task] = worker;
    worker.onmessage = ({ data }) => {
      if (data.done) this.end(task);
      hear(data);
    };
    worker.onerror = (error) => {
      this.end(task);
      hear({ done: true, failed: error.message || "the worker failed" });
    };
    return worker.postMessage(question);
  }

  end(task) {
    this.workers[task]?.terminate();
    delete this.workers[task];
  }

  /** The outcome of a search in words. */
  outcome(said, model) {
    if (said.failed) return `The search failed: ${said.failed}.`;
    if (!said.done) return `Searching: ${counted(said.states, "state")}, ${counted(said.depth, "step")} deep …`;
    const time = ` (${said.seconds.toFixed(1)} s)`;
    if (said.events) {
      if (!said.events.length) return `${model.property} is violated here already.${time}`;
      const loop = said.loop === null ? "" : ` Its last ${counted(said.events.length - said.loop, "step")} go round for ever.`;
      const ticks = said.events.filter((name) => name.startsWith("tick")).length, waited = ticks ? ` and ${counted(ticks, "second")}` : "";
      return `Violated after ${counted(said.events.length - ticks, "step")}${waited} from here: now shown.${loop}${time}`;
    }
    const holds = this.holds(model, model.property), endless = said.endless ? " A run that goes round for ever is looked for only without seconds." : "";
    if (said.complete) return `${said.states ? `None exists from here: all ${counted(said.states, "state")} that can lead to one were looked at` : "None exists from here, in seconds or without"}.${endless}${time}`;
    const none = holds ? " The verdict above says more: none exists at all." : holds === false ? " One exists, and is longer or does not lie ahead." : " Whether a longer one exists, this search cannot tell.";
    return `Not found within ${counted(said.depth, "step")}: ${counted(said.states, "state")} looked at.${none}${endless}${time}`;
  }
}

/** A design in a world. */
const designKey = (model) => `${model.world} ${[...model.mechanisms(model.design)].sort().join()}`;

/** How a design was decided in this page, if it was. */
const settled = (live) => (live?.complete ? `: decided just now by all ${counted(live.states, "state")} of this design (${live.seconds.toFixed(1)} s)` : "");

/** What is known where some verdicts are open, and why they are. */
function unsettled(model, live, tables) {
  const there = tables.length ? ` "There" is in a smaller or other scope: ${tables[0].says}.` : "";
  if (live?.failed) return `Deciding this design failed: ${live.failed}.${there}`;
  if (!live?.done) return `Exact where it says holds, vacuous or violated. Deciding the rest, state by state: ${counted(live?.states ?? 0, "state")} …${there}`;
  return `Exact where it says holds, vacuous or violated. The rest stays open here: ${counted(live.states, "state")} of this design were looked at, and there are more. 'mealspec verify ${model.design}' decides it on the command line.${there}`;
}

/** Whether every run of a small scope is one of the large. */
function within(small, large) {
  if (!small || !large) return false;
  const fewer = large.faults === "any" || (small.faults !== "any" && small.faults <= large.faults);
  return fewer && small.meals <= large.meals && small.connections <= large.connections && small.includes.every((item) => large.includes.includes(item));
}

/** A change in the words of the command line. */
const changed = ({ add, leave_out }) => [...add.map((m) => `+${m}`), ...leave_out.map((m) => `\u2011${m}`)].join(" "); // a hyphen at which no line ends
