// The network unit by unit: units as tiles, weights as edges. One tab stop; arrows move within.
import { html, useLayoutEffect, useMemo, useRef, useState } from "../vendor/preact.js";
import { columnsOf, edgesOf, lossLines, pictureLines, place, shareOf } from "./geometry.js";
import { Edge } from "./edge.js";
import { layersOf } from "./layers.js";
import { Unit } from "./unit.js";
import { roving } from "./roving.js";
import { ColumnHead } from "./column_head.js";

export function Network({ store }) {
  const { graph, subject, theta, pass, images } = store.parts;
  const frame = useRef(), [width, setWidth] = useState(640);
  useLayoutEffect(() => {
    const watch = new ResizeObserver(([entry]) => setWidth(Math.round(entry.contentRect.width)));
    watch.observe(frame.current);
    return () => watch.disconnect();
  }, []);
  const shapes = Object.fromEntries(graph.value.boxes.map((box) => [box.name, box.shape?.at(-1) ?? 1]));
  const layout = useMemo(() => {
    const columns = columnsOf(graph.value, layersOf(graph.value, images.value), subject.value, shapes);
    const names = subject.value.columns ?? Array.from({ length: subject.value.inputs }, (_, unit) => `x ${unit}`);
    return place(columns, Math.max(width, 72 * columns.length), names);
  }, [graph.value, width]);
  const edges = edgesOf(layout.columns, theta.value, layout.tile);
  const share = shareOf(edges.length), last = pass.value?.last, moved = last && flowOf(layout.columns, last);
  return html`
    <div class="network" ref=${frame}>
      <div class="network-scroll" tabindex="-1">
      <div class="network-stage" style=${{ width: `${layout.width}px`, height: `${layout.height}px` }}
           role="group" aria-label="The network, unit by unit. Arrow keys move between units; W goes to the weights of a unit, Escape comes back."
           ref=${roving} onKeyDown=${(event) => roving.key(event, store)}>
        <svg class="edges" width=${layout.width} height=${layout.height}>
          ${lossLines(layout.columns, layout.tile).map((path) => html`<path class=${`plain-line ${last?.box === graph.value.loss || last?.phase === "seed" ? moved?.phase ?? "" : ""}`} d=${path} />`)}
          ${pictureLines(layout.columns, layout.tile).map((path) => html`<path class=${`plain-line ${moved && layout.columns.find((column) => column.pictures)?.box === moved.to ? moved.phase : ""}`} d=${path} />`)}
          ${edges.map((edge) => html`<${Edge} key=${edge.parameter + edge.index} store=${store} edge=${edge} share=${share}
            flow=${moved && moved.to === edge.to ? moved.phase : ""} />`)}
        </svg>
        ${layout.columns.map((column, nth) => html`<${ColumnHead} key=${column.box} store=${store} column=${column} nth=${nth}
          step=${layout.step} />`)}
        ${layout.columns.map((column, nth) => column.ys.map((y, unit) => html`<${Unit} key=${column.box + unit} store=${store}
          column=${column} nth=${nth} unit=${unit} y=${y} tile=${layout.tile} roomy=${layout.roomy} narrow=${layout.narrow}
          now=${moved?.to === column.box} />`))}
      </div>
      </div>
    </div>`;
}

// The column that the last move went to, or came back from.
function flowOf(columns, last) {
  const column = last.phase === "seed" ? columns.find((each) => each.loss) : columns.find((each) => [each.box, each.before, each.bias, ...(each.weights ?? [])].includes(last.box));
  return column && { to: column.box, phase: last.phase === "fprop" ? "flows" : "flows-back" };
}
