// Image data: the example as a picture, and the weights of each unit of the first layer as one.
import { html } from "../vendor/preact.js";
import { centred, Tile } from "./maps.js";
import { flat, percent, short } from "./numbers.js";

export function ImageCard({ store }) {
  const { images, pass, subject, graph } = store.parts, { units, shape, parameter } = images.value;
  const [high, wide] = shape, input = flat(pass.value?.values?.x);
  const output = graph.value.boxes.find((box) => box.role === "output"), shares = flat(pass.value?.values?.[output?.name]);
  return html`<div class="images">
    ${input.length === high * wide && html`<figure class="example-image"><div class="picture"><${Tile} levels=${centred([input])[0]} wide=${wide} high=${high} /></div><figcaption>row ${pass.value.example}</figcaption></figure>`}
    ${shares.length > 0 && html`<ul class="shares" aria-label="Probabilities">${shares.map((share, at) => html`<li><span>${subject.value.classes?.[at] ?? at}</span><span class="share"><i style=${{ width: percent(Math.max(0, Math.min(1, share))).replace(" ", "") }}></i></span><data value=${String(share)}>${short(share, 2)}</data></li>`)}</ul>`}
    <h3>Weights of the first layer, ${parameter}</h3>
    <div class="gallery">${centred(units).map((levels, unit) => html`<figure><div class="picture"><${Tile} levels=${levels} wide=${wide} high=${high} /></div><figcaption>${unit}</figcaption></figure>`)}</div>
  </div>`;
}
