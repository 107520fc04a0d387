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

const fitted = new WeakMap(); // box -> its children by key

/** Children by `[key, make]`, each key once: one whose key was there stays as it is, which spares its layout and its focus. */
function fit(box, items) {
  const before = fitted.get(box) || new Map(), now = new Map(items.map(([key]) => [key, before.get(key)]));
  for (const [key, node] of before) if (!now.has(key)) node.remove();
  let next = box.firstChild;
  for (const [key, make] of items) {
    const node = now.get(key) || make();
    if (node === next) next = next.nextSibling;
    else box.insertBefore(node, next);
    now.set(key, node);
  }
  fitted.set(box, now);
}

const by = (refused) => (refused.length ? refused.map(([machine, state]) => `${machine} in ${state}`).join(" and ") : "there is no such event in this design");

class View {
  constructor(model, act) {
    Object.assign(this, { model, act });
    this.told = "";
    this.drawn = {};
    this.picture = new Chart($("chart"));
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

  /** Bring everything up to date: what is as before stays. */
  draw() {
    const { model } = this;
    this.system = model.system();
    this.run = this.taken();
    this.state = this.run.states[model.at];
    this.once("choices", `${model.world} ${model.design} ${model.property} ${model.story?.id} ${model.timed}`);
    this.moves();
    this.enabled();
    this.chart();
    this.once("branches", `${model.events} ${model.branches.map((branch) => branch.events)}`);
    this.machines();
    this.logs();
    this.once("verdicts", `${model.world} ${model.design}`);
    this.once("others", `${model.world} ${model.design} ${model.beside} ${model.branches.length}`);
    this.once("sides", model.beside && `${model.world} ${model.design} ${model.beside} ${model.timed} ${model.events} ${model.branches.length}`);
    $("told").textContent = this.told;
    if ($("graph").open) graph.draw($("states"), this.system, this.state);
    this.follow();
    clearTimeout(this.later);
    if ($("refused").open) this.later = setTimeout(() => this.refusals()); // a long list, which no step waits for
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
    const button = (e) => el("button", { type: "button", class: e.kind === "fault" ? "fault" : "", "data-event": e.name }, e.label, " ", el("small", {}, e.name));
    const parts = groups.filter(([, some]) => some.length).flatMap(([owner, some]) => [
      [owner, () => el("h3", {}, owner)],
      ...some.map((e) => [`${e.kind} ${e.name} ${e.label}`, () => button(e)]),
    ]);
    fit($("enabled"), parts.length ? parts : [["nothing", () => el("p", {}, "Nothing: every machine refuses everything here.")]]);
  }

  refusals() {
    const can = new Set(this.system.enabled(this.state)), wanted = $("find-refused").value.toLowerCase();
    const not = this.system.events.map((event, e) => [event, e]).filter(([event, e]) => !can.has(e) && `${event.label} ${event.name}`.toLowerCase().includes(wanted));
    $("refused-count").textContent = `(${this.system.events.length - can.size})`;
    fit($("refusals"), not.map(([event, e]) => {
      const says = `${event.name}: refused by ${by(this.system.refusal(this.state, e))}`;
      return [`${event.label} ${says}`, () => el("li", {}, event.label, " ", el("small", {}, says))];
    }));
  }

  chart() {
    const { model } = this, story = model.story;
    const about = story?.title ? [story.title, ...story.notes] : [];
    if (!model.events.length) about.push("Nothing has happened yet. Choose what happens first, or jump to a run.");
    fit($("about"), about.map((text, k) => [`${Boolean(story?.title)} ${text}`, () => el("p", { class: story?.title && !k ? "title" : "" }, text)]));
    this.picture.draw(model.data, this.system, this.run, { at: model.at, loop: story?.loop, marked: story?.marked || new Set() });
    if ($("list").open) this.steps();
  }

  branches() {
    const { model } = this;
    const kept = model.branches.map((branch, k) => el("button", { type: "button", "data-branch": k, title: branch.events.join(", ") }, `branch ${k + 1}: ${branch.events.length} steps, other from step ${parted(branch.events, model.events) + 1}`));
    $("branches").replaceChildren(...(kept.length ? [el("h3", {}, "Branches"), el("div", { class: "row" }, ...kept)] : []));
  }

  /** Bring the step into sight; last of all, for the page is laid out for it. */
  follow() {
    const box = $("chart"), { here } = this.picture;
    if (!here) return;
    const top = here.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop;
    if (top < box.scrollTop || top > box.scrollTop + box.clientHeight - 90) box.scrollTop = top - box.clientHeight / 2;
  }

  steps() {
    const button = (event, k) => el("button", { type: "button", "data-step": k + 1 }, `${event.owner}: ${event.label} `, el("small", {}, event.name));
    const events = this.run.taken.map((e) => this.system.events[e]);
    fit($("steps"), events.map((event, k) => [`${k} ${event.name} ${event.label}`, () => el("li", {}, button(event, k))]));
    $("steps").querySelector("[aria-current]")?.removeAttribute("aria-current");
    $("steps").querySelector(`[data-step="${this.model.at}"]`)?.setAttribute("aria-current", "step");
  }

  machines() {
    const before = this.model.at ? this.run.states[this.model.at - 1] : this.state;
    fit($("machines").tBodies[0], this.system.machines.map((machine, k) => {
      const changed = before[k] !== this.state[k], seconds = this.model.timed ? this.system.seconds(this.state, k) : null;
      const small = [...(seconds === null ? [] : [`for ${seconds} s`]), ...(changed ? [`was ${machine.states[before[k]]}`] : [])];
      const says = machine.states[this.state[k]];
      return [[machine.name, says, ...small].join("\n"), () => el("tr", { class: changed ? "changed" : "", title: machine.doc },
        el("th", { scope: "row" }, machine.name), el("td", {}, says, ...small.flatMap((text) => [" ", el("small", {}, text)])))];
    }));
  }

  logs() {
    const lines = this.run.taken.slice(0, this.model.at).map((e, k) => [this.system.events[e], k + 1]).filter(([event]) => event.line);
    const line = ([{ line: [log, ...texts] }, k]) => el("li", {}, el("small", {}, `${k} ${log} `), texts[0], texts.length > 1 ? el("small", {}, ` or: ${texts.slice(1).join(" or: ")}`) : "");
    fit($("logs"), lines.length ? lines.map((each) => [`${each[1]} ${each[0].line}`, () => line(each)]) : [["", () => el("li", { class: "quiet" }, "nothing yet")]]);
  }

  verdicts() {
    const { model } = this, known = judge.verdicts(model);
    judge.settle(model, (done) => (done ? this.verdicts() : ($("judged").textContent = judge.verdicts(model).says)));
    $("judged").textContent = known.says;
    const rows = Object.entries(model.data.properties).map(([id, { says }]) => {
      const [word, kind] = known.of[id] || ["?", "quiet"];
      return el("tr", { title: says }, el("th", { scope: "row" }, id), el("td", { class: kind }, word));
    });
    $("verdicts").replaceChildren(el("table", { "aria-labelledby": "judge-h" }, el("tbody", {}, ...rows)), judge.repair(model, this.act));
  }

  /** What the run can be laid beside. */
  others() {
    const { model } = this;
    const named = Object.keys(model.data.designs).filter((name) => name !== model.design && model.system(name));
    const own = model.beside && !model.beside.startsWith("#") && !named.includes(model.beside) ? [model.beside] : [];
    const branches = model.branches.map((_, k) => el("option", { value: `#${k}` }, `branch ${k + 1}`));
    $("beside").replaceChildren(el("option", { value: "" }, "nothing"), ...[...named, ...own].map((name) => el("option", { value: name }, name)), ...branches);
    $("beside").value = model.beside;
  }

  sides() {
    const other = this.model.other();
    $("sides").replaceChildren(...(other ? beside(this.model, this.system, this.run, other) : []));
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
  return [el("p", { role: "status" }, [says, ...still].join(" ")), el("table", { "aria-labelledby": "compare-h" }, head, el("tbody", {}, ...rows))];
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
