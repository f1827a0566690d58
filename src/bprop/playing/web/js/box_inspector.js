// A box: its value and gradient for the example. A unit: also the sum that its value is made of.
import { html } from "../vendor/preact.js";
import { incoming } from "./geometry.js";
import { layersOf } from "./layers.js";
import { centred, Tile } from "./maps.js";
import { flat, isNumber, short, Value } from "./numbers.js";
import { Numbers } from "./pass.js";
import { choose } from "./weights.js";

export function BoxInspector({ store }) {
  const { graph, pass, theta } = store.parts, name = store.chosen.value.box;
  const box = graph.value.boxes.find((each) => each.name === name), value = pass.value?.values?.[name], gradient = pass.value?.gradients?.[name];
  const parameter = theta.value[name];
  return html`<div class="card-head"><h2>Box <span class="mono">${name}</span></h2></div>
    <p class="mono">${box.text}</p>
    <p class="hint">${box.kind}, ${box.shape?.length ? `shape ${box.shape.join(" × ")}` : "one number"}${box.computed_in ? `, computed in one with ${box.computed_in}` : ""}</p>
    <dl class="two">
      <div><dt>value${box.role === "parameter" ? "" : ` of row ${pass.value?.example}`}</dt><dd>${value == null ? html`<span class="hint">not yet</span>` : html`<${Numbers} of=${value} class="value" />`}</dd></div>
      <div><dt>gradient of row ${pass.value?.example}</dt><dd>${gradient == null ? html`<span class="hint">${box.computed_in ? "none: passed over" : "not yet"}</span>` : html`<${Numbers} of=${gradient} class="gradient" />`}</dd></div>
    </dl>
    ${Array.isArray(parameter) && html`<${Weights} store=${store} name=${name} parameter=${parameter} />`}`;
}

// The weights of a parameter as buttons: any of them can be chosen.
function Weights({ store, name, parameter }) {
  const all = [];
  const walk = (inner, index) => { if (Array.isArray(inner)) inner.forEach((each, at) => walk(each, [...index, at])); else all.push([inner, index]); };
  walk(parameter, []);
  return html`<p class="hint">Choose a weight:</p><div class="weight-buttons">${all.slice(0, 64).map(([value, index]) => html`
    <button type="button" class="pill small" aria-label=${`${index.join(",")}: ${short(value)}, weight of ${name}`} onClick=${() => choose(store, name, index)}>${index.join(",")}: <${Value} of=${value} /></button>`)}</div>`;
}

export function UnitInspector({ store }) {
  const { graph, pass, theta, subject, images } = store.parts, { box: name, unit } = store.chosen.value;
  const layer = layersOf(graph.value, images.value)?.find((each) => each.box === name), values = pass.value?.values ?? {}, gradients = pass.value?.gradients ?? {};
  const countOf = (box) => graph.value.boxes.find((each) => each.name === box)?.shape?.at(-1) ?? 1;
  const bias = layer?.bias ? flat(theta.value[layer.bias])[unit] : null;
  const value = flat(values[name])[unit], before = layer?.before ? flat(values[layer.before])[unit] : undefined;
  return html`<div class="card-head"><h2>${layer?.from?.length ? "Unit" : "Input"} <span class="mono">${name}[${unit}]</span></h2></div>
    ${layer?.pictures ? html`<${Pictured} store=${store} unit=${unit} />` : layer?.from?.length ? html`<table class="sum terms"><caption>what comes in, for row ${pass.value?.example}</caption><thead><tr><th scope="col">from</th><th scope="col">value</th><th scope="col">× weight</th><th scope="col">= product</th></tr></thead><tbody>
      ${incoming(layer, countOf).map(({ box, unit: i, parameter, row }) => {
        const x = flat(values[box])[i], weight = theta.value[parameter]?.[row]?.[unit];
        return html`<tr><th scope="row">${box}[${i}]</th><td><${Value} of=${x} class="value" /></td><td><button type="button" class="link" aria-label=${`${short(weight)}, weight ${parameter}[${row}, ${unit}]`} onClick=${() => choose(store, parameter, [row, unit])}><${Value} of=${weight} /></button></td><td>${isNumber(x) && isNumber(weight) ? html`<${Value} of=${x * weight} />` : "·"}</td></tr>`;
      })}
      ${isNumber(bias) && html`<tr><th scope="row">bias</th><td></td><td><button type="button" class="link" aria-label=${`${short(bias)}, bias ${layer.bias}[${unit}]`} onClick=${() => choose(store, layer.bias, [unit])}><${Value} of=${bias} /></button></td><td><${Value} of=${bias} /></td></tr>`}
      ${layer.before && html`<tr class="total"><th scope="row" colspan="3">sum: ${layer.before}[${unit}]</th><td><${Value} of=${before} class="value" /></td></tr>`}
    </tbody></table>` : html`<p class="hint">${subject.value.columns?.[unit] ?? ""}</p>`}
    <dl class="two"><div><dt>value ${name}[${unit}]</dt><dd><${Value} of=${value} class="value" digits=${4} /></dd></div>
      <div><dt>gradient of row ${pass.value?.example}: ∂L/∂${name}[${unit}]</dt><dd><${Value} of=${flat(gradients[name])[unit]} class="gradient" digits=${4} /></dd></div></dl>`;
}

// A unit that looks at a picture: its weights as an image, and what of the picture they answer to.
function Pictured({ store, unit }) {
  const { images, pass } = store.parts, weights = images.value.units[unit], [high, wide] = images.value.shape, input = flat(pass.value?.values?.x);
  const products = input.length === weights.length ? weights.map((weight, at) => weight * input[at]) : null;
  return html`<p class="hint">The weights of this unit, and each of them times its input: the sum of these products, and the bias, is the value before the activation.</p>
    <div class="side-by-side"><figure><div class="picture"><${Tile} levels=${centred([weights])[0]} wide=${wide} high=${high} /></div><figcaption>weights</figcaption></figure>
    ${products && html`<figure><div class="picture"><${Tile} levels=${centred([products])[0]} wide=${wide} high=${high} /></div><figcaption>weight × input</figcaption></figure>`}</div>`;
}
