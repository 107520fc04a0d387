// Traces and logs that somebody pastes.
"use strict";

/** The run that a text tells: ITF as Quint and Apalache write it, or what `mealspec trace --json` prints. Throws a sentence. */
function traceOf(text) {
  let data;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new Error(`this is not JSON: ${error.message}`);
  }
  if (Array.isArray(data?.events)) {
    if (!data.events.every((name) => typeof name === "string")) throw new Error("'events' is no list of names");
    return { events: data.events, loop: data.loop ?? null, design: data.design, scope: data.scope ?? {}, states: [] };
  }
  if (!Array.isArray(data?.states) || !data.states.length) throw new Error("this is JSON and not an ITF trace: it needs a list of 'states'");
  const events = data.states.slice(1).map((state, k) => {
    const action = state?.["mbt::actionTaken"];
    if (typeof action !== "string") throw new Error(`state ${k + 1} does not say which event led to it ('mbt::actionTaken')`);
    return action;
  });
  const meta = data["#meta"] ?? {};
  return { events, loop: data.loop ?? null, design: meta.design, scope: meta, states: data.states };
}

/** The world that a trace's scope names, if there is one. */
function worldOf(model, { scope }) {
  const usual = Object.values(model.data.worlds).find((world) => world.scope.meals === 1 && world.scope.connections === 2).scope;
  const wanted = { ...usual, ...scope };
  const same = (world) => world.scope.meals === wanted.meals && world.scope.connections === wanted.connections && String(world.scope.faults) === String(wanted.faults) && [...world.scope.includes].sort().join() === [...wanted.includes].sort().join();
  return Object.keys(model.data.worlds).filter((name) => same(model.data.worlds[name]));
}

/** Where the recorded states are not those that the events lead to: the first sentence, or nothing. */
function contradiction(system, run, states) {
  for (let k = 0; k < Math.min(states.length, run.states.length); k++) {
    const labels = system.labels(run.states[k]);
    for (const [name, label] of Object.entries(states[k])) {
      if (name in labels && typeof label === "string" && labels[name] !== label) return `after step ${k}, machine '${name}' is in '${labels[name]}', and the trace says '${label}'`;
    }
  }
  return "";
}

/** The events of a design that print a line, as the built-in formats E40 to E43 show it: `[event, ...]`. */
function printing(system, log, line) {
  return system.events.filter(({ line: said }) => said && said[0] === log && said.slice(1).some((text) => pattern(text).test(line)));
}

function pattern(text) {
  const parts = text.split(/\{\w+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".+")}$`, "u");
}

/** A line of a log without the time, level and logger that stand before it. */
function bare(line) {
  const time = /^\s*\[?(?:\d{4}-\d\d-\d\d[T ])?\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?\]?\s*/;
  return line.replace(time, "").replace(/^(?:-\s*)?(?:[\w.]+\s+-\s+)?(?:DEBUG|INFO|WARNING|WARN|ERROR)\s*[-:]?\s*/, "").trim();
}

/** What the lines of both logs show: one entry a line. */
function reading(system, logs) {
  return Object.entries(logs).flatMap(([log, text]) => text.split(/\r?\n/).filter((line) => line.trim()).map((line) => {
    const events = [line.trim(), bare(line)].map((said) => printing(system, log, said)).find((some) => some.length) || [];
    return { log, line, events };
  }));
}
