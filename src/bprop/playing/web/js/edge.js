// One weight as an edge: colour is its sign, width its size. It is a slider: drag it up and down, or use the arrow keys.
import { html } from "../vendor/preact.js";
import { signOf, strengthOf, widthOf } from "./geometry.js";
import { at, short, spoken } from "./numbers.js";
import { drag, isChosen, moveByKey, nameOf } from "./weights.js";

export function Edge({ store, edge, flow, share }) {
  const { parameter, index, value } = edge, chosen = isChosen(store, parameter, index);
  const gradient = at(store.parts.batch.value?.gradients?.[parameter], index);
  const name = nameOf(parameter, index);
  return html`
    <g class=${`edge ${signOf(value)} ${chosen ? "chosen" : ""} ${flow}`} role="slider" tabindex="-1" data-weight=${name}
       data-item=${`w ${edge.to} ${index[1]} ${edge.from} ${edge.unit}`} data-value=${String(value)}
       aria-label=${`Weight ${name}, from ${edge.from} ${edge.unit} to ${edge.to} ${index[1]}`}
       aria-orientation="vertical" aria-valuenow=${typeof value === "number" ? value : 0}
       aria-valuemin="-1000000" aria-valuemax="1000000"
       aria-valuetext=${`${spoken(value)}, gradient over the batch ${spoken(gradient)}`}
       onPointerDown=${(event) => drag(store, event, parameter, index)}
       onKeyDown=${(event) => { if (moveByKey(store, event, parameter, index)) event.stopPropagation(); }}>
      <title>${name} = ${short(value)}</title>
      <path class="hit" d=${edge.path} />
      <path class="line" d=${edge.path} stroke-width=${widthOf(value, share).toFixed(2)} stroke-opacity=${strengthOf(value).toFixed(2)} />
    </g>`;
}
