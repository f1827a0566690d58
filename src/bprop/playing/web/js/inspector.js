// What was chosen: a weight, a unit or a box.
import { html } from "../vendor/preact.js";
import { BoxInspector, UnitInspector } from "./box_inspector.js";
import { layersOf } from "./layers.js";
import { WeightInspector } from "./weight_inspector.js";

export function Inspector({ store }) {
  const { weight, graph, images } = store.parts, byBox = store.boxes.value || !layersOf(graph.value, images.value);
  const chosen = store.chosen.value;
  const known = chosen && graph.value.boxes.some((box) => box.name === chosen.box);
  const which = known ? (chosen.kind === "unit" ? UnitInspector : BoxInspector) : weight.value ? WeightInspector : null;
  return html`<section class="card inspector" data-control="weight choose" aria-label="What is chosen">
    ${which ? html`<${which} store=${store} />` : html`<h2>One weight</h2>
      <p class="hint">${byBox ? "Choose the box of a parameter, and in it one of its weights." : "Choose a line of the network."} Here you then see its value, its gradient for every example, and the update that the rule would make. ${byBox ? "" : "Drag it, type it, or use the arrow keys: everything moves at once."}</p>`}
  </section>`;
}
