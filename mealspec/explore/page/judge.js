// Verdicts, what repairs a design, and the search for the nearest violation in a worker.
"use strict";

class Judge {
  constructor(data) {
    this.tables = typeof Verdicts !== "undefined" && data.verdicts ? new Verdicts(data.verdicts) : null;
    this.worker = null;
  }

  /** `{says, of}`: where they come from, and per property true, false or nothing known. */
  verdicts(model) {
    const of = {};
    for (const [id, holds] of Object.entries(model.data.pinned[model.world]?.[model.design] || {})) of[id] = Boolean(holds);
    const missing = Object.keys(model.data.properties).filter((id) => !(id in of));
    if (this.tables && missing.length) {
      for (const id of missing) of[id] = this.tables.holds(id, [...model.mechanisms(model.design)]);
    }
    const known = Object.values(of).filter((verdict) => verdict !== undefined).length;
    if (known) return { of, says: "Exact, for runs of any length in this scope." };
    return { of, says: "Nothing is known of this design in this scope yet; the search below finds short violations, and mealspec verify decides." };
  }

  /** What has to change so that the design keeps everything, with a button that does it. */
  repair(model, act) {
    const broken = Object.entries(this.verdicts(model).of).filter(([, holds]) => holds === false).map(([id]) => id);
    if (!broken.length) return el("p", {}, "");
    const change = this.change(model, Object.keys(model.data.properties));
    if (!change) return el("p", { class: "quiet" }, "");
    const words = [...change.add.map((m) => `+${m}`), ...change.leave_out.map((m) => `-${m}`)];
    const button = el("button", { type: "button" }, "Look at it beside this design");
    button.addEventListener("click", () => act.besideChange(change));
    return el("div", {}, el("h3", {}, change.says), el("p", {}, el("code", {}, words.join(" "))), button);
  }

  /** The smallest change by which the design keeps these properties; the way to `hardened` where nothing smaller is known. */
  change(model, properties) {
    const has = model.mechanisms(model.design);
    if (this.tables) {
      const found = this.tables.repair(properties, [...has]);
      if (found) return { ...found, says: "The smallest repair:" };
    }
    const best = model.data.designs.hardened.has;
    if (model.misfits(new Set(best)).length) return null;
    return {
      add: best.filter((m) => !has.has(m)), leave_out: [...has].filter((m) => !best.includes(m)),
      says: "What leads to hardened, which keeps everything:",
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
    const holds = this.verdicts(model).of[model.property];
    if (said.complete) return `None exists from here: all ${counted(said.states, "state")} that can follow were looked at.${time}`;
    const none = holds ? " The verdict above says more: none exists at all." : holds === false ? " One exists, and is longer or does not lie ahead." : " Whether a longer one exists, this search cannot tell.";
    return `Not found within ${counted(said.depth, "step")}: ${counted(said.states, "state")} looked at.${none}${time}`;
  }
}
