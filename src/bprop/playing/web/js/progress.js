// The curves as training runs, and the health of the layers.
import { html, useLayoutEffect, useRef } from "../vendor/preact.js";
import { uPlot } from "../vendor/uplot.js";
import { rgb, theme } from "./colours.js";
import { isNumber, short, Value } from "./numbers.js";

export function ProgressCard({ store }) {
  const { training } = store.parts, curve = training.value?.curve, health = training.value?.health ?? [];
  return html`<section class="card progress" data-control="progress" aria-labelledby="progress-title">
    <h2 id="progress-title">Progress</h2>
    ${curve?.step?.length > 1 ? html`<${Curves} curve=${curve} />` : html`<p class="hint">Press <b>Train</b>, the large round button: the losses are drawn here as they fall.</p>`}
    ${health.length > 0 && html`<table class="health"><caption>Health of the layers</caption><thead><tr><th scope="col">box</th><th scope="col">values</th><th scope="col">gradients</th><th scope="col">dead</th></tr></thead><tbody>
      ${health.map((each) => html`<tr><th scope="row">${each.box}</th><td><${Value} of=${each.value_rms} digits=${2} /></td><td><${Magnitude} of=${each.gradient_rms} /><${Value} of=${each.gradient_rms} digits=${2} /></td><td>${isNumber(each.dead) ? `${Math.round(100 * each.dead)} %` : ""}</td></tr>`)}
    </tbody></table>`}
  </section>`;
}

// A gradient's size on the scale from 1e-8 to 1e2.
function Magnitude({ of }) {
  const share = isNumber(of) && of > 0 ? Math.max(0.02, Math.min(1, (Math.log10(of) + 8) / 10)) : 0;
  return html`<span class="magnitude" aria-hidden="true"><i style=${{ width: `${100 * share}%` }}></i></span>`;
}

const colour = (element, name) => `rgb(${rgb(element, name).join(",")})`;

function Curves({ curve }) {
  const place = useRef(), plot = useRef(), now = theme.value;
  useLayoutEffect(() => {
    const element = place.current, make = () => options(element);
    plot.current = new uPlot(make(), dataOf(curve), element);
    const watch = new ResizeObserver(() => plot.current.setSize({ width: element.clientWidth, height: 170 }));
    watch.observe(element);
    return () => { watch.disconnect(); plot.current.destroy(); };
  }, [now]);
  useLayoutEffect(() => { plot.current?.setData(dataOf(curve)); }, [curve]);
  const last = curve?.train?.at(-1);
  return html`<figure class="curves"><div ref=${place} role="img" aria-label=${`Loss over ${curve?.step?.at(-1) ?? 0} updates; training now ${short(last)}`}></div>
    <figcaption><span class="key train"></span>training loss <span class="key test"></span>test loss</figcaption></figure>`;
}

const dataOf = (curve) => {
  const numbers = (list, count) => Array.from({ length: count }, (_, at) => (isNumber(list?.[at]) ? list[at] : null));
  const count = curve?.step?.length ?? 0;
  return [curve?.step ?? [], numbers(curve?.train, count), numbers(curve?.test, count)];
};

function options(element) {
  const axis = { stroke: colour(element, "--quiet"), grid: { stroke: colour(element, "--grid"), width: 1 }, ticks: { show: false }, font: "11px system-ui, sans-serif", size: 34 };
  return {
    width: element.clientWidth || 300, height: 170, legend: { show: false }, cursor: { show: false }, scales: { x: { time: false } },
    axes: [{ ...axis, size: 24 }, { ...axis, size: 44, values: (_, ticks) => ticks.map((tick) => short(tick, 2)) }],
    series: [{}, { stroke: colour(element, "--train"), width: 2, points: { show: false } }, { stroke: colour(element, "--test"), width: 2, dash: [5, 3], points: { show: false } }],
  };
}
