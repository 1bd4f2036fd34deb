// The network: a level of each factor for every slot, and what changes them. All that
// there is to choose from comes from the server.
import { $, element, keepFocus } from "./dom.js";

const most = 4; // levels that are buttons; more are a list
const net = { space: null, resolution: 0 };
const depths = new Map(), levels = new Map(); // what was chosen last, also in spaces that are not shown

const middle = (list) => Math.floor(list.length / 2);
const levelKey = (factor, stage, position) => `${factor.name}:${factor.levels} ${stage} ${position}`;
const levelOf = (factor, stage, position) => levels.get(levelKey(factor, stage, position)) ?? middle(factor.levels);

function depthOf(stage, s) {
  if (!stage.depths) return stage.slots.length;
  if (stage.depths.includes(depths.get(s))) return depths.get(s);
  return depths.has(s) ? stage.depths[0] : stage.depths[middle(stage.depths)];
}

const slots = () => net.space.stages.flatMap((stage, s) => stage.slots.map((name, position) => ({ s, position, name, runs: position < depthOf(stage, s) })));

// network is what the server is asked about: numbers of choices, the last factor
// varying fastest.
export function network() {
  const choice = ({ s, position }) => net.space.factors.reduce((c, f) => c * f.levels.length + levelOf(f, s, position), 0);
  return { family: net.space.family, resolution: net.resolution, choices: slots().map((slot) => (slot.runs ? choice(slot) : -1)) };
}

// take shows a network that the server gave.
export function take({ resolution, choices }) {
  net.resolution = resolution;
  net.space.stages.forEach((stage, s) => depths.set(s, 0));
  slots().forEach(({ s, position }, i) => {
    let c = choices[i];
    if (c < 0) return;
    depths.set(s, depths.get(s) + 1);
    for (const f of [...net.space.factors].reverse()) {
      levels.set(levelKey(f, s, position), c % f.levels.length);
      c = Math.floor(c / f.levels.length);
    }
  });
}

// fit gives the network the form of a space, and the next of the resolutions.
export function fit(space, resolutions) {
  net.space = space;
  const near = net.resolution || resolutions[middle(resolutions)];
  net.resolution = resolutions.reduce((best, r) => (Math.abs(r - near) < Math.abs(best - near) ? r : best));
}

// choiceOf says what a slot is, for people: "k5 e4".
export function choiceOf(slot) {
  const { s, position } = slots()[slot];
  return net.space.factors.map((f) => short(f) + f.levels[levelOf(f, s, position)]).join(" ");
}

// short is how a factor of several is called where there is little room: "k".
const short = (factor) => (net.space.factors.length > 1 ? factor.name[0] : "");

// drawNetwork draws the choices of a space at resolutions; changed is called after each change.
export function drawNetwork(space, resolutions, changed) {
  keepFocus("data-pick", () => {
    $("resolution").replaceChildren(element("span", { class: "label" }, "pixels"), ...buttons("resolution", resolutions, net.resolution, (v) => { net.resolution = v; changed(); }));
    $("stages").replaceChildren(...space.stages.map((stage, s) => drawStage(space, stage, s, changed)));
  });
}

function drawStage(space, stage, s, changed) {
  const now = depthOf(stage, s), slotsShown = Math.max(...(stage.depths || [stage.slots.length]));
  const widest = Math.max(...space.stages.map((st) => st.slots.length));
  const columns = widest > most ? Math.ceil(widest / 2) : widest;
  const name = element("div", { class: "depths" }, element("span", { class: "label" }, stage.name),
    element("span", {}, ...buttons(`${stage.name} depth`, stage.depths || [], now, (v) => { depths.set(s, v); changed(); })));
  const e = element("div", { class: "stage" }, name, ...stage.slots.slice(0, slotsShown).map((slotName, position) => drawSlot(space, slotName.replace(",", ""), s, position, position < now, changed)));
  e.style.setProperty("--columns", columns);
  e.style.setProperty("--rows", Math.ceil(slotsShown / columns));
  return e;
}

function drawSlot(space, name, s, position, runs, changed) {
  const cell = element("div", { class: runs ? "slot" : "slot off" }, ...space.factors.map((f) => {
    const set = (level) => { levels.set(levelKey(f, s, position), level); changed(); };
    const now = levelOf(f, s, position), label = element("span", { class: "label" }, short(f));
    if (f.levels.length > most) return element("div", {}, label, list(`${name} ${f.name}`, f.levels, now, set));
    return element("div", {}, label, ...buttons(`${name} ${f.name}`, f.levels, f.levels[now], (v) => set(f.levels.indexOf(v))));
  }));
  if (space.factors.length === 1) cell.title = name;
  if (!runs) cell.querySelectorAll("button, select").forEach((b) => { b.disabled = true; });
  return cell;
}

function buttons(name, values, current, set) {
  return values.map((v) => element("button", {
    "aria-pressed": v === current, "aria-label": `${name} ${v}`, "data-pick": `${name} ${v}`, onclick: () => set(v),
  }, String(v)));
}

function list(name, values, current, set) {
  const e = element("select", { "aria-label": name, "data-pick": name, onchange: () => set(e.selectedIndex) }, ...values.map((v) => element("option", {}, v)));
  e.selectedIndex = current;
  return e;
}
