// What can be reached from here, as a graph that grows where it is clicked.
"use strict";

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
      this.node(state, 0, "here", []);
      this.expand(String(state));
    }
    box.innerHTML = this.svg();
  }

  node(state, depth, says, way) {
    const key = String(state);
    if (!this.nodes.has(key)) this.nodes.set(key, { key, state, depth, says, way, open: false });
    return key;
  }

  /** Take in what can follow a state. */
  expand(key) {
    const node = this.nodes.get(key);
    if (node.open || this.nodes.size > 400) return;
    node.open = true;
    for (const e of this.system.enabled(node.state)) {
      const after = this.system.after(node.state, e), event = this.system.events[e];
      const changed = this.system.machines.filter((_, k) => after[k] !== node.state[k]).map((m) => `${m.name}: ${m.states[after[this.system.machines.indexOf(m)]]}`);
      const to = this.node(after, node.depth + 1, changed.join(", "), [...node.way, event.name]);
      if (to !== key) this.edges.push({ from: key, to, label: event.label, fault: event.kind === "fault" });
    }
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
      return `<g class="node${kind}" tabindex="0" role="button" data-state="${node.key}" aria-label="${escaped(`after ${by?.label || "nothing"}: ${node.says}${node.open ? ", open" : ""}`)}"><title>${escaped(`${node.way.at(-1) || "here"}\n${node.says}\nclick: what can follow; double click: go there`)}</title><rect x="${x}" y="${y}" width="${wide}" height="${tall}" rx="5"/><text x="${x + 6}" y="${y + 14}">${escaped(short(by?.label || "here", 38))}</text><text class="quiet" x="${x + 6}" y="${y + 28}">${escaped(short(node.says, 40))}</text></g>`;
    });
    const full = this.nodes.size > 400 ? `<text x="8" y="${height - 4}" style="text-anchor:start">more than 400 states: no further ones are opened</text>` : "";
    return `<svg width="${width}" height="${height + 14}" viewBox="0 0 ${width} ${height + 14}" role="group" aria-label="${this.nodes.size} states">${edges.join("")}${nodes.join("")}${full}</svg>`;
  }
}
