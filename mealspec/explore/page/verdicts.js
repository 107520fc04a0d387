// The verdict of any design on any property, read off the decision diagrams of mealspec/check/tables.py, and the
// smallest change of mechanisms that repairs it. A row of a table is [feature, without, with]; diagram 0 is no design,
// 1 is every design, and k + 2 begins in row k.

/** The designs of one world. */
class VerdictTable {
  constructor(name, table) {
    const { seal, ...parts } = table;
    if (VerdictTable.seal(JSON.stringify(parts)) !== seal) throw new Error(`the table of verdicts '${name}' is broken`);
    Object.assign(this, { name, says: table.says, free: table.free, fixed: new Set(table.fixed), needs: table.needs });
    this.number = new Map(table.free.map((mechanism, feature) => [mechanism, feature]));
    this.rows = [...table.rows];
    this.known = new Map(table.rows.map((row, place) => [row.join(), place + 2]));
    this.joined = new Map();
    this.kept = new Map();
    this.valid = table.valid[0];
    this.properties = new Map(
      Object.entries(table.properties).map(([id, found]) => [id, { keep: found.keep[0], vacuous: found.vacuous[0] }]),
    );
  }

  /** A number that a text hardly shares with another (FNV-1a), to notice that a table is not as it was written. */
  static seal(text) {
    let seal = 0x811c9dc5;
    for (let k = 0; k < text.length; k++) seal = Math.imul(seal ^ text.charCodeAt(k), 0x01000193) >>> 0;
    return seal;
  }

  /** The feature for which a diagram asks first. */
  #feature(diagram) {
    return diagram < 2 ? this.free.length : this.rows[diagram - 2][0];
  }

  /** The diagram that asks for the feature and goes on so; equal diagrams are one. */
  #row(feature, without, having) {
    if (without === having) return without;
    const key = `${feature},${without},${having}`;
    if (!this.known.has(key)) this.known.set(key, this.rows.push([feature, without, having]) + 1);
    return this.known.get(key);
  }

  /** What two diagrams both hold. */
  #both(one, other) {
    if (one === other || other === 1) return one;
    if (one === 1 || one === 0 || other === 0) return one && other;
    const [a, b] = one < other ? [one, other] : [other, one];
    const key = a * 2 ** 26 + b;
    if (!this.joined.has(key)) {
      const feature = Math.min(this.#feature(a), this.#feature(b));
      const part = (diagram, way) => (this.#feature(diagram) === feature ? this.rows[diagram - 2][way] : diagram);
      const [without, having] = [1, 2].map((way) => this.#both(part(a, way), part(b, way)));
      this.joined.set(key, this.#row(feature, without, having));
    }
    return this.joined.get(key);
  }

  /** The diagrams to which one leads, each after those that it names. */
  #below(diagram) {
    const found = new Set();
    const look = (part) => {
      if (part < 2 || found.has(part)) return;
      found.add(part);
      this.rows[part - 2].slice(1).forEach(look);
    };
    look(diagram);
    return [...found].sort((a, b) => a - b);
  }

  /** How many designs a diagram holds. */
  count(diagram) {
    const counts = new Map([[0, 0], [1, 1]]);
    const from = (feature, part) => counts.get(part) * 2 ** (this.#feature(part) - feature - 1);
    for (const part of this.#below(diagram)) {
      const [feature, without, having] = this.rows[part - 2];
      counts.set(part, from(feature, without) + from(feature, having));
    }
    return from(-1, diagram);
  }

  /** Whether a diagram holds a design, given for each feature whether it has it. */
  holds(diagram, on) {
    while (diagram > 1) diagram = this.rows[diagram - 2][on[this.rows[diagram - 2][0]] ? 2 : 1];
    return diagram === 1;
  }

  /** For each feature whether the design has it. */
  features(mechanisms) {
    const having = new Set(mechanisms);
    return this.free.map((mechanism) => having.has(mechanism));
  }

  /** The designs that can be built and keep all these properties. */
  keeping(properties) {
    const key = [...properties].sort().join();
    if (!this.kept.has(key)) {
      const parts = [...new Set([...properties].map((id) => this.property(id).keep))];
      const sizes = new Map(parts.map((part) => [part, this.#below(part).length]));
      parts.sort((a, b) => sizes.get(a) - sizes.get(b) || a - b); // the small ones first: fewer rows in between
      this.kept.set(key, parts.reduce((all, keep) => this.#both(all, keep), this.valid));
    }
    return this.kept.get(key);
  }

  property(id) {
    if (!this.properties.has(id)) throw new Error(`unknown property '${id}'`);
    return this.properties.get(id);
  }

  /**
   * The features to be changed to get into a diagram: as few as can be; of two such ways the one that leaves alone the
   * first feature in which they differ. Null if the diagram holds nothing. Cheapest paths, from their ends backwards.
   */
  nearest(diagram, on) {
    const cost = new Map([[0, Infinity], [1, 0]]);
    const turns = new Set();
    for (const part of this.#below(diagram)) {
      const [feature, without, having] = this.rows[part - 2];
      const [stay, change] = (on[feature] ? [having, without] : [without, having]).map((next) => cost.get(next));
      if (change + 1 < stay) turns.add(part);
      cost.set(part, Math.min(stay, change + 1));
    }
    if (cost.get(diagram) === Infinity) return null;
    const changed = [];
    while (diagram > 1) {
      const [feature, without, having] = this.rows[diagram - 2];
      const turned = turns.has(diagram);
      if (turned) changed.push(feature);
      diagram = on[feature] !== turned ? having : without;
    }
    return changed;
  }
}

/**
 * Verdicts of all worlds. A design is the names of its mechanisms, in any order.
 *
 * `tables` is what mealspec.explore.verdicts makes; the constructor throws an Error if it is not as it was made.
 * Names of worlds and properties that are not there, and designs that are not decided, are Errors, too.
 */
class Verdicts {
  #worlds;

  constructor(tables) {
    this.#worlds = new Map(Object.entries(tables.worlds).map(([name, table]) => [name, new VerdictTable(name, table)]));
  }

  #world(name) {
    if (!this.#worlds.has(name)) throw new Error(`unknown world '${name}' (${this.worlds().join(", ")})`);
    return this.#worlds.get(name);
  }

  worlds() {
    return [...this.#worlds.keys()];
  }

  properties(world) {
    return [...this.#world(world).properties.keys()];
  }

  /** In how large a world verdicts were found, in words: they are verdicts of that scope, and of no other. */
  scope(world) {
    return this.#world(world).says;
  }

  /** The mechanisms that a design may have or lack, and those that each has. */
  mechanisms(world) {
    return { free: [...this.#world(world).free], fixed: [...this.#world(world).fixed] };
  }

  /**
   * Why a design is not decided here: mechanisms that every design of the world has and it lacks, those that none has
   * and it has, and pairs of one that it has with the one that this needs and it lacks. All empty if it is decided.
   */
  outside(world, mechanisms) {
    const { fixed, number, needs } = this.#world(world);
    const having = new Set(mechanisms);
    return {
      lacking: [...fixed].filter((mechanism) => !having.has(mechanism)),
      foreign: [...having].filter((mechanism) => !fixed.has(mechanism) && !number.has(mechanism)),
      needing: Object.entries(needs).filter(([mechanism, needed]) => having.has(mechanism) && !having.has(needed)),
    };
  }

  /** Whether the design is one of the world's, and can be built. */
  knows(world, mechanisms) {
    return Object.values(this.outside(world, mechanisms)).every((some) => some.length === 0);
  }

  verdict(world, property, mechanisms) {
    const table = this.#world(world);
    const { keep, vacuous } = table.property(property);
    if (!this.knows(world, mechanisms)) throw new Error(`the design is not decided in world '${world}'`);
    const on = table.features(mechanisms);
    if (!table.holds(keep, on)) return "violated";
    return table.holds(vacuous, on) ? "vacuous" : "holds";
  }

  /** How many designs keep all these properties. */
  number(world, properties) {
    const table = this.#world(world);
    return table.count(table.keeping(properties));
  }

  /**
   * The fewest mechanisms to add or leave out so that the design is one of the world's, can be built and keeps all these
   * properties: what the world takes for granted or has not, and then in the order of the diagrams; null if none keeps them.
   */
  repair(world, properties, mechanisms) {
    const table = this.#world(world);
    const { lacking, foreign } = this.outside(world, mechanisms);
    const on = table.features(mechanisms);
    const changed = table.nearest(table.keeping(properties), on);
    if (changed === null) return null;
    const named = (having) => changed.filter((feature) => on[feature] === having).map((feature) => table.free[feature]);
    return { add: [...lacking, ...named(false)], leave_out: [...foreign, ...named(true)] };
  }
}

if (typeof module !== "undefined") module.exports = { Verdicts };
