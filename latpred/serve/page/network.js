// The network: a gene for every slot, and the buttons that change them.
import { $, element, keepFocus } from "./dom.js";

const slotsPerStage = 4;
export const net = { r: 192, d: [3, 3, 3, 3, 3], k: Array(24).fill(5), e: Array(24).fill(4) };

// text is the canonical text: genes of slots that run.
export function text() {
  const genes = (list) => net.d.map((d, s) => list.slice(slotsPerStage * s, slotsPerStage * s + d).join("")).join("-");
  return `r${net.r} d${net.d.join("")} k${genes(net.k)} e${genes(net.e)}`;
}

export function load(canonical) {
  const [r, d, k, e] = canonical.split(" ").map((part) => part.slice(1));
  net.r = +r;
  net.d = [...d].map(Number);
  for (const [genes, list] of [[k, net.k], [e, net.e]])
    genes.split("-").forEach((stage, s) => [...stage].forEach((c, p) => { list[slotsPerStage * s + p] = +c; }));
}

// fit gives the network the stages of a space, and the next of the resolutions.
export function fit(space, resolutions) {
  net.d = space.depths.map((depths, s) => (depths.includes(net.d[s]) ? net.d[s] : depths[0]));
  net.r = resolutions.reduce((best, r) => (Math.abs(r - net.r) < Math.abs(best - net.r) ? r : best));
}

// drawNetwork draws the choices of a space at resolutions; changed is called after each click.
export function drawNetwork(space, resolutions, changed) {
  const picker = (name, values, current, set) => values.map((v) => element("button", {
    "aria-pressed": v === current, "aria-label": `${name} ${v}`, "data-pick": `${name} ${v}`, onclick: () => { set(v); changed(); },
  }, String(v)));
  const slot = (s, p) => {
    const i = slotsPerStage * s + p, name = `stage ${s + 1} layer ${p + 1}`, off = p >= net.d[s];
    const row = (label, gene, values, list) => element("div", {}, element("span", { class: "label" }, label), ...picker(`${name} ${gene}`, values, list[i], (v) => { list[i] = v; }));
    const cell = element("div", { class: off ? "slot off" : "slot" }, row("k", "kernel", space.kernels, net.k), row("e", "expand", space.expands, net.e));
    if (off) cell.querySelectorAll("button").forEach((b) => { b.disabled = true; });
    return cell;
  };
  keepFocus("data-pick", () => {
    $("resolution").replaceChildren(element("span", { class: "label" }, "pixels"), ...picker("resolution", resolutions, net.r, (v) => { net.r = v; }));
    $("stages").replaceChildren(...net.d.map((depth, s) => {
      const depths = element("div", { class: "depths" }, element("span", { class: "label" }, `stage ${s + 1}`),
        element("span", {}, ...picker(`stage ${s + 1} depth`, space.depths[s], depth, (v) => { net.d[s] = v; })));
      const most = Math.max(...space.depths[s]);
      return element("div", { class: "stage" }, depths, ...[...Array(most).keys()].map((p) => slot(s, p)));
    }));
  });
  $("arch").textContent = text();
}
