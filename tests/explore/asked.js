// What the tests ask of the engine, in Node and in the page.
"use strict";

const madeOf = (world, texts, on) => new System(world, texts, new Set(on));

/** The rows that are left when what cannot happen is trimmed, sorted. */
function rowsOfSystem(system) {
  const lines = [];
  system.events.forEach((event, e) => event.parts.forEach((k, part) => {
    const { name, states } = system.machines[k];
    system.dest[e][part].forEach((to, from) => {
      if (to >= 0 && system.reached[k][from]) lines.push(`${name} ${event.name} ${states[from]} ${states[to]}`);
    });
  }));
  return lines.sort();
}

const named = (system, events) => events.map((e) => system.events[e].name);

/** After each step: the states, what can happen, and who refuses the events that are asked about. */
function walked(system, events, asked) {
  const refused = (state, name) => {
    const e = system.position.get(name);
    return e === undefined || system.after(state, e) ? [] : system.refusal(state, e);
  };
  return system.run(events).states.map((state, k) => ({
    labels: system.labels(state),
    enabled: named(system, system.enabled(state)),
    refused: (asked[k] || []).map((name) => refused(state, name)),
  }));
}

/** The same in seconds. */
function walkedInTime(system, events) {
  const { states, refused } = system.run(events);
  const label = (state, machine, k) => `${machine.states[state[k]]} ${state[system.number + k]}`;
  const said = states.map((state) => ({
    enabled: named(system, system.enabled(state)).sort(),
    labels: Object.fromEntries(system.machines.map((machine, k) => [machine.name, label(state, machine, k)])),
  }));
  return { refused, said };
}

/** What a generator returns in the end. */
function ended(work) {
  for (;;) {
    const { value, done } = work.next();
    if (done) return value;
  }
}

/** Per property the outcome of a search from the beginning, in seconds or without. */
function nearestOf(system, on, properties, most, timed = false) {
  const has = new Set(on), from = timed ? new Timed(system, has) : system;
  const search = (claims) => (timed ? nearestInTime : nearest)(from, from.initial, claims, { most });
  return properties.map((property) => ended(search(claimsOf(system, property, has))));
}

/** Every verdict on a design, by all its states. */
function decidedOf(system, on, properties, most) {
  const has = new Set(on), asked = properties.map((id) => [id, { claims: claimsOf(system, id, has), premise: premiseOf(system, id, has) }]);
  return ended(decided(system, Object.fromEntries(asked), { most }));
}

/** The events of a system, those that can happen first, and a sum over its rows. */
async function summed(system) {
  const bytes = new TextEncoder().encode(rowsOfSystem(system).join("\n"));
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const hex = [...sum].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [system.events.map((event) => event.name), named(system, system.enabled(system.initial)), hex];
}

// ------------------------------------------------------------------ the page as a reader has it

const all = (selector) => [...document.querySelectorAll(selector)];

/** The cells of a table, or what is in items of a list. */
const cells = (selector) => all(selector).map((row) => [...row.children].map((cell) => cell.textContent));

function openAll() {
  all("details").forEach((each) => (each.open = true));
  view.drawn = {};
  view.draw();
}

/** Elements that reach beyond the window and do not scroll. */
function runningOff() {
  const scrolls = "#chart, #states, #sides, #mechanisms";
  return all("body *").filter((each) => each.getBoundingClientRect().right > innerWidth + 1 && !each.closest(scrolls)).map((each) => each.outerHTML.slice(0, 90));
}

/** Texts whose contrast is below a ratio, as WCAG counts it. */
function faint(least) {
  const part = (value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\d.]+/g).slice(0, 3).map((value) => part(value / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (each) => {
    for (let at = each; at; at = at.parentElement) {
      const { backgroundColor } = getComputedStyle(at);
      if (!/, 0\)$|transparent/.test(backgroundColor)) return backgroundColor;
    }
    return "rgb(255, 255, 255)";
  };
  const ratio = (each) => {
    const [more, less] = [light(getComputedStyle(each).color), light(ground(each))].sort((one, other) => other - one);
    return (more + 0.05) / (less + 0.05);
  };
  const says = (each) => [...each.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
  const shown = (each) => each.getClientRects().length && !each.closest("script, svg, style, option, :disabled, label.off");
  return all("body *").filter((each) => says(each) && shown(each) && ratio(each) < least).map((each) => each.outerHTML.slice(0, 90));
}

/** The share of pixels in which two PNGs differ clearly; 1 if they are not of one size. */
async function unlike(pictures) {
  const [one, other] = await Promise.all(pictures.map(async (base64) => {
    const image = new Image();
    image.src = `data:image/png;base64,${base64}`;
    await image.decode();
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
    context.drawImage(image, 0, 0);
    return context.getImageData(0, 0, image.width, image.height);
  }));
  if (one.width !== other.width || one.height !== other.height) return 1;
  let differing = 0;
  for (let at = 0; at < one.data.length; at += 4) if ([0, 1, 2].some((c) => Math.abs(one.data[at + c] - other.data[at + c]) > 40)) differing += 1;
  return differing / (one.width * one.height);
}
