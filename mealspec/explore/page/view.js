// The page: what the model says, as elements.
"use strict";

const $ = (id) => document.getElementById(id);

/** An element with properties and children; texts are texts, never markup. */
function el(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key === "class") made.className = value;
    else if (key.includes("-")) made.setAttribute(key, value);
    else made[key] = value;
  }
  made.append(...children);
  return made;
}

const by = (refused) => (refused.length ? refused.map(([machine, state]) => `${machine} in ${state}`).join(" and ") : "there is no such event in this design");

class View {
  constructor(model, act) {
    Object.assign(this, { model, act });
    this.told = "";
    this.drawn = {};
    this.fill();
  }

  /** What never changes. */
  fill() {
    const { data } = this.model;
    const scopes = Object.entries(data.worlds).map(([name, world]) => el("option", { value: name }, `${name.startsWith("app") ? "the app's: " : ""}${world.says}`));
    $("world").replaceChildren(...scopes);
    const groups = new Map();
    for (const run of data.runs) groups.set(run.group, [...(groups.get(run.group) || []), run]);
    const options = [...groups].map(([group, runs]) => el("optgroup", { label: group }, ...runs.map((run) => el("option", { value: run.id }, run.title))));
    $("jump").replaceChildren(el("option", { value: "" }, "…"), ...options);
    $("property").replaceChildren(...Object.keys(data.properties).map((id) => el("option", { value: id }, id)));
    $("excerpt").replaceChildren(el("option", { value: "" }, "…"), ...data.excerpts.map((each) => el("option", { value: each.id }, `${each.id}: ${each.title}`)));
  }

  /** Everything anew; a few milliseconds. */
  draw() {
    const { model } = this;
    this.system = model.system();
    this.run = this.taken();
    this.state = this.run.states[model.at];
    this.once("choices", `${model.world} ${model.design} ${model.property} ${model.story?.id} ${model.timed}`);
    this.moves();
    this.enabled();
    if ($("refused").open) this.refusals();
    this.chart();
    this.machines();
    this.logs();
    this.once("verdicts", `${model.world} ${model.design}`);
    this.once("sides", `${model.world} ${model.design} ${model.beside} ${model.timed} ${model.events} ${model.branches.length}`);
    $("told").textContent = this.told;
    if ($("graph").open) graph.draw($("states"), this.system, this.state);
    this.follow();
  }

  /** The run; where it only grew, only its last step is made. */
  taken() {
    const { model, system, run } = this, events = model.events, last = events.length - 1;
    if (run && this.of === system && run.taken.length === last && events.slice(0, last).every((name, k) => name === system.events[run.taken[k]].name)) {
      const grown = system.run([events[last]], run.states[last]);
      if (!grown.refused) return { states: [...run.states, grown.states[1]], taken: [...run.taken, ...grown.taken], refused: null };
    }
    this.of = system;
    return model.run();
  }

  /** Draw a part if what it depends on is new. */
  once(part, key) {
    if (this.drawn[part] === key) return;
    this.drawn[part] = key;
    this[part]();
  }

  choices() {
    const { model } = this;
    $("world").value = model.world;
    const named = Object.keys(model.data.designs).filter((name) => !model.misfits(model.mechanisms(name)).length);
    const own = named.includes(model.design) ? [] : [model.design];
    $("design").replaceChildren(...[...named, ...own].map((name) => el("option", { value: name }, name)));
    $("design").value = model.design;
    $("jump").value = model.story?.id || "";
    $("property").value = model.property;
    const { free, fixed } = model.table(), has = model.mechanisms(model.design);
    $("timed").checked = model.timed;
    $("timed").disabled = !model.table().clocks;
    $("count").textContent = `(${has.size} on; ${free.length} can be switched here)`;
    $("scopesays").textContent = `${model.table().says}. Left out: ${model.table().scope.left_out.join(", ") || "nothing"}.`;
    if (!$("switches").open) return;
    const wanted = $("find-mechanism").value.toLowerCase();
    const boxes = [...free, ...fixed].filter((m) => `${m} ${model.data.mechanisms[m].does}`.toLowerCase().includes(wanted)).map((m) => {
      const { does, closes, costs } = model.data.mechanisms[m], need = model.data.needs[m];
      const box = el("input", { type: "checkbox", checked: has.has(m), disabled: fixed.includes(m), value: m, "data-mechanism": m });
      return el("label", { class: need && !has.has(need) ? "off" : "", title: `closes: ${closes}; costs: ${costs}` }, box, ` ${m} `, el("small", {}, `${does}${need ? ` Needs ${need}.` : ""}`));
    });
    const focus = document.activeElement?.dataset?.mechanism;
    $("mechanisms").replaceChildren(...boxes);
    if (focus) document.querySelector(`[data-mechanism="${focus}"]`)?.focus();
  }

  moves() {
    const { at, events } = this.model;
    const passed = this.run.taken.slice(0, at).filter((e) => this.system.events[e].kind === "time").length;
    $("place").textContent = `step ${at} of ${events.length}${this.model.timed ? `, ${passed} s` : ""}`;
    $("pass").hidden = !this.model.timed;
    $("pass").disabled = !this.system.events.some((event, e) => event.name === "tick" && this.system.after(this.state, e));
    for (const [name, off] of [["start", at === 0], ["back", at === 0], ["forward", at >= events.length], ["end", at >= events.length], ["play", !events.length]]) {
      document.querySelector(`[data-do=${name}]`).disabled = off;
    }
  }

  enabled() {
    const can = this.system.enabled(this.state).map((e) => this.system.events[e]);
    const groups = ["user", "client", "server", "network"].map((owner) => [owner, can.filter((e) => e.owner === owner && e.kind !== "fault")]);
    groups.push(["faults", can.filter((e) => e.kind === "fault")], ["time", can.filter((e) => e.kind === "time")]);
    const parts = groups.filter(([, some]) => some.length).flatMap(([owner, some]) => [
      el("h3", {}, owner),
      ...some.map((e) => el("button", { type: "button", class: e.kind === "fault" ? "fault" : "", "data-event": e.name }, e.label, " ", el("small", {}, e.name))),
    ]);
    $("enabled").replaceChildren(...(parts.length ? parts : [el("p", {}, "Nothing: every machine refuses everything here.")]));
  }

  refusals() {
    const can = new Set(this.system.enabled(this.state));
    const wanted = $("find-refused").value.toLowerCase();
    const not = this.system.events.map((event, e) => [event, e]).filter(([event, e]) => !can.has(e) && `${event.label} ${event.name}`.toLowerCase().includes(wanted));
    $("refused-count").textContent = `(${this.system.events.length - can.size})`;
    $("refusals").replaceChildren(...not.map(([event, e]) => el("li", {}, event.label, " ", el("small", {}, `${event.name}: refused by ${by(this.system.refusal(this.state, e))}`))));
  }

  chart() {
    const { model } = this, story = model.story;
    const about = story?.title ? [el("p", { class: "title" }, story.title), ...story.notes.map((note) => el("p", {}, note))] : [];
    if (!model.events.length) about.push(el("p", {}, "Nothing has happened yet. Choose what happens first, or jump to a run."));
    $("about").replaceChildren(...about);
    $("chart").innerHTML = model.events.length ? chart(model.data, this.system, this.run, { at: model.at, loop: story?.loop, marked: story?.marked || new Set() }) : "";
    if ($("list").open) this.steps();
    const kept = model.branches.map((branch, k) => el("button", { type: "button", "data-branch": k, title: branch.events.join(", ") }, `branch ${k + 1}: ${branch.events.length} steps, other from step ${parted(branch.events, model.events) + 1}`));
    $("branches").replaceChildren(...(kept.length ? [el("h3", {}, "Branches"), el("div", { class: "row" }, ...kept)] : []));
  }

  /** Bring the step into sight; last of all, for the page is laid out for it. */
  follow() {
    const box = $("chart"), here = box.querySelector(`[data-step="${this.model.at}"]`);
    if (!here) return;
    const top = Number(here.dataset.top);
    if (top < box.scrollTop || top > box.scrollTop + box.clientHeight - 90) box.scrollTop = top - box.clientHeight / 2;
  }

  steps() {
    $("steps").replaceChildren(...this.run.taken.map((e, k) => {
      const event = this.system.events[e];
      const button = el("button", { type: "button", "data-step": k + 1 }, `${event.owner}: ${event.label} `, el("small", {}, event.name));
      if (k + 1 === this.model.at) button.setAttribute("aria-current", "step");
      return el("li", {}, button);
    }));
  }

  machines() {
    const before = this.model.at ? this.run.states[this.model.at - 1] : this.state;
    const rows = this.system.machines.map((machine, k) => {
      const row = el("tr", { class: before[k] !== this.state[k] ? "changed" : "", title: machine.doc }, el("th", { scope: "row" }, machine.name), el("td", {}, machine.states[this.state[k]]));
      const seconds = this.model.timed ? this.system.seconds(this.state, k) : null;
      if (seconds !== null) row.lastChild.append(" ", el("small", {}, `for ${seconds} s`));
      if (before[k] !== this.state[k]) row.lastChild.append(" ", el("small", {}, `was ${machine.states[before[k]]}`));
      return row;
    });
    $("machines").tBodies[0].replaceChildren(...rows);
  }

  logs() {
    const lines = this.run.taken.slice(0, this.model.at).map((e, k) => [this.system.events[e], k + 1]).filter(([event]) => event.line);
    const shown = lines.map(([{ line: [log, ...texts] }, k]) => el("li", {}, el("small", {}, `${k} ${log} `), texts[0], texts.length > 1 ? el("small", {}, ` or: ${texts.slice(1).join(" or: ")}`) : ""));
    $("logs").replaceChildren(...(shown.length ? shown : [el("li", { class: "quiet" }, "nothing yet")]));
  }

  verdicts() {
    const { model } = this, known = judge.verdicts(model);
    $("judged").textContent = known.says;
    const rows = Object.entries(model.data.properties).map(([id, { says }]) => {
      const [word, kind] = known.of[id] || ["?", "quiet"];
      return el("tr", { title: says }, el("th", { scope: "row" }, id), el("td", { class: kind }, word));
    });
    $("verdicts").replaceChildren(el("table", {}, el("tbody", {}, ...rows)), judge.repair(model, this.act));
  }

  sides() {
    const { model } = this, { data } = model;
    const named = Object.keys(data.designs).filter((name) => name !== model.design && model.system(name));
    const own = model.beside && !model.beside.startsWith("#") && !named.includes(model.beside) ? [model.beside] : [];
    const branches = model.branches.map((_, k) => el("option", { value: `#${k}` }, `branch ${k + 1}`));
    $("beside").replaceChildren(el("option", { value: "" }, "nothing"), ...[...named, ...own].map((name) => el("option", { value: name }, name)), ...branches);
    $("beside").value = model.beside;
    const other = model.other();
    if (!other) return $("sides").replaceChildren();
    $("sides").replaceChildren(...beside(model, this.system, this.run, other));
  }
}

/** How many events two runs have in common at their beginning. */
function parted(one, other) {
  let k = 0;
  while (k < one.length && k < other.length && one[k] === other[k]) k++;
  return k;
}

/** Two runs step by step: what happens, whether the other takes it, and the machines that then differ. */
function beside(model, system, run, other) {
  const rows = [], { refused } = other.run;
  const steps = Math.max(model.events.length, other.events.length);
  const title = other.title.length > 40 ? "the other" : other.title;
  let first = null, before = "";
  for (let k = 0; k < steps; k++) {
    const mine = k < run.taken.length ? system.events[run.taken[k]].label : "";
    const theirs = k < other.run.taken.length ? other.system.events[other.run.taken[k]].label : "";
    const stopped = refused && k === other.run.taken.length;
    const said = stopped ? `refused by ${by(refused.by)}` : theirs || "";
    const differ = k < run.taken.length && k < other.run.taken.length ? differences(system, run.states[k + 1], other.system, other.run.states[k + 1]) : [];
    if (first === null && (stopped || differ.length)) first = k + 1;
    const news = stopped || differ.join() !== before;
    before = differ.join();
    const cell = news ? el("td", {}, ...differ.flatMap((text) => [text, el("br")])) : el("td", { class: "quiet" }, before && "as before");
    rows.push(el("tr", { class: news ? "gone" : "" }, el("th", { scope: "row" }, String(k + 1)), el("td", {}, mine), el("td", { class: stopped ? "bad" : "" }, said), cell));
    if (stopped && model.beside[0] !== "#") break;
  }
  const says = refused
    ? `${title} takes ${other.run.taken.length} of these ${model.events.length} steps and refuses '${refused.event}': ${by(refused.by)}.`
    : first === null ? `Both do the same, step for step.` : `Both take all steps; they differ from step ${first} on.`;
  const still = refused ? [] : [owed(model.design, system, run), owed(title, other.system, other.run)];
  const head = el("thead", {}, el("tr", {}, ...["step", model.design, title, "differs"].map((text) => el("th", { scope: "col" }, text))));
  return [el("p", { role: "status" }, [says, ...still].join(" ")), el("table", {}, head, el("tbody", {}, ...rows))];
}

/** What the system still owes at the end of a run, in words. */
function owed(title, system, { states }) {
  const last = states[states.length - 1];
  const open = system.enabled(last).filter((e) => system.events[e].kind === "system" && !same(system.after(last, e), last));
  const labels = open.slice(0, 3).map((e) => `"${system.events[e].label}"`);
  if (!open.length) return `At the end ${title} owes nothing more: what is not shown by then stays so.`;
  return `At the end ${title} still owes ${labels.join(", ")}${open.length > 3 ? ` and ${open.length - 3} more` : ""}.`;
}

/** The machines that both have and that are elsewhere, in words. */
function differences(system, state, other, theirs) {
  const labels = other.labels(theirs);
  return Object.entries(system.labels(state)).filter(([name, label]) => name in labels && labels[name] !== label).map(([name, label]) => `${name}: ${label} | ${labels[name]}`);
}
