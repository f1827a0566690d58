// The network: unit by unit where it is small, box by box where it is large or where a person asks for boxes.
import { html } from "../vendor/preact.js";
import { Drawing } from "./drawing.js";
import { layersOf } from "./layers.js";
import { Network } from "./network.js";
import { PassControls } from "./pass.js";

export function NetworkCard({ store }) {
  const { graph, images } = store.parts;
  const both = !!layersOf(graph.value, images.value), byBox = store.boxes.value || !both;
  return html`<section class="card network-card" aria-labelledby="network-title">
    <div class="card-head"><h2 id="network-title">The network</h2>
      ${both && html`<div class="switch" role="group" aria-label="View">
        <button type="button" aria-pressed=${String(!byBox)} onClick=${() => { store.boxes.value = false; }}>Units</button>
        <button type="button" aria-pressed=${String(byBox)} onClick=${() => { store.boxes.value = true; }}>Boxes</button>
      </div>`}</div>
    ${byBox ? html`<${Drawing} store=${store} />` : html`<${Network} store=${store} />`}
    <${PassControls} store=${store} />
    <ul class="legend" aria-label="Legend">
      ${byBox ? html`<li><b class="value">0.42</b> value</li><li><b class="gradient">−0.03</b> gradient</li><li class="hint">Choose a box for all its numbers. Ctrl and the wheel zoom.</li>`
        : html`<li><span class="swatch positive"></span>positive</li><li><span class="swatch negative"></span>negative</li><li><span class="swatch thick"></span>large weight</li><li><b class="value">0.42</b> value</li><li><b class="gradient">−0.03</b> gradient</li>
      <li class="hint">Drag a line up or down to change its weight.</li>`}
    </ul>
  </section>`;
}
