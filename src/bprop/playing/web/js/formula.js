// A formula from Python, as MathML. Only elements and attributes of MathML are taken over.
import { html, useLayoutEffect, useRef } from "../vendor/preact.js";

const SPACE = "http://www.w3.org/1998/Math/MathML";
const ATTRIBUTES = new Set(["display", "stretchy", "mathvariant", "accent", "columnalign", "fence", "separator", "form",
  "lspace", "rspace", "linethickness", "intent", "class", "rowspacing", "columnspacing", "displaystyle", "scriptlevel", "largeop", "movablelimits", "width", "alttext"]);

function copy(node) {
  if (node.nodeType === Node.TEXT_NODE) return document.createTextNode(node.data);
  if (node.nodeType !== Node.ELEMENT_NODE || node.namespaceURI !== SPACE) return null;
  const made = document.createElementNS(SPACE, node.localName);
  for (const { name, value } of node.attributes) if (ATTRIBUTES.has(name)) made.setAttribute(name, value);
  for (const child of node.childNodes) {
    const inner = copy(child);
    if (inner) made.append(inner);
  }
  return made;
}

// Makes a tree like another one: what is the same stays, so that the browser lays out only what is new.
function follow(old, made) {
  if (old.nodeType !== made.nodeType || old.nodeName !== made.nodeName || old.childNodes.length !== made.childNodes.length) { old.replaceWith(made); return; }
  if (old.nodeType === Node.TEXT_NODE) { if (old.data !== made.data) old.data = made.data; return; }
  for (const { name } of [...old.attributes]) if (!made.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of made.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  const inner = [...made.childNodes];
  [...old.childNodes].forEach((child, at) => follow(child, inner[at]));
}

export function Formula({ markup, label, small = false }) {
  const place = useRef();
  useLayoutEffect(() => {
    const text = markup?.includes("xmlns=") ? markup : markup?.replace("<math", `<math xmlns="${SPACE}"`);
    const root = text ? copy(new DOMParser().parseFromString(text, "application/xml").documentElement) : null;
    const before = place.current.firstChild;
    if (root && before) follow(before, root);
    else place.current.replaceChildren(...(root ? [root] : []));
  }, [markup]);
  return html`<div class=${small ? "formula-place small" : "formula-place"} ref=${place} tabindex="0" role="group" aria-label=${label}></div>`;
}
