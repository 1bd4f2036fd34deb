// The page keeps one network and one chosen device, and asks the server after each click.
import { $ } from "./dom.js";
import { drawNetwork, fit, network, take } from "./network.js";
import { drawDevices } from "./devices.js";
import { drawFront, drawLayers } from "./charts.js";

const again = 250; // ms, after which devices that are being prepared are asked again
let devices = [], spaces = {}, chosen = "", asked = 0, answer = null;
const fronts = {};

async function call(path, body) {
  const reply = await fetch(path, body ? { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) } : {});
  const value = await reply.json();
  if (!reply.ok) throw new Error(value.error);
  return value;
}

const about = (id) => devices.find((d) => d.id === id);
const here = () => answer && answer.devices.find((d) => d.device === chosen);
const sentence = (text) => text ? text[0].toUpperCase() + text.slice(1) + "." : "";
const complain = (e) => { $("error").textContent = e ? e.message : ""; };

const draw = () => drawNetwork(spaces[about(chosen).space], about(chosen).resolutions, () => changed());

// changed asks about the network as it is now, or about one that is given as a text.
async function changed(text) {
  if (!text) draw();
  const mine = ++asked;
  try {
    const value = await call("v1/explain", { arch: text || network(), device: chosen, network: true });
    if (mine !== asked) return; // a later click has been answered
    answer = value;
    if (text) {
      take(answer.network);
      draw();
    }
    $("arch").textContent = answer.arch;
    complain();
  } catch (e) {
    if (mine === asked) complain(e);
    return;
  }
  drawAnswer();
  if (answer.devices.some((d) => d.preparing)) setTimeout(() => { if (mine === asked) changed(); }, again);
}

function drawAnswer() {
  const of = (d) => answer.devices.find((a) => a.device === d.id);
  drawDevices(devices.map((d) => ({ ...d, width: spaces[d.space].width, ...of(d) })), chosen, choose);
  $("accuracy").textContent = answer.accuracy ? (100 * answer.accuracy).toFixed(2) + " %" : "–";
  $("accuracy-of").textContent = answer.accuracy ? sentence(about(chosen).accuracy_of) : "";
  drawLayers(here());
  showFront();
}

function choose(id) {
  chosen = id;
  fit(spaces[about(id).space], about(id).resolutions);
  document.querySelectorAll(".chosen").forEach((e) => { e.textContent = about(id).title || id; });
  if (!fronts[id]) $("front").replaceChildren("searching …");
  changed();
}

// showFront draws the front of the chosen device, which the server is asked for once.
async function showFront() {
  const id = chosen;
  if (!here() || here().preparing) return;
  fronts[id] = fronts[id] || call(`v1/front?device=${encodeURIComponent(id)}`);
  try {
    const { front } = await fronts[id];
    if (id === chosen) drawFront(front, here(), answer.accuracy, changed);
  } catch (e) {
    delete fronts[id]; // it may have been busy
    if (id === chosen) $("front").textContent = e.message;
  }
}

try {
  ({ devices, spaces } = await call("v1/devices"));
  choose(devices[0].id);
} catch (e) {
  complain(e);
}
