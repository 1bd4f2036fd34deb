// Elements of pages and of drawings.
export const $ = (id) => document.getElementById(id);

export function element(tag, attributes, ...children) {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) e.addEventListener(name.slice(2), value);
    else if (value !== undefined) e.setAttribute(name, value);
  }
  e.append(...children);
  return e;
}

export function svg(tag, attributes, content) {
  const e = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) e.setAttribute(name, value);
  if (content !== undefined) e.textContent = content;
  return e;
}

// onEnter makes something that can be clicked do the same at the Enter key.
export function onEnter(e, act) {
  e.addEventListener("keydown", (k) => { if (k.key === "Enter") act(); });
  return e;
}

// keepFocus redraws, and puts the focus back on what has the same value of an attribute.
export function keepFocus(attribute, draw) {
  const had = document.activeElement && document.activeElement.getAttribute(attribute);
  draw();
  if (had === null || had === undefined) return;
  const again = document.querySelector(`[${attribute}="${CSS.escape(had)}"]`);
  if (again) again.focus();
}
