// Image data: how likely each class is for the example; and, where no units show them, the weights of the first layer.
import { html } from "../vendor/preact.js";
import { layersOf } from "./layers.js";
import { centred, Tile } from "./maps.js";
import { flat, percent, short } from "./numbers.js";

export function ImageCard({ store }) {
  const { images, pass, subject, graph } = store.parts, { units, shape, parameter } = images.value, [high, wide] = shape;
  const output = graph.value.boxes.find((box) => box.role === "output"), shares = flat(pass.value?.values?.[output?.name]);
  const target = flat(pass.value?.values?.y)[0], names = subject.value.classes;
  return html`<div class="images">
    <p class="prediction">${pass.value.own ? "Your own example" : `Row ${pass.value.example}`}, target <b>${names?.[target] ?? target}</b></p>
    ${shares.length > 0 ? html`<ul class="shares" aria-label="Probabilities">${shares.map((share, at) => html`<li class=${at === target ? "target" : ""}><span>${names?.[at] ?? at}</span>
        <span class="share"><i style=${{ width: percent(Math.max(0, Math.min(1, share))).replace(" ", "") }}></i></span><data value=${String(share)}>${short(share, 2)}</data></li>`)}</ul>`
      : html`<p class="hint">Press Forward until ${output?.name} is computed: then its probabilities stand here.</p>`}
    ${!layersOf(graph.value, images.value) && html`<h3>Weights of the first layer, ${parameter}</h3>
    <div class="gallery">${centred(units).map((levels, unit) => html`<figure><div class="picture"><${Tile} levels=${levels} wide=${wide} high=${high} /></div><figcaption>${unit}</figcaption></figure>`)}</div>`}
  </div>`;
}
