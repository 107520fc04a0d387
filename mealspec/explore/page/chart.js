// A run as a sequence chart: lanes from left to right, a row for each step, states beside the lane where they change.
"use strict";

const CHART = { first: 70, lane: 88, gutter: 32, head: 34, row: 36, chip: 20 };

const escaped = (text) => String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

/** The lanes of a system: that of the other device only where there is one. */
function lanesOf(system, lanes) {
  const device = system.machines.some((machine) => machine.name === "device");
  return lanes.filter(([id]) => id !== "device" || device);
}

/** Where the step goes, from lane to lane: an answer that is lost goes the other way. */
function endsOf(system, event, before) {
  const k = system.machines.findIndex((machine) => machine.name === event.first);
  const answered = k >= 0 && system.machines[k].states[before[k]].startsWith("answered");
  return event.lost && answered ? [...event.ends].reverse() : event.ends;
}

/** What changes beside the lanes: `[lane, text]`. */
function changesOf(system, shown, before, after) {
  const out = [];
  system.machines.forEach((machine, k) => {
    const [base, which] = machine.name.split(/\.(.*)/);
    if (before[k] === after[k] || !shown[base]) return;
    const said = machine.states[after[k]].replaceAll("/", ", ").replace(/, not$/, ", not connected");
    const values = which ? [which, said] : [said];
    out.push([machine.lanes[0], shown[base].replace(/\{\}/g, () => values.shift())]);
  });
  return out;
}

/** At most so many letters. */
const short = (text, most) => (text.length <= most ? text : `${text.slice(0, most - 1)}…`);

/** The chart as SVG; `run` has `states`, `taken`; `at` is the step that is looked at, `loop` and `marked` as data.json says. */
function chart(data, system, run, { at, loop, marked }) {
  const lanes = lanesOf(system, data.lanes);
  const x = Object.fromEntries(lanes.map(([id], k) => [id, CHART.gutter + CHART.first / 2 + k * CHART.lane]));
  const width = CHART.gutter + CHART.first + (lanes.length - 1) * CHART.lane + 24;
  const rows = [];
  let y = CHART.head + 8;
  let seconds = 0;
  run.taken.forEach((e, k) => {
    if (system.events[e].kind === "time") {
      seconds += 1;
      const last = k + 1 === run.taken.length || system.events[run.taken[k + 1]].kind !== "time";
      if (last) {
        rows.push(`<g data-step="${k + 1}" data-top="${y}" class="step"><path class="loop" d="M4 ${y + 8}H${width - 4}"/><text class="looptext" x="8" y="${y + 22}">${seconds} s</text></g>`);
        y += 28;
      }
      return;
    }
    if (k === loop) {
      rows.push(`<path class="loop" d="M4 ${y + 6}H${width - 4}"/><text class="looptext" x="8" y="${y + 20}">from here on, for ever</text>`);
      y += 26;
    }
    const row = step(data, system, run, k, { x, y, at, marked, width });
    rows.push(row.svg);
    y = row.bottom;
  });
  const lines = lanes.map(([id]) => `<path class="life" d="M${x[id]} ${CHART.head}V${y + 8}"/>`).join("");
  const heads = lanes.map(([id, says]) => `<text class="head" x="${x[id]}" y="20">${escaped(says)}</text>`).join("");
  const tall = y + 16;
  return `<svg viewBox="0 0 ${width} ${tall}" width="${width}" height="${tall}" role="img" aria-label="Sequence chart of ${run.taken.length} steps; the list of steps says the same in words">${heads}${lines}${rows.join("")}</svg>`;
}

function step(data, system, run, k, { x, y, at, marked, width }) {
  const event = system.events[run.taken[k]], before = run.states[k], after = run.states[k + 1];
  const [from, to] = endsOf(system, event, before).map((lane) => x[lane]);
  const fault = event.kind === "fault", style = fault || event.lost ? "bad" : "";
  const middle = Math.min(Math.max((from + to) / 2, 130), width - 110);
  const parts = [`<title>${escaped([`step ${k + 1}: ${event.name}`, event.refs.join(", ")].join("\n").trim())}</title>`];
  if (marked.has(k + 1) || k + 1 === at) {
    parts.push(`<rect class="${k + 1 === at ? "here" : "band"}" x="2" y="${y}" width="${width - 4}" height="${CHART.row - 2}" rx="4"/>`);
  }
  parts.push(`<text class="number" x="${CHART.gutter - 8}" y="${y + 15}">${k + 1}${marked.has(k + 1) ? "!" : ""}</text>`);
  const label = short((fault ? "fault: " : "") + event.label, 46);
  parts.push(`<text class="label ${style}" x="${middle}" y="${y + 14}">${escaped(label)}</text>`);
  if (from === to) parts.push(`<circle class="dot ${style}" cx="${from}" cy="${y + 25}" r="4.5"/>`);
  else {
    const way = Math.sign(to - from), end = event.lost ? from + (to - from) * 0.6 : to - way * 2;
    parts.push(`<path class="line ${style}" d="M${from} ${y + 25}H${end}"/>`);
    parts.push(event.lost
      ? `<path class="line bad" d="M${end - 5} ${y + 20}l10 10m0 -10l-10 10"/>`
      : `<path class="tip ${style}" d="M${to} ${y + 25}l${-8 * way} -4v8z"/>`);
  }
  let bottom = y + CHART.row;
  for (const [lane, text] of changesOf(system, data.shown, before, after)) {
    const says = short(text, 30), wide = says.length * 6.4 + 12;
    const left = Math.min(Math.max(x[lane] - wide / 2, 2), width - wide - 2);
    parts.push(`<rect class="chip" x="${left}" y="${bottom}" width="${wide}" height="16" rx="8"/><text class="chiptext" x="${left + wide / 2}" y="${bottom + 12}">${escaped(says)}</text>`);
    bottom += CHART.chip;
  }
  return { svg: `<g data-step="${k + 1}" data-top="${y}" class="step">${parts.join("")}</g>`, bottom };
}
