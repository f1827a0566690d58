// The panel on the left: what the network is built of.
import { html } from "../vendor/preact.js";
import { Field, NumberField, Select } from "./fields.js";
import { layersOf } from "./layers.js";
import { Icon } from "./icons.js";

export function BuildPanel({ store }) {
  const { subject, recipe, graph } = store.parts, s = subject.value;
  return html`
    <aside class="build-column">
      <section class="card" aria-labelledby="build-title">
        <h2 id="build-title">Build</h2>
        <p class="facts-line">${s.rows.toLocaleString("en")} rows to learn from${s.held_out ? html`, ${s.held_out.toLocaleString("en")} held out` : ""}<br/>
          ${s.inputs > 0 && html`${s.inputs} ${s.inputs === 1 ? "input" : "inputs"}, `}${s.classes && html`${s.classes.length} classes, `}<b>${graph.value.weights.toLocaleString("en")}</b> weights and biases</p>
        ${s.note && html`<p class="hint">${s.note}</p>`}
        ${recipe.value && s.editable ? html`<${Layers} store=${store} />` : html`<p class="hint">This graph was brought as it is. Its weights can be moved; its boxes stay.</p>`}
      </section>
      <${Mistakes} store=${store} />
    </aside>`;
}

function Layers({ store }) {
  const { recipe, choices } = store.parts, r = recipe.value, c = choices.value ?? {};
  const last = r.layers.at(-1), names = (layersOf(store.parts.graph.value, store.parts.images.value) ?? []).map((unit) => unit.box);
  return html`
    <ol class="layers" aria-label="Hidden layers" data-control="layers">
      ${r.layers.map((layer, at) => html`<li>
        <span class="layer-name mono">${names[at] ?? at + 1}</span>
        <${NumberField} store=${store} label=${`Units of layer ${at + 1}`} value=${layer.units} min=${1} max=${64} whole onSet=${(count) => store.send("units", { at: at + 1, count })} />
        <${Select} control="activation" label=${`Activation of layer ${at + 1}`} value=${layer.activation} options=${c.activations ?? [layer.activation]} onSet=${(name) => store.send("activation", { at: at + 1, name })} />
        <button type="button" class="quiet" aria-label=${`Remove layer ${at + 1}`} title="Remove" onClick=${() => store.send("drop_layer", { at: at + 1 })}><${Icon} name="close" /></button>
      </li>`)}
    </ol>
    <button type="button" class="add" disabled=${r.layers.length >= 8} onClick=${() => store.send("layer", { at: r.layers.length + 1, units: last?.units ?? 4, activation: last?.activation ?? "tanh" })}><${Icon} name="plus" /> Add a layer</button>
    <${Skips} store=${store} />
    <div class="fields">
      <${Field} name="Loss"><${Select} value=${r.loss} options=${c.losses ?? [r.loss]} onSet=${(name) => store.send("loss", { name })} /><//>
      <${Field} name="Initialisation" control="initialisation"><${Select} value=${r.initialisation} options=${c.initialisations ?? [r.initialisation]} onSet=${(name) => store.send("initialisation", { name, seed: r.seed })} /><//>
      <${Field} name="Seed"><span class="with-button"><${NumberField} store=${store} name="Seed" value=${r.seed} min=${0} whole onSet=${(seed) => store.send("initialisation", { name: r.initialisation, seed })} />
        <button type="button" class="quiet" title="Another draw" aria-label="Another draw" onClick=${() => store.send("initialisation", { name: r.initialisation, seed: r.seed + 1 })}>↻</button></span><//>
    </div>`;
}

// Connections that pass over a layer: from layer i (0: the inputs) to layer j.
function Skips({ store }) {
  const r = store.parts.recipe.value, count = r.layers.length;
  const name = (i) => (i === 0 ? "inputs" : i > count ? "output" : `layer ${i}`), possible = [];
  for (let i = 0; i <= count; i++) for (let j = i + 2; j <= count + 1; j++) possible.push([i, j]);
  const has = ([i, j]) => r.skips.some(([a, b]) => a === i && b === j);
  const free = possible.filter((pair) => !has(pair));
  if (!possible.length) return null;
  return html`<div class="skips">
    ${r.skips.map(([from, to]) => html`<span class="chip">${name(from)} → ${name(to)}
      <button type="button" class="quiet" aria-label=${`Remove the skip from ${name(from)} to ${name(to)}`} onClick=${() => store.send("drop_skip", { from, to })}><${Icon} name="close" /></button></span>`)}
    ${free.length > 0 && html`<select class="add-skip" aria-label="Add a skip connection" value="" onChange=${(event) => {
      const [from, to] = event.target.value.split(",").map(Number);
      event.target.value = "";
      store.send("skip", { from, to });
    }}><option value="">+ Skip connection</option>${free.map(([i, j]) => html`<option value=${`${i},${j}`}>${name(i)} → ${name(j)}</option>`)}</select>`}
  </div>`;
}

function Mistakes({ store }) {
  const { choices, mistake, check } = store.parts, offered = choices.value?.mistakes ?? [];
  const results = check.value?.boxes;
  return html`<section class="card" aria-labelledby="mistake-title" data-control="mistake">
    <h2 id="mistake-title">Find the mistake</h2>
    <p class="hint">Plant a wrong <code>bprop</code> in a box. Gradient checking finds it.</p>
    ${offered.length > 0 && html`<${Select} label="Planted mistake" value=${mistake.value?.name ?? ""} options=${[["", "No mistake"], ...offered.map((each) => [each.name, each.name.replaceAll("_", " ")])]}
      onSet=${(name) => store.send(...(name ? ["mistake", { name }] : ["no_mistake"]))} />`}
    ${mistake.value && html`<p class="hint">${mistake.value.text}</p>`}
    <button type="button" class="add" data-do="check_boxes" onClick=${() => store.send("check_boxes").then(() => store.say(spokenResults(store)))}><${Icon} name="check" /> Check every box</button>
    ${results && html`<p class=${"verdict " + check.value.verdict?.replaceAll(" ", "-")}>${check.value.text}</p><ul class="verdicts" aria-label="Verdicts">
      ${results.map(({ name, verdict, text }) => html`<li class=${"verdict " + verdict.replaceAll(" ", "-")}><b>${name}</b> <span>${verdict}</span>${verdict !== "right" && html`<p>${text}</p>`}</li>`)}
    </ul>`}
  </section>`;
}

function spokenResults(store) {
  const wrong = (store.parts.check.value?.boxes ?? []).filter((box) => box.verdict === "wrong");
  return wrong.length ? `Wrong: ${wrong.map((box) => box.name).join(", ")}.` : "No box is wrong.";
}
