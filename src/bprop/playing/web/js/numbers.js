// How numbers are written. The full number always stands in the element <data value>.
import { html } from "../vendor/preact.js";

export const isNumber = (x) => typeof x === "number" && Number.isFinite(x);

export function short(x, digits = 3) {
  if (typeof x === "string") return { nan: "NaN", inf: "∞", "-inf": "−∞" }[x] ?? x;
  if (x === null || x === undefined) return "";
  if (x === 0) return "0";
  const size = Math.abs(x);
  const text = size >= 1e5 || size < 1e-3 ? x.toExponential(Math.max(0, digits - 2)) : fixed(x, size, digits);
  return text.replaceAll("-", "−").replace("e+", "e");
}

function fixed(x, size, digits) {
  if (Number.isInteger(x) && size < 1e5) return String(x);
  return x.toFixed(Math.max(0, Math.min(Math.max(4, digits), digits - 1 - Math.floor(Math.log10(size)))));
}

export const spoken = (x) => short(x).replace("−", "minus ");

export function Value({ of, digits = 3, sign = false, class: name = "", title }) {
  if (of === null || of === undefined) return html`<data class=${"absent " + name} value="">·</data>`;
  const text = short(of, digits);
  return html`<data class=${name} value=${String(of)} title=${title ?? String(of)}>${sign && of > 0 ? "+" + text : text}</data>`;
}

// The numbers of a nested list or of one that was cut, in order.
export function flat(array) {
  if (array === null || array === undefined) return [];
  if (Array.isArray(array)) return array.flat(Infinity);
  if (typeof array === "object") return array.head ?? [];
  return [array];
}

// A name in at most `most` characters as a person counts them: what is too long is cut in the middle.
export function middleCut(name, most = 14) {
  const signs = Array.from(new Intl.Segmenter().segment(String(name)), ({ segment }) => segment), head = Math.ceil((most - 1) / 2);
  return signs.length <= most ? String(name) : `${signs.slice(0, head).join("")}…${signs.slice(head + 1 - most).join("")}`;
}

export const at = (array, index) => index.reduce((inner, place) => (inner == null ? undefined : inner[place]), array);

export const percent = (x) => (isNumber(x) ? `${(100 * x).toFixed(x === 1 || x === 0 ? 0 : 1)} %` : short(x));
