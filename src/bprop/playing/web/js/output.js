// What comes out: the boundary with the points for two inputs, else the example and its prediction; and the scores.
import { html } from "../vendor/preact.js";
import { Boundary } from "./boundary.js";
import { Line } from "./line.js";
import { ImageCard } from "./images.js";
import { flat, percent, short, Value } from "./numbers.js";

export function OutputCard({ store }) {
  const { map, line, images, score, batch } = store.parts;
  return html`<section class="card output" data-control="output" aria-labelledby="output-title">
    <h2 id="output-title">${map.value || line.value ? "What it has learned" : "Result"}</h2>
    ${map.value && html`<${Boundary} store=${store} />`}
    ${line.value && html`<${Line} store=${store} />`}
    ${images.value && html`<${ImageCard} store=${store} />`}
    <${Prediction} store=${store} />
    <dl class="scores">
      <${Score} name="Loss" hint="training" of=${score.value?.train?.loss ?? batch.value?.loss} />
      ${score.value?.test && html`<${Score} name="Loss" hint="test" of=${score.value.test.loss} />`}
      ${score.value?.train?.accuracy !== undefined && html`<${Score} name="Accuracy" hint="training" of=${score.value.train.accuracy} share />`}
      ${score.value?.test?.accuracy !== undefined && html`<${Score} name="Accuracy" hint="test" of=${score.value.test.accuracy} share />`}
      ${batch.value?.penalty ? html`<${Score} name="Penalty" hint="part of the objective" of=${batch.value.penalty} />` : null}
    </dl>
  </section>`;
}

// The output for the example, beside its target. Images show their probabilities in their own card.
function Prediction({ store }) {
  const { pass, graph, subject, images } = store.parts, p = pass.value, output = graph.value.boxes.find((box) => box.role === "output");
  const numbers = flat(p?.values?.[output?.name]), target = flat(p?.values?.y)[0];
  if (!numbers.length || images.value) return null;
  const names = subject.value.classes, named = names ? names[target] ?? target : short(target);
  const best = numbers.indexOf(Math.max(...numbers));
  return html`<p class="prediction">${p.own ? "Your own example" : `Row ${p.example}`}: <b>${names && numbers.length > 1 ? html`${names[best] ?? best} (<${Value} of=${numbers[best]} />)` : html`<${Value} of=${numbers[0]} />`}</b>${
    target !== undefined && html`<span>, target <b>${named}</b></span>`}</p>`;
}

function Score({ name, hint, of, share = false }) {
  return html`<div><dt>${name} <small>${hint}</small></dt><dd>${share ? html`<data value=${String(of)}>${percent(of)}</data>` : html`<${Value} of=${of} />`}</dd></div>`;
}
