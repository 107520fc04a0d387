// Verdicts, what repairs a design, and the search for the nearest violation in a worker.
"use strict";

class Judge {
  constructor(data) {
    this.tables = typeof Verdicts !== "undefined" && data.verdicts ? new Verdicts(data.verdicts) : null;
    this.worker = null;
  }

  /** The tables of verdicts that know the design, that of this scope first, as `[{name, says, scope}]`. */
  known(model) {
    if (!this.tables) return [];
    const has = [...model.mechanisms(model.design)], here = model.table().says;
    const some = this.tables.worlds().filter((world) => this.tables.knows(world, has));
    const told = some.map((name) => ({ name, says: this.tables.scope(name), scope: model.data.decided[name] }));
    return told.sort((one, other) => (other.says === here) - (one.says === here));
  }

  /**
   * Per property `[word, kind]`, and a sentence on where that comes from. What is violated in a scope is violated in
   * every larger one; so what holds in a scope holds in every smaller one.
   */
  verdicts(model) {
    const of = {}, here = model.table(), has = [...model.mechanisms(model.design)], tables = this.known(model);
    const holds = ["✓ holds", "good"], violated = ["✗ violated", "bad"];
    for (const [id, keeps] of Object.entries(model.data.pinned[model.world]?.[model.design] || {})) of[id] = keeps ? holds : violated;
    for (const table of tables) {
      for (const id of Object.keys(model.data.properties)) {
        if (of[id]) continue;
        const bad = this.tables.verdict(table.name, id, has) === "violated";
        if (bad && within(table.scope, here.scope)) of[id] = violated;
        else if (!bad && within(here.scope, table.scope)) of[id] = holds;
      }
    }
    const ids = Object.keys(model.data.properties), open = ids.filter((id) => !of[id]);
    if (tables.length) for (const id of open) of[id] = this.tables.verdict(tables[0].name, id, has) === "violated" ? ["✗ there", "quiet"] : ["✓ there", "quiet"];
    if (!open.length) return { of, says: "Exact, for runs of any length in this scope." };
    const known = open.length < ids.length ? "Exact, for runs of any length in this scope, where it says holds or violated." : "No verdict on this design is known in this scope; the search below finds short violations, and mealspec verify decides.";
    return { of, says: tables.length ? `${known} "There" is in a smaller or other scope: ${tables[0].says}.` : known };
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

  /** The smallest change by which the design keeps these properties; the way to `hardened` where nothing smaller is known. */
  change(model, properties) {
    const has = model.mechanisms(model.design), what = properties.length === 1 ? properties[0] : "everything";
    const [table] = this.known(model), found = table && this.tables.repair(table.name, properties, [...has]);
    if (found) return { ...found, says: `The smallest change that keeps ${what} (${table.says}):` };
    const best = model.data.designs.hardened.has;
    if (table || model.misfits(new Set(best)).length) return null;
    return {
      add: best.filter((m) => !has.has(m)), leave_out: [...has].filter((m) => !best.includes(m)),
      says: "The way to hardened, which keeps everything:",
    };
  }

  /** Look from the state for the nearest violation; `tell` hears of progress and of the outcome. */
  search(model, state, tell, most = 1500000) {
    this.stop();
    const question = { world: model.table(), texts: model.data.texts, on: [...model.mechanisms(model.design)], start: [...state], property: model.property, most };
    const began = performance.now();
    const hear = (said) => tell({ ...said, seconds: (performance.now() - began) / 1000 });
    const source = `${$("engine").textContent}\nonmessage = ({ data }) => answer(data, postMessage);`;
    try {
      const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
      this.worker = new Worker(address);
      URL.revokeObjectURL(address);
    } catch {
      return setTimeout(() => answer({ ...question, most: 60000 }, hear)); // no workers here: a shorter search
    }
    this.worker.onmessage = ({ data }) => {
      if (data.done) this.stop();
      hear(data);
    };
    this.worker.onerror = (error) => {
      this.stop();
      tell({ done: true, failed: error.message || "the worker failed" });
    };
    return this.worker.postMessage(question);
  }

  stop() {
    this.worker?.terminate();
    this.worker = null;
  }

  /** The outcome of a search in words. */
  outcome(said, model) {
    const counted = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
    if (said.failed) return `The search failed: ${said.failed}.`;
    if (!said.done) return `Searching: ${counted(said.states, "state")}, ${counted(said.depth, "step")} deep …`;
    const time = ` (${said.seconds.toFixed(1)} s)`;
    if (said.events) {
      if (!said.events.length) return `${model.property} is violated here already.${time}`;
      const loop = said.loop === null ? "" : ` Its last ${counted(model.at + said.events.length - said.loop - model.at, "step")} go round for ever.`;
      return `Violated after ${counted(said.events.length, "step")} from here: now shown.${loop}${time}`;
    }
    const holds = this.holds(model, model.property);
    if (said.complete) return `None exists from here: all ${counted(said.states, "state")} that can follow were looked at.${time}`;
    const none = holds ? " The verdict above says more: none exists at all." : holds === false ? " One exists, and is longer or does not lie ahead." : " Whether a longer one exists, this search cannot tell.";
    return `Not found within ${counted(said.depth, "step")}: ${counted(said.states, "state")} looked at.${none}${time}`;
  }
}

/** Whether every run of a small scope is one of the large. */
function within(small, large) {
  if (!small || !large) return false;
  const fewer = large.faults === "any" || (small.faults !== "any" && small.faults <= large.faults);
  return fewer && small.meals <= large.meals && small.connections <= large.connections && small.includes.every((item) => large.includes.includes(item));
}

/** A change in the words of the command line. */
const changed = ({ add, leave_out }) => [...add.map((m) => `+${m}`), ...leave_out.map((m) => `\u2011${m}`)].join(" "); // a hyphen at which no line ends
