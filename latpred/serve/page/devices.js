// The table of devices: filtered, grouped, sorted; one is chosen.
import { $, element, keepFocus, onEnter } from "./dom.js";

const view = { filter: "", group: "origin", sort: "", down: false };
const unknown = "origin not known";

const groups = {
  origin: (d) => d.origin || unknown,
  hardware: (d) => name(d),
  batch: (d) => (d.batch ? `batch ${d.batch}` : "batch not known"),
  width: (d) => (d.width ? `width ${d.width}` : "one width"),
  none: () => "",
};

// columns: what is shown, and what is sorted by. Those that are extra have no room on
// narrow pages.
const columns = [
  { key: "name", title: "device", cell: (d) => element("td", { class: "name", title: d.title }, element("span", {}, name(d)), kind(d), tag(d)), value: name },
  { key: "batch", title: "batch", number: true, extra: true, cell: (d) => number(d.batch || "–", "extra"), value: (d) => d.batch },
  { key: "width", title: "width", number: true, extra: true, cell: (d) => number(d.width ? d.width.toFixed(1) : "–", "extra"), value: (d) => d.width },
  { key: "ms", title: "ms", number: true, cell: latency, value: (d) => d.latency_ms },
  { key: "bar", extra: true, cell: bar },
  { key: "image", title: "ms / image", number: true, cell: (d) => number(perImage(d) ? perImage(d).toFixed(3) : "–"), value: perImage },
  { key: "error", title: "error", number: true, cell: error, value: (d) => d.error_percent },
];

export function name(d) { return d.hardware || d.title || d.id; }

function perImage(d) { return d.latency_ms && d.batch ? d.latency_ms / d.batch : undefined; }

function number(text, also) { return element("td", { class: `n ${also || ""}` }, String(text)); }

function latency(d) {
  const cell = number(d.preparing ? "…" : d.latency_ms ? d.latency_ms.toFixed(2) : "–", "ms");
  cell.title = d.preparing ? "being prepared" : d.error || "";
  return cell;
}

function bar(d, most) {
  if (!d.latency_ms) return element("td", { class: "extra" });
  const bar = element("div", { class: "bar" });
  bar.style.width = `${100 * d.latency_ms / most}%`;
  return element("td", { class: "extra bars" }, bar);
}

function error(d) {
  const cell = number(d.error_percent ? `${d.error_percent.toFixed(1)} %` : "–");
  cell.title = d.error_percent ? "mean, on measured networks that this was not made from" : "not known";
  return cell;
}

// kind says what predicts, where that is not a table fitted to whole networks.
function kind(d) { return element("span", { class: "kind" }, d.kind === "table" ? "" : ` ${d.kind}`); }

// tag says on narrow pages what the columns say that have no room there.
function tag(d) {
  const what = [d.kind === "table" ? "" : d.kind, d.batch ? `batch ${d.batch}` : "", d.width ? `width ${d.width.toFixed(1)}` : ""];
  return element("span", { class: "tag" }, what.filter(Boolean).join(", "));
}

// drawDevices shows devices; pick is called with the one that is chosen.
export function drawDevices(devices, chosen, pick) {
  const redraw = () => drawDevices(devices, chosen, pick);
  bind("filter", "input", (v) => { view.filter = v; redraw(); });
  bind("group", "change", (v) => { view.group = v; redraw(); });
  const wanted = view.filter.toLowerCase().split(/\s+/).filter(Boolean);
  const about = (d) => `${d.id} ${d.title} ${d.origin || ""} ${d.kind} ${d.space}`.toLowerCase();
  const shown = sorted(devices.filter((d) => wanted.every((w) => about(d).includes(w))));
  const most = Math.max(...shown.map((d) => d.latency_ms || 0), 1e-9);
  keepFocus("data-device", () => $("devices").tBodies[0].replaceChildren(...grouped(shown).flatMap(([title, list]) => [
    ...(title ? [element("tr", { class: "group" }, element("th", { colspan: columns.length }, title))] : []),
    ...list.map((d) => row(d, d.id === chosen, most, () => pick(d.id))),
  ])));
  keepFocus("data-sort", () => $("devices").tHead.replaceChildren(element("tr", {}, ...columns.map((c) => header(c, redraw)))));
  $("none").hidden = shown.length > 0;
}

// bind sets what a control of the page does now.
function bind(id, event, act) { $(id)[`on${event}`] = (e) => act(e.target.value); }

function header(c, redraw) {
  const style = `${c.number ? "n" : ""} ${c.extra ? "extra" : ""}`;
  if (!c.title) return element("th", { class: style });
  const sort = view.sort !== c.key ? "none" : view.down ? "descending" : "ascending";
  const click = () => { Object.assign(view, view.sort !== c.key ? { sort: c.key, down: false } : view.down ? { sort: "" } : { down: true }); redraw(); };
  return element("th", { class: style, "aria-sort": sort },
    element("button", { class: "sort", "data-sort": c.key, onclick: click }, c.title, { none: "", ascending: " ↑", descending: " ↓" }[sort]));
}

function row(d, chosen, most, act) {
  return onEnter(element("tr", { class: "device", tabindex: 0, "aria-selected": chosen, "data-device": d.id, onclick: act }, ...columns.map((c) => c.cell(d, most))), act);
}

// sorted puts what has no value last.
function sorted(list) {
  const column = columns.find((c) => c.key === view.sort);
  if (!column) return list;
  const order = (a, b) => (typeof a === "string" ? a.localeCompare(b) : a - b);
  return [...list].sort((p, q) => {
    const a = column.value(p), b = column.value(q);
    if (!a || !b) return !a - !b;
    return view.down ? order(b, a) : order(a, b);
  });
}

function grouped(list) {
  const by = new Map();
  for (const d of list) {
    const title = groups[view.group](d);
    by.set(title, [...(by.get(title) || []), d]);
  }
  return [...by];
}
