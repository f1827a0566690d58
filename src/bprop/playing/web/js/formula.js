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

export function Formula({ markup, label, small = false }) {
  const place = useRef();
  useLayoutEffect(() => {
    const text = markup?.includes("xmlns=") ? markup : markup?.replace("<math", `<math xmlns="${SPACE}"`);
    const root = text ? copy(new DOMParser().parseFromString(text, "application/xml").documentElement) : null;
    place.current.replaceChildren(...(root ? [root] : []));
  }, [markup]);
  return html`<div class=${small ? "formula-place small" : "formula-place"} ref=${place} tabindex="0" role="group" aria-label=${label}></div>`;
}
