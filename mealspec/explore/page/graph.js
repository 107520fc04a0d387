// What can be reached from here, as a graph that grows where it is clicked.
"use strict";

const ROOM = 300; // boxes; with more, those are folded that are not on the way to the one that was opened last

class StateGraph {
  constructor(act) {
    this.act = act;
    this.key = "";
  }

  /** Draw it into a box; it begins anew where another state is looked at. */
  draw(box, system, state) {
    const key = `${system.machines.length} ${system.events.length} ${state}`;
    if (key !== this.key || system !== this.system) {
      Object.assign(this, { key, system, nodes: new Map(), edges: [] });
      this.node(state, null, "here", null);
      this.expand(String(state));
    }
    box.innerHTML = this.svg();
  }

  /** The box of a state, made if it is new: reached from the box `from` by an event. */
  node(state, from, says, event) {
    const key = String(state);
    if (!this.nodes.has(key)) this.nodes.set(key, { key, state, from, depth: from ? from.depth + 1 : 0, says, event, open: false });
    return key;
  }

  /** The boxes on the way to one, itself last. */
  way(node) {
    return node.from ? [...this.way(node.from), node] : [node];
  }

  /** Take in what can follow a state. */
  expand(key) {
    const node = this.nodes.get(key), { system } = this;
    if (node.open) return;
    if (this.nodes.size > ROOM) this.fold(node);
    node.open = true;
    for (const e of system.enabled(node.state)) {
      const after = system.after(node.state, e), event = system.events[e];
      const changed = system.machines.flatMap((m, k) => (after[k] !== node.state[k] ? [`${m.name}: ${m.states[after[k]]}`] : []));
      const to = this.node(after, node, changed.join(", ") || "a second later", event.name);
      if (to !== key) this.edges.push({ from: key, to, label: event.label, fault: event.kind === "fault" });
    }
  }

  /** Leave only the way to a box; what is closed by that can be opened again. */
  fold(node) {
    const way = this.way(node), kept = new Set(way.map(({ key }) => key));
    for (const each of way) each.open = false;
    this.nodes = new Map(way.map((each) => [each.key, each]));
    this.edges = this.edges.filter(({ from, to }) => kept.has(from) && kept.has(to));
  }

  svg() {
    const columns = [], at = new Map();
    for (const node of this.nodes.values()) (columns[node.depth] ||= []).push(node);
    const wide = 250, tall = 34;
    columns.forEach((nodes, c) => nodes.forEach((node, r) => at.set(node.key, [8 + c * (wide + 70), 8 + r * (tall + 8)])));
    const height = Math.max(...columns.map((nodes) => nodes.length)) * (tall + 8) + 16, width = columns.length * (wide + 70);
    const edges = this.edges.map(({ from, to, label, fault }) => {
      const [[x1, y1], [x2, y2]] = [at.get(from), at.get(to)], start = x1 + wide, ahead = x2 > x1;
      const d = ahead ? `M${start} ${y1 + 17}C${start + 35} ${y1 + 17} ${x2 - 35} ${y2 + 17} ${x2} ${y2 + 17}` : `M${start} ${y1 + 20}C${start + 60} ${y1 + 44} ${x2 + wide + 60} ${y2 + 44} ${x2 + wide} ${y2 + 24}`;
      return `<path class="edge${fault ? " bad" : ""}" d="${d}"><title>${escaped(label)}</title></path>`;
    });
    const nodes = [...this.nodes.values()].map((node) => {
      const [x, y] = at.get(node.key), by = this.edges.find((edge) => edge.to === node.key);
      const kind = node.depth === 0 ? " root" : node.open ? " open" : "";
      return `<g class="node${kind}" tabindex="0" role="button" data-state="${node.key}" aria-label="${escaped(`after ${by?.label || "nothing"}: ${node.says}${node.open ? ", open" : ""}`)}"><title>${escaped(`${node.event || "here"}\n${node.says}\nclick: what can follow; click again: go there`)}</title><rect x="${x}" y="${y}" width="${wide}" height="${tall}" rx="5"/><text x="${x + 6}" y="${y + 14}">${escaped(short(by?.label || "here", 38))}</text><text class="quiet" x="${x + 6}" y="${y + 28}">${escaped(short(node.says, 40))}</text></g>`;
    });
    return `<svg width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="group" aria-label="${this.nodes.size} states">${edges.join("")}${nodes.join("")}</svg>`;
  }
}
