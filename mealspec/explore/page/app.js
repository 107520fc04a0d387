// What happens when somebody clicks, types or opens a link.
"use strict";

const model = new Model(JSON.parse($("data").textContent));
const { data } = model;
const judge = new Judge(data);

/** Draw, and say so in the address a moment later, for a browser takes only so many changes of it; `told` is said aloud. */
let saying = null;
function show(told = "") {
  view.told = told;
  view.draw();
  clearTimeout(saying);
  saying = setTimeout(sayAddress, 50);
}

function sayAddress() {
  const address = `#${model.address()}`;
  if (address !== location.hash) history.replaceState(null, "", address);
}

const act = {
  flaw: () => open(data.runs.find((run) => run.id === "flaw"), "The published fix loses a meal on an ordinary day: go back step by step, or press play."),
  repair: () => {
    const change = judge.change(model, model.story?.id === "flaw" ? ["delivery"] : Object.keys(data.properties));
    if (!change) return show("In this scope no design is known that repairs it.");
    return act.besideChange(change);
  },
  besideChange: ({ add, leave_out, says }) => {
    const has = model.mechanisms(model.design);
    add.forEach((m) => has.add(m));
    leave_out.forEach((m) => has.delete(m));
    model.beside = model.name(has);
    show(`${says} ${changed({ add, leave_out })}. Below, the same events in both.`);
    $("compare").scrollIntoView({ block: "nearest" });
  },
  fresh: () => {
    Object.assign(model, { events: [], at: 0, story: null, branches: [], beside: "" });
    show();
  },
  start: () => move(0),
  back: () => move(model.at - 1),
  forward: () => move(model.at + 1),
  end: () => move(model.events.length),
  play,
  search,
  pass: () => {
    const tick = view.system.position.get("tick");
    let state = view.state;
    do {
      model.take("tick");
      state = view.system.after(state, tick);
    } while (view.system.after(state, tick) && model.at < 2000 && String(state) !== String(view.system.after(state, tick)));
    show(`Time passes until something must happen: ${by(view.system.refusal(state, tick))}`);
  },
  stop: () => {
    judge.end("search");
    $("searched").textContent = "Stopped.";
    searching(false);
  },
  itf: pasteTrace,
  logs: pasteLogs,
};

const graph = new StateGraph(act);
const view = new View(model, act);

function open(run, told = "") {
  model.jump(run);
  show(told);
}

function move(to) {
  model.at = Math.min(Math.max(to, 0), model.events.length);
  const event = model.at ? view.system.events[view.run.taken[model.at - 1]] : null;
  show(event ? `Step ${model.at}: ${event.label}` : "");
}

let playing = null;
function play() {
  const button = document.querySelector("[data-do=play]");
  const stop = () => {
    clearInterval(playing);
    playing = null;
    button.setAttribute("aria-pressed", "false");
    button.textContent = "Play";
  };
  if (playing) return stop();
  if (model.at === model.events.length) move(0);
  button.setAttribute("aria-pressed", "true");
  button.textContent = "Pause";
  playing = setInterval(() => {
    if (model.at >= model.events.length) return stop();
    return move(model.at + 1);
  }, 900);
  return undefined;
}

function searching(on) {
  document.querySelector("[data-do=search]").hidden = on;
  document.querySelector("[data-do=stop]").hidden = !on;
}

function search() {
  const asked = model.address();
  searching(true);
  $("searched").textContent = "Searching …";
  judge.search(model, view.state, (said) => {
    if (model.address() !== asked) {
      judge.end("search");
      searching(false);
      $("searched").textContent = "The run was changed meanwhile: search again from where it is now.";
    } else if (said.done && said.events?.length) {
      const stem = model.events.slice(0, model.at), from = model.at;
      if (model.at < model.events.length) model.keep();
      model.events = [...stem, ...said.events];
      model.story = { title: `${model.property} is violated: ${data.properties[model.property].says} Not so.`, notes: [], marked: new Set(), loop: said.loop === null ? null : from + said.loop };
      $("searched").textContent = judge.outcome(said, model);
      model.at = model.events.length;
      show();
    } else $("searched").textContent = judge.outcome(said, model);
    if (said.done) searching(false);
  });
}

function choose(design) {
  const lost = model.choose(design);
  show(lost ? `${design} refuses step ${lost.step} of the run, '${lost.event}': ${by(lost.by)}. The run stops before it and is kept as a branch.` : "");
}

function pasteTrace() {
  const told = $("pasted");
  try {
    const trace = traceOf($("itf").value);
    const worlds = worldOf(model, trace);
    const design = trace.design && model.mechanisms(trace.design) ? trace.design : model.design;
    const fitting = worlds.find((world) => !model.misfits(model.mechanisms(design), world).length);
    if (!fitting) throw new Error("this page has no such scope, or not with this design; 'mealspec replay FILE' takes any");
    Object.assign(model, { world: fitting, design, branches: [], beside: "", events: trace.events });
    const run = model.run(), wrong = contradiction(model.system(), run, trace.states);
    model.events = trace.events.slice(0, run.taken.length);
    model.at = model.events.length;
    model.story = { title: "A trace that was pasted", notes: [], marked: new Set(), loop: Number.isInteger(trace.loop) && trace.loop < model.events.length ? trace.loop : null };
    const refused = run.refused ? `${design} refuses step ${run.taken.length + 1}, '${run.refused.event}': ${by(run.refused.by)}.` : `${design} accepts all ${run.taken.length} steps.`;
    told.textContent = refused + (wrong ? ` But ${wrong}.` : "");
    show();
  } catch (error) {
    told.textContent = `Cannot read the trace: ${error.message}.`;
  }
}

function pasteLogs() {
  const found = reading(view.system, { client: $("log-client").value, server: $("log-server").value });
  const items = found.map(({ log, line, events }) => el("li", {}, el("small", {}, `${log} `), el("code", {}, line), " ", events.length
    ? el("span", {}, "is ", ...events.flatMap((event, k) => [k ? " or " : "", el("strong", {}, event.label), " ", el("small", {}, event.name)]))
    : el("span", { class: "bad" }, `is no line that ${model.design} prints`)));
  const note = found.length ? "Which causes fit these logs, and which do not, 'mealspec diagnose CLIENT.log SERVER.log' decides on the command line; here each line is named by itself." : "Paste some lines first.";
  $("pasted").replaceChildren(el("ol", { "aria-label": "Lines and their events" }, ...items), el("p", {}, note));
}

// ------------------------------------------------------------------ listening

document.addEventListener("click", ({ target }) => {
  const hit = target.closest("[data-do],[data-event],[data-step],[data-branch],[data-state]");
  if (!hit || hit.disabled) return;
  const { do: name, event, step: number, branch, state } = hit.dataset;
  if (name) act[name]();
  else if (event) take(event);
  else if (number) move(Number(number));
  else if (branch) [model.switch(Number(branch)), show()];
  else if (state) stateClicked(state);
});

function take(event) {
  model.take(event);
  const { label } = view.system.events[view.system.position.get(event)];
  show(`Step ${model.at}: ${label}`);
  const again = document.querySelector(`[data-event="${event}"]`) || document.querySelector("[data-event]");
  if (document.activeElement === document.body) again?.focus({ preventScroll: true });
}

function stateClicked(key) {
  const node = graph.nodes.get(key);
  const way = graph.way(node).slice(1);
  if (node.open && way.length) return [way.forEach(({ event }) => model.take(event)), show(`Went ${way.length} steps ahead.`)];
  graph.expand(key);
  graph.draw($("states"), view.system, view.state);
  return document.querySelector(`[data-state="${key}"]`)?.focus();
}

document.addEventListener("keydown", (press) => {
  const typing = press.target.closest("input,select,textarea,[role=group]");
  if (press.target.dataset?.state && ["Enter", " "].includes(press.key)) return [press.preventDefault(), stateClicked(press.target.dataset.state)];
  if (typing || press.ctrlKey || press.metaKey || press.altKey) return undefined;
  const name = { ArrowLeft: "back", ArrowRight: "forward", Home: "start", End: "end" }[press.key] || (press.key === " " && !press.target.closest("button,summary,a") ? "play" : "");
  return name && [press.preventDefault(), act[name]()];
});

$("world").addEventListener("change", ({ target }) => {
  model.world = target.value;
  const fits = !model.misfits(model.mechanisms(model.design)).length;
  model.timed &&= Boolean(model.table().clocks);
  choose(fits ? model.design : model.usual(model.world));
});
$("timed").addEventListener("change", ({ target }) => {
  const stopped = model.inTime(target.checked);
  show(stopped ? `In seconds this run stops before '${stopped.event}': ${by(stopped.by)}.` : "");
});
$("design").addEventListener("change", ({ target }) => choose(target.value));
$("jump").addEventListener("change", ({ target }) => target.value && open(data.runs.find((run) => run.id === target.value)));
$("beside").addEventListener("change", ({ target }) => [(model.beside = target.value), show()]);
$("property").addEventListener("change", ({ target }) => [(model.property = target.value), ($("searched").textContent = ""), show()]);
$("mechanisms").addEventListener("change", ({ target }) => {
  const has = model.mechanisms(model.design);
  if (target.checked) has.add(target.value), data.needs[target.value] && has.add(data.needs[target.value]);
  else {
    has.delete(target.value);
    for (const [m, needed] of Object.entries(data.needs)) if (needed === target.value) has.delete(m);
  }
  choose(model.name(has));
});
$("excerpt").addEventListener("change", ({ target }) => {
  const found = data.excerpts.find((each) => each.id === target.value);
  if (!found) return;
  [$("log-client").value, $("log-server").value] = [found.client.join("\n"), found.server.join("\n")];
  pasteLogs();
});
for (const [id, draw] of [["refused", () => view.refusals()], ["list", () => view.steps()], ["find-refused", () => view.refusals()], ["switches", () => view.choices()], ["find-mechanism", () => view.choices()], ["graph", () => graph.draw($("states"), view.system, view.state)]]) {
  $(id).addEventListener($(id).tagName === "DETAILS" ? "toggle" : "input", draw);
}
addEventListener("pagehide", sayAddress);
addEventListener("hashchange", () => show(model.restore(location.hash.slice(1))));
show(location.hash.length > 1 ? model.restore(location.hash.slice(1)) : "");
