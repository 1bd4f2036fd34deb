// Layers of a network, and where it stands beside the Pareto front.
import { $, element, onEnter, svg } from "./dom.js";
import { choiceOf } from "./network.js";

// drawLayers shows what each layer takes on a device, which is null before an answer.
export function drawLayers(here) {
  const parts = (here && here.parts) || [];
  const most = Math.max(...parts.map((p) => p.ms), 1e-9);
  $("parts").tBodies[0].replaceChildren(...parts.map((p) => {
    const bar = element("div", { class: "bar" });
    bar.style.width = `${Math.max(0, 100 * p.ms / most)}%`;
    const choice = p.slot >= 0 ? choiceOf(p.slot) : "";
    return element("tr", {}, element("td", {}, p.name), element("td", { class: "label" }, choice), element("td", { class: "bars" }, bar), element("td", { class: "n" }, p.ms.toFixed(3)));
  }));
  $("layers-note").textContent = note(here, parts);
}

function note(here, parts) {
  if (!here || here.preparing) return "being prepared …";
  if (here.error) return here.error;
  if (!parts.length) return "What predicts here can't take a latency apart.";
  const pass = parts.reduce((sum, p) => sum + p.ms, 0);
  if (Math.abs(pass / here.latency_ms - 1) < .001) return "";
  return `The layers sum up to ${pass.toFixed(2)} ms, the pass itself. The clock of these measurements did not wait for the device and shows ${here.latency_ms.toFixed(2)} ms.`;
}

const size = { w: 560, h: 300, left: 46, bottom: 34, top: 12, right: 10 };

// drawFront draws a front and, where both are known, this network; load is called with
// a network that was clicked.
export function drawFront(front, here, accuracy, load) {
  const points = front.map((f) => [f.latency_ms, f.accuracy]);
  const known = here && here.latency_ms && accuracy;
  if (known) points.push([here.latency_ms, accuracy]);
  const range = (i) => { const v = points.map((p) => p[i]), a = Math.min(...v), b = Math.max(...v), m = (b - a || 1) * .06; return [a - m, b + m]; };
  const [x0, x1] = range(0), [y0, y1] = range(1);
  const x = (v) => size.left + (v - x0) / (x1 - x0) * (size.w - size.left - size.right);
  const y = (v) => size.h - size.bottom - (v - y0) / (y1 - y0) * (size.h - size.bottom - size.top);
  const root = svg("svg", { viewBox: `0 0 ${size.w} ${size.h}`, role: "img", "aria-label": "accuracy over latency" });
  for (const v of ticks(x0, x1)) root.append(svg("line", { x1: x(v), y1: size.top, x2: x(v), y2: size.h - size.bottom }), svg("text", { x: x(v), y: size.h - size.bottom + 14, "text-anchor": "middle" }, short(v)));
  for (const v of ticks(100 * y0, 100 * y1)) root.append(svg("line", { x1: size.left, y1: y(v / 100), x2: size.w - size.right, y2: y(v / 100) }), svg("text", { x: size.left - 5, y: y(v / 100) + 4, "text-anchor": "end" }, short(v)));
  root.append(svg("text", { x: (size.left + size.w) / 2, y: size.h - 4, "text-anchor": "middle" }, "latency, ms"), svg("text", { x: size.left + 5, y: 24 }, "top-1, %"));
  for (const f of front) {
    const c = svg("circle", { class: "front", cx: x(f.latency_ms), cy: y(f.accuracy), r: 4.5, tabindex: 0, "data-arch": f.arch });
    c.append(svg("title", {}, `${f.latency_ms.toFixed(2)} ms, ${(100 * f.accuracy).toFixed(2)} %`));
    c.addEventListener("click", () => load(f.arch));
    root.append(onEnter(c, () => load(f.arch)));
  }
  if (known) root.append(svg("circle", { class: "here", cx: x(here.latency_ms), cy: y(accuracy), r: 6 }));
  $("front").replaceChildren(root);
}

// ticks are some four to eight round numbers within a range.
function ticks(from, to) {
  const rough = (to - from) / 6, unit = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * unit).find((s) => s >= rough);
  const list = [];
  for (let i = Math.ceil(from / step); i * step <= to; i++) list.push(i * step);
  return list;
}

function short(v) { return String(+v.toPrecision(6)); }
