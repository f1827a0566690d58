// What comes out: the boundary with the points for two inputs, else the example and its prediction; and the scores.
import { html } from "../vendor/preact.js";
import { Boundary } from "./boundary.js";
import { ImageCard } from "./images.js";
import { percent, Value } from "./numbers.js";

export function OutputCard({ store }) {
  const { map, images, score, batch } = store.parts;
  return html`<section class="card output" aria-labelledby="output-title">
    <h2 id="output-title">${map.value ? "What it has learned" : "Result"}</h2>
    ${map.value && html`<${Boundary} store=${store} />`}
    ${images.value && html`<${ImageCard} store=${store} />`}
    <dl class="scores">
      <${Score} name="Loss" hint="training" of=${score.value?.train?.loss ?? batch.value?.loss} />
      ${score.value?.test && html`<${Score} name="Loss" hint="test" of=${score.value.test.loss} />`}
      ${score.value?.train?.accuracy !== undefined && html`<${Score} name="Accuracy" hint="training" of=${score.value.train.accuracy} share />`}
      ${score.value?.test?.accuracy !== undefined && html`<${Score} name="Accuracy" hint="test" of=${score.value.test.accuracy} share />`}
      ${batch.value?.penalty ? html`<${Score} name="Penalty" hint="part of the objective" of=${batch.value.penalty} />` : null}
    </dl>
  </section>`;
}

function Score({ name, hint, of, share = false }) {
  return html`<div><dt>${name} <small>${hint}</small></dt><dd>${share ? html`<data value=${String(of)}>${percent(of)}</data>` : html`<${Value} of=${of} />`}</dd></div>`;
}
