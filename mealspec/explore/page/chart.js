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

/** The chart of a run in a box: a picture for each step, below the lanes' names; only what changed is made anew. */
class Chart {
  constructor(box) {
    this.box = box;
    this.clear();
  }

  clear() {
    this.box.replaceChildren();
    Object.assign(this, { rows: [], here: null, system: null });
  }

  /** `run` has `states` and `taken`; `at` is the step that is looked at, `loop` and `marked` are as a run of the list says. */
  draw(data, system, run, { at, loop, marked }) {
    if (!run.taken.length) return this.clear();
    if (this.system !== system) this.begin(data, system);
    const rows = this.rowsOf(data, system, run, loop, marked), same = parted(this.rows, rows);
    for (const row of [...this.steps.children].slice(same + 1)) row.remove();
    this.steps.insertAdjacentHTML("beforeend", rows.slice(same).join(""));
    this.steps.setAttribute("aria-label", `Sequence chart of ${run.taken.length} steps; the list of steps says the same in words`);
    this.rows = rows;
    this.here?.classList.remove("at");
    this.here = this.steps.querySelector(`.step[data-step="${at}"]`);
    this.here?.classList.add("at");
    return undefined;
  }

  /** What does not depend on the run: the lanes. */
  begin(data, system) {
    const lanes = lanesOf(system, data.lanes);
    this.clear();
    this.system = system;
    this.x = Object.fromEntries(lanes.map(([id], k) => [id, CHART.gutter + CHART.first / 2 + k * CHART.lane]));
    this.width = CHART.gutter + CHART.first + (lanes.length - 1) * CHART.lane + 24;
    const heads = lanes.map(([id, says]) => `<text class="head" x="${this.x[id]}" y="20">${escaped(says)}</text>`).join("");
    this.box.innerHTML = `<div class="rows" role="img">${this.picture("heads", CHART.head, heads)}</div>`;
    this.steps = this.box.firstChild;
  }

  picture(kind, height, inner) {
    return `<svg class="${kind}" width="${this.width}" height="${height}">${inner}</svg>`;
  }

  /** One row with the lanes behind it; `step` is the step to which it belongs. */
  row(step, kind, height, inner) {
    const lanes = Object.values(this.x).map((x) => `M${x} 0v${height}`).join("");
    return this.picture(`${kind}" data-step="${step}`, height, `<path class="life" d="${lanes}"/>${inner}`);
  }

  /** The rows from top to bottom. */
  rowsOf(data, system, run, loop, marked) {
    const rows = [];
    const note = (step, kind, says) => rows.push(this.row(step, kind, 28, `<path class="loop" d="M4 7H${this.width - 4}"/><text class="looptext" x="8" y="21">${says}</text>`));
    let seconds = 0;
    run.taken.forEach((e, k) => {
      if (system.events[e].kind === "time") {
        seconds += 1;
        const last = k + 1 === run.taken.length || system.events[run.taken[k + 1]].kind !== "time";
        if (last) note(k + 1, "step", `${seconds} s`);
        return;
      }
      if (k === loop) note(k, "note", "from here on, for ever");
      rows.push(this.step(data, system, run, k, marked));
    });
    return rows;
  }

  step(data, system, run, k, marked) {
    const event = system.events[run.taken[k]], before = run.states[k], after = run.states[k + 1], { x, width } = this;
    const [from, to] = endsOf(system, event, before).map((lane) => x[lane]);
    const fault = event.kind === "fault", style = fault || event.lost ? "bad" : "";
    const middle = Math.min(Math.max((from + to) / 2, 130), width - 110);
    const parts = [`<title>${escaped([`step ${k + 1}: ${event.name}`, event.refs.join(", ")].join("\n").trim())}</title>`];
    parts.push(`<rect class="${marked.has(k + 1) ? "band" : "row"}" x="2" y="0" width="${width - 4}" height="${CHART.row - 2}" rx="4"/>`);
    parts.push(`<text class="number" x="${CHART.gutter - 8}" y="15">${k + 1}${marked.has(k + 1) ? "!" : ""}</text>`);
    const label = short((fault ? "fault: " : "") + event.label, 46);
    parts.push(`<text class="label ${style}" x="${middle}" y="14">${escaped(label)}</text>`);
    if (from === to) parts.push(`<circle class="dot ${style}" cx="${from}" cy="25" r="4.5"/>`);
    else {
      const way = Math.sign(to - from), end = event.lost ? from + (to - from) * 0.6 : to - way * 2;
      parts.push(`<path class="line ${style}" d="M${from} 25H${end}"/>`);
      parts.push(event.lost
        ? `<path class="line bad" d="M${end - 5} 20l10 10m0 -10l-10 10"/>`
        : `<path class="tip ${style}" d="M${to} 25l${-8 * way} -4v8z"/>`);
    }
    let bottom = CHART.row;
    for (const [lane, text] of changesOf(system, data.shown, before, after)) {
      const says = short(text, 30), wide = says.length * 6.4 + 12;
      const left = Math.min(Math.max(x[lane] - wide / 2, 2), width - wide - 2);
      parts.push(`<rect class="chip" x="${left}" y="${bottom}" width="${wide}" height="16" rx="8"/><text class="chiptext" x="${left + wide / 2}" y="${bottom + 12}">${escaped(says)}</text>`);
      bottom += CHART.chip;
    }
    return this.row(k + 1, "step", bottom, parts.join(""));
  }
}
