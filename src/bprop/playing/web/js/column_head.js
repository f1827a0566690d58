// The name of a layer above its units; where the network can be edited, one unit more or less.
import { html } from "../vendor/preact.js";
import { layersOf } from "./layers.js";

export function ColumnHead({ store, column, nth, step }) {
  const recipe = store.parts.recipe.value, at = recipe && !column.input && !column.output && !column.loss ? layerAt(store, column) : -1;
  const layer = at >= 0 ? recipe.layers[at] : null;
  const what = column.input ? "inputs" : column.loss ? "" : column.output ? "output" : layer?.activation ?? "";
  const units = (count) => store.send("units", { at: at + 1, count });
  const style = { left: `${column.x}px`, width: `${Math.max(84, Math.min(150, step))}px` };
  return html`
    <div class="column-head" style=${style}>
      <span class="column-name">${column.box}<small>${what}</small></span>
      ${layer && html`<span class="column-units">
        <button type="button" class="round" disabled=${layer.units <= 1} aria-label=${`One unit less in ${column.box}`} onClick=${() => units(layer.units - 1)}>−</button>
        <span>${layer.units}</span>
        <button type="button" class="round" aria-label=${`One unit more in ${column.box}`} onClick=${() => units(layer.units + 1)}>+</button>
      </span>`}
    </div>`;
}

function layerAt(store, column) {
  const computed = layersOf(store.parts.graph.value, store.parts.images.value).filter((unit) => (unit.from ?? []).length);
  return computed.findIndex((unit) => unit.box === column.box);
}
