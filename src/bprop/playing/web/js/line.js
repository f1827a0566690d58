// One input: the output as a curve over it, and the rows as points. A click makes an example.
import { html } from "../vendor/preact.js";
import { flat, isNumber, short } from "./numbers.js";

const WIDE = 300, HIGH = 220, LEFT = 34, BOTTOM = 22, TOP = 8, RIGHT = 8;

// A number on an axis: 0 where it is next to nothing of the range.
const tick = (value, range) => short(Math.abs(value) < range / 60 ? 0 : value, 2);

export function Line({ store }) {
  const { line, subject, pass } = store.parts, l = line.value, points = subject.value.points, name = subject.value.columns?.[0] ?? "x";
  const xs = Array.from({ length: l.n }, (_, at) => l.x[0] + ((l.x[1] - l.x[0]) * at) / (l.n - 1));
  const all = [...l.f.filter(isNumber), ...(points?.y ?? [])], low = Math.min(...all), high = Math.max(...all), room = 0.06 * (high - low || 1);
  const x = (value) => LEFT + ((value - l.x[0]) / (l.x[1] - l.x[0])) * (WIDE - LEFT - RIGHT);
  const y = (value) => TOP + (1 - (value - low + room) / (high - low + 2 * room)) * (HIGH - TOP - BOTTOM);
  const path = xs.map((at, nth) => isNumber(l.f[nth]) && `${x(at).toFixed(1)} ${y(l.f[nth]).toFixed(1)}`).filter(Boolean).join("L");
  const input = flat(pass.value?.values?.x)[0];
  const put = (value) => store.send("input", { index: [0], value: Number(value.toPrecision(4)) });
  const click = (event) => {
    const box = event.currentTarget.getBoundingClientRect(), at = ((event.clientX - box.left) / box.width) * WIDE;
    put(l.x[0] + ((at - LEFT) / (WIDE - LEFT - RIGHT)) * (l.x[1] - l.x[0]));
  };
  const press = (event) => {
    const by = { ArrowLeft: -0.02, ArrowRight: 0.02 }[event.key];
    if (!by || !isNumber(input)) return;
    event.preventDefault();
    put(input + by * (l.x[1] - l.x[0]));
  };
  return html`<figure class="boundary"><div class="curve-plane" role="application" tabindex="0" onClick=${click} onKeyDown=${press}
      aria-label=${`${l.of} over ${name}${isNumber(input) ? `; the example is at ${short(input)}. Arrow keys move it.` : ""}`}>
    <svg viewBox=${`0 0 ${WIDE} ${HIGH}`} aria-hidden="true">
      ${[low, (low + high) / 2, high].map((value) => html`<path class="rule" d=${`M${LEFT} ${y(value)}H${WIDE - RIGHT}`} /><text class="tick end" x=${LEFT - 4} y=${y(value) + 4}>${tick(value, high - low)}</text>`)}
      ${[l.x[0], (l.x[0] + l.x[1]) / 2, l.x[1]].map((value, nth) => html`<text class=${`tick ${["start", "middle", "end"][nth]}`} x=${x(value)} y=${HIGH - 6}>${tick(value, l.x[1] - l.x[0])}</text>`)}
      ${points?.x.map((at, nth) => html`<circle class=${`spot ${points.part[nth]}`} cx=${x(flat(at)[0]).toFixed(1)} cy=${y(points.y[nth]).toFixed(1)} r="2" />`)}
      <path class="fit" d=${"M" + path} />
      ${isNumber(input) && html`<path class="here" d=${`M${x(input)} ${TOP}V${HIGH - BOTTOM}`} />`}
    </svg></div>
    <figcaption><span>${name} →</span><span><span class="key fit-key"></span> ${l.of}</span></figcaption>
    <p class="hint">Click anywhere: that input becomes the example. Filled points train, hollow ones test.</p></figure>`;
}
