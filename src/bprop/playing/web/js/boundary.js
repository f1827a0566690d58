// The decision boundary: the output over the plane of two inputs, and the rows as points. A click makes an example.
import { html, useLayoutEffect, useMemo, useRef } from "../vendor/preact.js";
import { theme } from "./colours.js";
import { paintMap } from "./maps.js";
import { flat, short } from "./numbers.js";

const SIZE = 100;

export function Boundary({ store }) {
  const { map, subject, pass } = store.parts, m = map.value, canvas = useRef(), now = theme.value;
  useLayoutEffect(() => { paintMap(canvas.current, m); }, [m, now]);
  const points = subject.value.points, columns = subject.value.columns ?? ["x1", "x2"];
  const x = (value) => ((value - m.x[0]) / (m.x[1] - m.x[0])) * SIZE, y = (value) => (1 - (value - m.y[0]) / (m.y[1] - m.y[0])) * SIZE;
  const input = inputOf(subject.value, pass.value);
  const marks = useMemo(() => points && html`<${Points} points=${points} task=${subject.value.task} x=${x} y=${y} />`, [points, m.x[0], m.x[1], m.y[0], m.y[1]]);
  const put = (px, py) => {
    const at = [m.x[0] + px * (m.x[1] - m.x[0]), m.y[1] - py * (m.y[1] - m.y[0])];
    store.send("input", { index: [0], value: round(at[0]) });
    store.send("input", { index: [1], value: round(at[1]) });
  };
  const click = (event) => {
    const box = event.currentTarget.getBoundingClientRect();
    const at = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    const near = points && nearest(points, at, x, y);
    if (near !== null && near !== undefined) store.send("example", { row: near });
    else put(...at);
  };
  const press = (event) => {
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!by || !input) return;
    event.preventDefault();
    const step = event.shiftKey ? 0.1 : 0.02;
    put(x(input[0]) / SIZE + by[0] * step, y(input[1]) / SIZE + by[1] * step);
  };
  const label = `${m.of} over ${columns[0]} and ${columns[1]}` + (input ? `; the example is at ${short(input[0])}, ${short(input[1])}. Arrow keys move it.` : "");
  return html`<figure class="boundary">
    <div class="plane" role="application" aria-label=${label} tabindex="0" onClick=${click} onKeyDown=${press}>
      <canvas ref=${canvas} aria-hidden="true"></canvas>
      <svg viewBox=${`0 0 ${SIZE} ${SIZE}`} preserveAspectRatio="none" aria-hidden="true">${marks}
        ${input && html`<g class="example-mark" transform=${`translate(${x(input[0])} ${y(input[1])})`}><circle class="halo" r="3.4" /><circle r="3.4" /></g>`}</svg>
    </div>
    <figcaption><span>${columns[0]} →, ${columns[1]} ↑</span>${m.of === "class" ? html`<span>the class it says</span>` : html`<span class="scale"><span>${short(m.low, 2)}</span><i></i><span>${short(m.high, 2)}</span></span><span>${m.of}</span>`}</figcaption>
    <p class="hint">Click a point, or anywhere: it becomes the example. Filled points train, hollow ones test.</p>
  </figure>`;
}

// The row of a training point under the mouse; null where there is none.
function nearest(points, [px, py], x, y) {
  let row = null, least = 1.6 ** 2;
  points.x.forEach(([a, b], at) => {
    const distance = (x(a) - SIZE * px) ** 2 + (y(b) - SIZE * py) ** 2;
    if (points.part[at] === "train" && points.row && distance < least) { least = distance; row = points.row[at]; }
  });
  return row;
}

function Points({ points, task, x, y }) {
  const values = points.y, low = Math.min(...values), high = Math.max(...values);
  return points.x.map(([a, b], at) => {
    const share = Math.round((100 * (values[at] - low)) / (high - low || 1));
    const ink = task === "classes" ? `var(--class-${values[at] % 10})` : `color-mix(in srgb, var(--class-1) ${share}%, var(--class-0))`;
    return html`<circle class=${`point ${points.part[at]}`} style=${{ "--ink": ink }} cx=${x(a).toFixed(2)} cy=${y(b).toFixed(2)} r="1.25" />`;
  });
}

function inputOf(subject, pass) {
  const box = Object.keys(pass?.values ?? {}).find((name) => name === "x");
  const numbers = box ? flat(pass.values[box]) : [];
  return numbers.length === 2 ? numbers : null;
}

const round = (value) => Number(value.toPrecision(4));
