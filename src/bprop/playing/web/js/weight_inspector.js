// One weight: its value, the gradient of this example and of the batch, the penalty's, and the update that comes next.
import { html, useRef } from "../vendor/preact.js";
import { Check } from "./check.js";
import { NumberField } from "./fields.js";
import { isNumber, short, Value } from "./numbers.js";
import { announce, moveByKey, nameOf, newGesture, setWeight } from "./weights.js";

export function WeightInspector({ store }) {
  const { weight, pass, batch, training } = store.parts, rule = training.value?.rule ?? {}, w = weight.value, name = nameOf(w.parameter, w.index);
  const row = pass.value?.example, here = w.rows?.indexOf(row) ?? -1, mine = here >= 0 ? w.examples[here] : null;
  const gesture = useRef(null);
  const reach = isNumber(w.value) ? Math.max(3, Math.ceil(Math.abs(w.value) * 1.2)) : 3;
  return html`
    <div class="card-head"><h2>Weight <span class="mono">${name}</span></h2></div>
    <div class="weight-value" data-control="set_weight nudge">
      <input type="range" class="weight-range" min=${-reach} max=${reach} step="any" value=${isNumber(w.value) ? w.value : 0} aria-label=${`Value of ${name}`}
        aria-valuetext=${short(w.value)}
        onKeyDown=${(event) => moveByKey(store, event, w.parameter, w.index)}
        onInput=${(event) => setWeight(store, w.parameter, w.index, Number(Number(event.target.value).toPrecision(4)), (gesture.current ??= newGesture()))}
        onChange=${() => { gesture.current = null; announce(store, w.parameter, w.index); }} />
      <${NumberField} store=${store} label=${`Value of ${name}, typed`} name=${`The value of ${name}`} class="weight-number" value=${w.value} onSet=${(value) => store.send("set_weight", { parameter: w.parameter, index: w.index, value }).then(() => announce(store, w.parameter, w.index))} />
    </div>
    <table class="sum"><caption class="unseen">Gradients of the chosen weight</caption><tbody>
      ${mine !== null && html`<tr><th scope="row">gradient of row ${row} alone</th><td><${Value} of=${mine} class="gradient" digits=${4} /></td></tr>`}
      <tr><th scope="row">mean over ${batch.value?.rows ?? "the batch"}</th><td><${Value} of=${w.mean} class="gradient" digits=${4} /></td></tr>
      <tr><th scope="row">+ gradient of the penalty</th><td><${Value} of=${w.penalty} class="gradient" digits=${4} /></td></tr>
      <tr class="total"><th scope="row">= gradient of the objective</th><td><${Value} of=${w.total} class="gradient" digits=${4} /></td></tr>
      <tr><th scope="row" title=${w.rule}>change that ${rule.name} would make of it, rate ${String(rule.rate)}</th><td><${Value} of=${w.update} digits=${4} sign /></td></tr>
      ${w.next && html`<tr><th scope="row">after the next step, on ${rowsOf(w.next)}</th><td><${Value} of=${w.next.value} digits=${4} /></td></tr>`}
    </tbody></table>
    ${w.examples && html`<${Examples} store=${store} w=${w} row=${row} />`}
    <${Check} store=${store} w=${w} />`;
}

// The rows of the next batch in words: they are often in order.
function rowsOf({ rows, count }) {
  if (!rows?.length) return `${count} rows`;
  const ordered = rows.every((row, at) => at === 0 || row === rows[at - 1] + 1);
  return ordered && rows.length === count ? `rows ${rows[0]} to ${rows.at(-1)}` : `${count} rows`;
}

// A bar as a part of a path: one path of 200 bars is laid out and painted in a fraction of the time of 200 rectangles.
function bar(g, at, most) {
  if (!isNumber(g)) return "";
  const height = Math.max(0.3, (19 * Math.abs(g)) / most), top = g >= 0 ? 20 - (19 * g) / most : 20;
  return `M${at + 0.1} ${top.toFixed(2)}h0.8v${height.toFixed(2)}h-0.8z`;
}

// The gradient of every example as a bar; a click makes that row the example.
function Examples({ store, w, row }) {
  const most = Math.max(1e-300, ...w.examples.filter(isNumber).map(Math.abs)), count = w.examples.length;
  if (!count) return null;
  const mine = w.rows.indexOf(row);
  const pick = (event) => {
    const box = event.currentTarget.getBoundingClientRect(), at = Math.floor(((event.clientX - box.left) / box.width) * count);
    if (w.rows[at] !== undefined) store.send("example", { row: w.rows[at] });
  };
  return html`<figure class="examples"><figcaption>the gradient of each of ${count} examples</figcaption>
    <svg viewBox=${`0 0 ${count} 40`} preserveAspectRatio="none" role="img" aria-label=${`Gradients of ${count} examples, the largest ${short(most)}`} onClick=${pick}>
      <path class="axis" d=${`M0 20H${count}`} />
      <path class="bars" d=${w.examples.map((g, at) => (w.rows[at] === row ? "" : bar(g, at, most))).join("")} />
      ${mine >= 0 && html`<path class="bars mine" d=${bar(w.examples[mine], mine, most)} />`}
    </svg></figure>`;
}
