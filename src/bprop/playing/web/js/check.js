// Gradient checking of one weight: the loss along the weight, the secant of two values, backpropagation's tangent.
import { html } from "../vendor/preact.js";
import { Icon } from "./icons.js";
import { isNumber, short, Value } from "./numbers.js";
import { nameOf } from "./weights.js";

const WIDE = 300, HIGH = 150, LEFT = 8, TOP = 8;

export function Check({ store, w }) {
  const check = store.parts.check.value;
  const mine = check && check.parameter === w.parameter && check.index?.join() === w.index.join() ? check : null;
  const ask = (more) => store.send("check", { parameter: w.parameter, index: w.index, ...more }).then(() => store.say(store.parts.check.value?.text ?? ""));
  return html`<div class="check">
    <button type="button" class="main-button" data-do="check" onClick=${() => ask({})}><${Icon} name="check" /> Check this gradient</button>
    ${mine && html`
      <p class=${"verdict " + mine.verdict.replaceAll(" ", "-")}><b>${mine.verdict}</b> <span>${mine.text}</span></p>
      ${mine.curve && html`<${Chart} c=${mine} />`}
      <label class="epsilon"><span>ε = ${short(mine.epsilon)}</span><input type="range" min="-4" max="0" step="0.25" value=${Math.log10(mine.epsilon)}
        aria-label="ε, how far the secant reaches" aria-valuetext=${short(mine.epsilon)}
        onInput=${(event) => store.steer("check", "check", { parameter: w.parameter, index: w.index, epsilon: Number((10 ** Number(event.target.value)).toPrecision(3)) })} /></label>
      <dl class="slopes"><div><dt><span class="key tangent"></span> tangent, by backpropagation</dt><dd><${Value} of=${mine.tangent} digits=${8} /></dd></div>
        <div><dt><span class="key secant"></span> secant through w ± ε</dt><dd><${Value} of=${mine.slope} digits=${8} /></dd></div>
        <div><dt>as ε goes to 0</dt><dd><${Value} of=${mine.numeric} digits=${8} /></dd></div>
        ${mine.left !== null && mine.left !== undefined && html`<div><dt>slope to the left, to the right</dt><dd><${Value} of=${mine.left} />, <${Value} of=${mine.right} /></dd></div>`}</dl>`}
  </div>`;
}

function Chart({ c }) {
  const points = c.curve.w.map((w, at) => [w, c.curve.J[at]]).filter(([w, J]) => isNumber(w) && isNumber(J));
  if (points.length < 2) return null;
  const ws = points.map(([w]) => w), Js = points.map(([, J]) => J);
  const [w0, w1] = [Math.min(...ws), Math.max(...ws)], low = Math.min(...Js), high = Math.max(...Js), room = (high - low || 1) * 0.15;
  const x = (w) => LEFT + ((w - w0) / (w1 - w0)) * (WIDE - 2 * LEFT), y = (J) => TOP + (1 - (J - low + room) / (high - low + 2 * room || 1)) * (HIGH - 2 * TOP);
  const through = (w, J, slope) => `M${x(w0)} ${y(J + slope * (w0 - w))}L${x(w1)} ${y(J + slope * (w1 - w))}`;
  const J = c.J ?? (c.secant[0][1] + c.secant[1][1]) / 2;
  return html`<svg class="check-chart" viewBox=${`0 0 ${WIDE} ${HIGH}`} role="img" aria-label=${`The loss along ${nameOf(c.parameter, c.index)}, with the tangent of slope ${short(c.tangent)} and the secant of slope ${short(c.slope)}`}>
    <path class="curve" d=${"M" + points.map(([w, J]) => `${x(w).toFixed(1)} ${y(J).toFixed(1)}`).join("L")} />
    ${isNumber(c.slope) && html`<path class="secant" d=${through(c.secant[0][0], c.secant[0][1], c.slope)} />`}
    ${isNumber(c.tangent) && html`<path class="tangent" d=${through(c.w, J, c.tangent)} />`}
    ${c.secant.map(([w, J]) => isNumber(J) && html`<circle class="end" cx=${x(w)} cy=${y(J)} r="4" />`)}
    ${isNumber(J) && html`<circle class="here" cx=${x(c.w)} cy=${y(J)} r="5" />`}
  </svg>`;
}
