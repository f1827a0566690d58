// One unit: its map or its value, its gradient, and its bias as a small handle.
import { html } from "../vendor/preact.js";
import { bytes, centred, Tile } from "./maps.js";
import { at, flat, isNumber, short, spoken, Value } from "./numbers.js";
import { drag, isChosen, moveByKey, nameOf } from "./weights.js";

export function Unit({ store, column, nth, unit, y, tile, roomy, narrow, now }) {
  const { pass, map, line, theta, subject, images } = store.parts, curve = line.value?.units?.[column.box]?.[unit];
  const value = flat(pass.value?.values?.[column.box])[unit], gradient = flat(pass.value?.gradients?.[column.box])[unit];
  const image = column.pictures ? imagesOf(images.value)[unit] : null;
  const levels = map.value && (map.value.units?.[column.box]?.[unit]?.pixels ?? ownMap(map.value, column, unit));
  if (column.picture) return html`<${Picture} store=${store} column=${column} nth=${nth} y=${y} now=${now} />`;
  if (column.loss) return html`<${LossUnit} store=${store} column=${column} nth=${nth} y=${y} tile=${tile} now=${now} value=${value} gradient=${gradient} />`;
  const chosen = store.chosen.value?.box === column.box && store.chosen.value?.unit === unit;
  const title = column.input ? subject.value.columns?.[unit] ?? `${column.box} ${unit}` : `${column.box} ${unit}`;
  const label = `${column.input ? "Input " : "Unit "}${title}, ${described(value, gradient)}`;
  const style = { left: `${column.x - tile / 2}px`, top: `${y - tile / 2}px`, width: `${tile}px`, height: `${tile}px` };
  const wide = tile >= 30;
  return html`
    <div class=${`unit ${column.input ? "input" : ""} ${narrow ? "narrow" : ""} ${now ? "now" : ""} ${chosen ? "chosen" : ""}`} style=${style}>
      <button type="button" class="unit-face" tabindex="-1" data-item=${`u ${nth} ${unit}`} data-unit=${`${column.box} ${unit}`} data-before=${column.before}
              aria-label=${label} aria-pressed=${chosen ? "true" : "false"}
              onClick=${() => { store.chosen.value = chosen ? null : { kind: "unit", box: column.box, unit }; }}>
        ${image ? html`<${Tile} levels=${image} wide=${images.value.shape[1]} high=${images.value.shape[0]} />` : levels ? html`<${Tile} levels=${levels} wide=${map.value.n} high=${map.value.n} />`
          : curve ? html`<${Sparkline} numbers=${curve} />` : html`<span class=${"blob " + (isNumber(value) ? (value >= 0 ? "positive" : "negative") : "")}
              style=${{ opacity: isNumber(value) ? String(0.15 + 0.85 * Math.min(1, Math.abs(value))) : "0" }}></span>`}
      </button>
      ${column.bias && wide && html`<${Bias} store=${store} column=${column} nth=${nth} unit=${unit} value=${at(theta.value[column.bias], [unit])} />`}
      ${roomy && html`<span class="unit-numbers" aria-hidden="true">
        ${value !== undefined && html`<${Value} of=${value} class="value" />`}
        ${gradient !== undefined && html`<${Value} of=${gradient} class="gradient" digits=${2} sign />`}
      </span>`}
      ${column.output && subject.value.classes?.length === column.count && html`<span class="unit-class" aria-hidden="true">${subject.value.classes[unit]}</span>`}
      ${column.input && wide && html`<span class="unit-name" aria-hidden="true">${title}</span>`}
    </div>`;
}

// The example as a picture, in the place of its inputs.
function Picture({ store, column, nth, y, now }) {
  const { pass, images } = store.parts, [high, wide] = images.value.shape, input = flat(pass.value?.values?.[column.box]);
  const style = { left: `${column.x - 46}px`, top: `${y - 46}px`, width: "92px", height: "92px" }, chosen = store.chosen.value?.box === column.box;
  return html`<div class=${`unit picture-unit ${now ? "now" : ""} ${chosen ? "chosen" : ""}`} style=${style}>
    <button type="button" class="unit-face" tabindex="-1" data-item=${`u ${nth} 0`} data-unit=${`${column.box} picture`} aria-pressed=${chosen ? "true" : "false"}
      aria-label=${`The picture of row ${pass.value?.example}, ${input.length} inputs`} onClick=${() => { store.chosen.value = chosen ? null : { kind: "box", box: column.box }; }}>
      ${input.length === high * wide && html`<${Tile} levels=${centred([input])[0]} wide=${wide} high=${high} />`}</button>
    <span class="unit-name" aria-hidden="true">row ${pass.value?.example}</span></div>`;
}

// The weights of the first layer as images, made once for each state of the weights.
const made = { of: null, levels: [] };
function imagesOf(images) {
  if (made.of !== images.units) { made.of = images.units; made.levels = images.units.map((image) => centred([image])[0]); }
  return made.levels;
}

// The loss of the example: a number, and the target that it compares with.
function LossUnit({ store, column, nth, y, tile, now, value, gradient }) {
  const { pass, subject } = store.parts, target = flat(pass.value?.values?.y)[0], wide = 60;
  const named = subject.value.task === "classes" && subject.value.classes ? subject.value.classes[target] ?? target : target;
  const chosen = store.chosen.value?.box === column.box, style = { left: `${column.x - wide / 2}px`, top: `${y - 23}px`, width: `${wide}px`, height: "46px" };
  return html`<div class=${`unit loss ${now ? "now" : ""} ${chosen ? "chosen" : ""}`} style=${style}>
    <button type="button" class="unit-face" tabindex="-1" data-item=${`u ${nth} 0`} data-unit=${`${column.box} 0`} aria-pressed=${chosen ? "true" : "false"}
      aria-label=${`The loss of this example, ${described(value, gradient)}`} onClick=${() => { store.chosen.value = chosen ? null : { kind: "box", box: column.box }; }}>
      ${value === undefined ? "L" : html`<${Value} of=${value} class="value" />`}</button>
    <span class="unit-numbers" aria-hidden="true">${gradient !== undefined && html`<${Value} of=${gradient} class="gradient" digits=${2} sign />`}</span>
    ${named !== undefined && html`<span class="unit-name target" aria-hidden="true">y = ${typeof named === "number" ? short(named) : named}</span>`}
  </div>`;
}

function described(value, gradient) {
  if (value === undefined) return "no value yet";
  return `value ${spoken(value)}` + (gradient === undefined ? "" : `, gradient of this example ${spoken(gradient)}`);
}

// The value of a unit along the only input, from its lowest to its highest.
function Sparkline({ numbers }) {
  const low = Math.min(...numbers), high = Math.max(...numbers), count = numbers.length;
  const place = (value, at) => `${((44 * at) / (count - 1) + 1).toFixed(1)} ${(41 - (36 * (value - low)) / (high - low || 1)).toFixed(1)}`;
  return html`<svg class="sparkline" viewBox="0 0 46 46" aria-hidden="true"><path d=${"M" + numbers.map(place).join("L")} /></svg>`;
}

// The map of an input is the input itself; that of the only output, or of one of two probabilities, is the network's.
const slopes = new Map();
function ownMap(map, column, unit) {
  if (column.input && column.count === 2) {
    const key = `${map.n}/${unit}`, across = (i) => (unit === 0 ? i % map.n : map.n - 1 - Math.floor(i / map.n)) / (map.n - 1);
    if (!slopes.has(key)) slopes.set(key, Uint8Array.from({ length: map.n * map.n }, (_, i) => Math.round(255 * across(i))));
    return slopes.get(key);
  }
  if (!column.output || map.of === "class" || column.count > 2) return null;
  if (column.count === 1 || unit === 1) return map.pixels;
  if (turned.of !== map.pixels) { turned.of = map.pixels; turned.levels = bytes(map.pixels).map((level) => 255 - level); }
  return turned.levels;
}
const turned = { of: null, levels: null };

function Bias({ store, column, nth, unit, value }) {
  const index = [unit], chosen = isChosen(store, column.bias, index), name = nameOf(column.bias, index);
  const gradient = at(store.parts.batch.value?.gradients?.[column.bias], index);
  const sign = isNumber(value) ? (value > 0 ? "positive" : value < 0 ? "negative" : "nothing") : "odd";
  return html`<span class=${`bias ${sign} ${chosen ? "chosen" : ""}`} role="slider" tabindex="-1" data-item=${`b ${nth} ${unit}`}
      data-weight=${name} data-value=${String(value)} title=${`bias ${name} = ${short(value)}`}
      aria-label=${`Bias ${name}`} aria-orientation="vertical" aria-valuenow=${isNumber(value) ? value : 0}
      aria-valuemin="-1000000" aria-valuemax="1000000"
      aria-valuetext=${`${spoken(value)}, gradient over the batch ${spoken(gradient)}`}
      onPointerDown=${(event) => drag(store, event, column.bias, index)}
      onKeyDown=${(event) => { if (moveByKey(store, event, column.bias, index)) event.stopPropagation(); }}></span>`;
}
