// Colours of numbers and classes. They stand in the style sheet; canvases ask for them, and again when the theme changes.
import { signal } from "../vendor/preact.js";

export const theme = signal(0); // counts changes of the theme

let cache = new Map();

const changed = () => { cache = new Map(); theme.value += 1; };
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);

// The other of light and dark, for one element.
export function turn(element) {
  const dark = element.dataset.theme ? element.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  setTheme(element, dark ? "light" : "dark");
}

export function setTheme(element, name) {
  element.dataset.theme = name;
  changed();
}

// [r, g, b] of a custom property, as seen at an element.
export function rgb(element, name) {
  if (!cache.has(name)) {
    const probe = element.ownerDocument.createElement("span");
    probe.className = "probe";
    element.append(probe);
    probe.style.color = `var(${name})`;
    const numbers = getComputedStyle(probe).color.match(/[\d.]+/g).map(Number);
    probe.remove();
    cache.set(name, numbers.slice(0, 3));
  }
  return cache.get(name);
}

// A table of 256 colours from negative through nothing to positive.
export function ramp(element) {
  if (!cache.has("ramp")) {
    const low = rgb(element, "--map-low"), mid = rgb(element, "--map-mid"), high = rgb(element, "--map-high");
    const table = new Uint8ClampedArray(256 * 3);
    for (let i = 0; i < 256; i++) {
      const t = i / 127.5 - 1, end = t < 0 ? low : high, share = Math.abs(t);
      for (let c = 0; c < 3; c++) table[3 * i + c] = mid[c] + (end[c] - mid[c]) * share;
    }
    cache.set("ramp", table);
  }
  return cache.get("ramp");
}
