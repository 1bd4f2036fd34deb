"use strict";
// The page keeps one network and asks the server about it after each click.
const choices = { k: [3, 5, 7], e: [3, 4, 6], d: [2, 3, 4] };
const net = { r: 192, d: [3, 3, 3, 3, 3], k: Array(20).fill(5), e: Array(20).fill(4) };
let devices = [], chosen = "", asked = 0, last = null;
const fronts = {};
const $ = (id) => document.getElementById(id);

function element(tag, attributes, ...children) {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === "click") e.addEventListener("click", value);
    else e.setAttribute(name, value);
  }
  e.append(...children);
  return e;
}

function text() {
  const genes = (list) => net.d.map((d, s) => list.slice(4 * s, 4 * s + d).join("")).join("-");
  return `r${net.r} d${net.d.join("")} k${genes(net.k)} e${genes(net.e)}`;
}

function load(canonical) {
  const [r, d, k, e] = canonical.split(" ").map((part) => part.slice(1));
  net.r = +r;
  net.d = [...d].map(Number);
  for (const [gene, list] of [[k, net.k], [e, net.e]])
    gene.split("-").forEach((stage, s) => [...stage].forEach((c, p) => { list[4 * s + p] = +c; }));
  changed();
}

function picker(name, values, current, set) {
  return values.map((v) => element("button", {
    "aria-pressed": v === current, "aria-label": `${name} ${v}`, "data-pick": `${name} ${v}`,
    click: () => { set(v); changed(); },
  }, String(v)));
}

function drawNetwork() {
  const focus = document.activeElement && document.activeElement.dataset.pick;
  const sizes = devices.length ? devices.find((d) => d.id === chosen).resolutions : [192];
  $("resolution").replaceChildren(element("span", { class: "label" }, "pixels"),
    ...picker("resolution", sizes, net.r, (v) => { net.r = v; }));
  $("resolution").style.gridTemplateColumns = `4.6rem repeat(${sizes.length}, auto)`;
  $("stages").replaceChildren(...net.d.map((depth, s) => {
    const depthCell = element("div", { class: "label" }, `stage ${s + 1}`, element("br"), ...picker(`stage ${s + 1} depth`, choices.d, depth, (v) => { net.d[s] = v; }));
    const slots = [0, 1, 2, 3].map((p) => {
      const i = 4 * s + p, name = `stage ${s + 1} layer ${p + 1}`;
      const row = (letter, list) => element("div", {}, element("span", { class: "label" }, letter),
        ...picker(`${name} ${letter === "k" ? "kernel" : "expand"}`, choices[letter], list[i], (v) => { list[i] = v; }));
      const cell = element("div", { class: p < depth ? "slot" : "slot off" }, row("k", net.k), row("e", net.e));
      if (p >= depth) cell.querySelectorAll("button").forEach((b) => { b.disabled = true; });
      return cell;
    });
    return element("div", { class: "stage" }, depthCell, ...slots);
  }));
  $("arch").textContent = text();
  if (focus) { const again = document.querySelector(`[data-pick="${focus}"]`); if (again) again.focus(); }
}

async function call(path, body) {
  const answer = await fetch(path, body ? { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) } : {});
  const value = await answer.json();
  if (!answer.ok) throw new Error(value.error);
  return value;
}

async function changed() {
  drawNetwork();
  const mine = ++asked;
  try {
    const value = await call("v1/explain", { arch: text() });
    if (mine !== asked) return; // a later click has been answered
    last = value;
    $("error").textContent = "";
  } catch (e) {
    if (mine === asked) $("error").textContent = e.message;
    return;
  }
  drawAnswer();
}

function drawAnswer() {
  if (!last) return;
  $("accuracy").textContent = last.accuracy ? (100 * last.accuracy).toFixed(2) + " %" : "–";
  $("devices").tBodies[0].replaceChildren(...last.devices.map((d) => {
    const about = devices.find((a) => a.id === d.device);
    const pick = () => { chosen = d.device; drawNetwork(); drawAnswer(); showFront(); };
    const row = element("tr", { class: "device", tabindex: 0, "aria-selected": d.device === chosen, "data-device": d.device, click: pick },
      element("td", { title: about.title }, d.device), element("td", {}, about.space.replace(/.*-w/, "")),
      element("td", { class: "n", title: d.error || "" }, d.error ? "not known" : d.latency_ms.toFixed(2)));
    row.addEventListener("keydown", (k) => { if (k.key === "Enter") pick(); });
    return row;
  }));
  $("chosen").textContent = $("chosen2").textContent = chosen;
  const here = last.devices.find((d) => d.device === chosen), parts = (here && here.parts) || [];
  const most = Math.max(...parts.map((p) => p.ms), 1e-9);
  $("parts").tBodies[0].replaceChildren(...parts.map((p) => {
    const bar = element("div", { class: "bar" });
    bar.style.width = `${Math.max(0, 100 * p.ms / most)}%`;
    const genes = p.slot >= 0 ? `k${net.k[p.slot]} e${net.e[p.slot]}` : "";
    const wide = element("td", {}, bar);
    wide.style.width = "50%";
    return element("tr", {}, element("td", {}, p.name), element("td", { class: "label" }, genes), wide, element("td", { class: "n" }, p.ms.toFixed(3)));
  }));
  drawFront();
}

async function showFront() {
  const id = chosen;
  if (!fronts[id]) {
    $("front").textContent = "searching …";
    try { fronts[id] = (await call(`v1/front?device=${encodeURIComponent(id)}`)).front; } catch (e) { if (id === chosen) $("front").textContent = e.message; return; }
  }
  drawFront();
}

function drawFront() {
  const front = fronts[chosen], here = last && last.devices.find((d) => d.device === chosen);
  if (!front || !here) return;
  const w = 560, h = 300, left = 46, bottom = 34;
  const points = front.map((f) => [f.latency_ms, f.accuracy]);
  if (here.latency_ms && last.accuracy) points.push([here.latency_ms, last.accuracy]);
  const range = (i) => { const v = points.map((p) => p[i]), a = Math.min(...v), b = Math.max(...v), m = (b - a || 1) * .06; return [a - m, b + m]; };
  const [x0, x1] = range(0), [y0, y1] = range(1);
  const x = (v) => left + (v - x0) / (x1 - x0) * (w - left - 10), y = (v) => h - bottom - (v - y0) / (y1 - y0) * (h - bottom - 12);
  const svg = (tag, attributes, content) => {
    const e = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) e.setAttribute(name, value);
    if (content !== undefined) e.textContent = content;
    return e;
  };
  const root = svg("svg", { viewBox: `0 0 ${w} ${h}`, role: "img", "aria-label": "accuracy over latency" });
  for (let i = 0; i <= 4; i++) {
    const vx = x0 + (x1 - x0) * i / 4, vy = y0 + (y1 - y0) * i / 4;
    root.append(svg("line", { x1: x(vx), y1: 12, x2: x(vx), y2: h - bottom }), svg("line", { x1: left, y1: y(vy), x2: w - 10, y2: y(vy) }),
      svg("text", { x: x(vx), y: h - bottom + 14, "text-anchor": i === 4 ? "end" : "middle" }, vx.toFixed(1)), svg("text", { x: left - 5, y: y(vy) + 4, "text-anchor": "end" }, (100 * vy).toFixed(1)));
  }
  root.append(svg("text", { x: (left + w) / 2, y: h - 4, "text-anchor": "middle" }, "latency, ms"), svg("text", { x: left + 5, y: 24 }, "top-1, %"));
  for (const f of front) {
    const c = svg("circle", { class: "front", cx: x(f.latency_ms), cy: y(f.accuracy), r: 4.5, tabindex: 0, "data-arch": f.arch });
    c.append(svg("title", {}, `${f.latency_ms.toFixed(2)} ms, ${(100 * f.accuracy).toFixed(2)} %`));
    c.addEventListener("click", () => load(f.arch));
    c.addEventListener("keydown", (k) => { if (k.key === "Enter") load(f.arch); });
    root.append(c);
  }
  if (here.latency_ms && last.accuracy) root.append(svg("circle", { class: "here", id: "here", cx: x(here.latency_ms), cy: y(last.accuracy), r: 6 }));
  $("front").replaceChildren(root);
}

(async () => {
  try {
    devices = (await call("v1/devices")).devices;
    chosen = devices[0].id;
  } catch (e) {
    $("error").textContent = e.message;
    return;
  }
  await changed();
  showFront();
})();
