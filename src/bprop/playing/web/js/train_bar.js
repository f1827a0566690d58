// The bar of training: play and pause, one update, one epoch, rewind; rate, rule, batch size, penalty, also midway.
import { html } from "../vendor/preact.js";
import { Field, NumberField, Select } from "./fields.js";
import { Icon } from "./icons.js";
import { spoken } from "./numbers.js";

const RATES = [0.00001, 0.0001, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10];
const SHARE = 0.999999; // the largest number below 1 that a field takes
const SETTINGS = [["momentum", "Momentum", SHARE], ["beta1", "Beta 1", SHARE], ["beta2", "Beta 2", SHARE], ["weight_decay", "Weight decay", 1e6]];

export function TrainBar({ store }) {
  const { training, choices, recipe, subject } = store.parts, now = training.value;
  if (!now) return null;
  const rules = Object.keys(choices.value?.rules ?? {}), rate = now.rule.rate;
  const rates = [...new Set([...RATES, rate])].sort((a, b) => a - b).map((each) => [String(each), String(each)]);
  const penalty = recipe.value?.penalty;
  return html`
    <section class="train-bar card" aria-label="Training">
      <div class="transport">
        <button type="button" class="round-button" data-do="rewind" title="Back to the same initialisation" aria-label="Rewind to the same initialisation" onClick=${() => store.send("rewind")}><${Icon} name="rewind" /></button>
        <button type="button" class=${"play-button " + (now.running ? "running" : "")} data-do=${now.running ? "pause" : "train"}
          aria-label=${now.running ? "Pause" : "Train"} title=${now.running ? "Pause" : "Train"}
          onClick=${() => store.send(now.running ? "pause" : "train").then(() => store.say(told(store)))}><${Icon} name=${now.running ? "pause" : "play"} /></button>
        <button type="button" class="round-button" data-do="step" title="One update" aria-label="One update" onClick=${() => store.send("step", { updates: 1 })}><${Icon} name="step" /></button>
        <button type="button" class="round-button" data-do="epoch" title="One epoch" aria-label="One epoch" onClick=${() => store.send("epoch")}><${Icon} name="epoch" /></button>
      </div>
      <dl class="clock"><div><dt>Epoch</dt><dd><data value=${now.epoch}>${String(now.epoch).padStart(4, "0")}</data></dd></div>
        <div><dt>Updates</dt><dd><data value=${now.step}>${now.step.toLocaleString("en")}</data></dd></div></dl>
      <div class="settings">
        <${Field} name="Learning rate" control="rate"><${Select} value=${String(rate)} options=${rates} onSet=${(value) => store.send("rate", { value: Number(value) })} /><//>
        ${rules.length > 0 && html`<${Field} name="Rule"><${Select} value=${now.rule.name} options=${rules.map((r) => [r, r])} onSet=${(name) => store.send("rule", { name })} /><//>`}
        ${SETTINGS.filter(([key]) => now.rule[key] !== undefined).map(([key, name, most]) => html`<${Field} key=${key} name=${name}><${NumberField} store=${store} name=${name} none=${key === "momentum"} value=${now.rule[key]} min=${0} max=${most}
            onSet=${(value) => store.send("rule", { name: now.rule.name, settings: { ...settingsOf(now.rule, choices.value), [key]: value } })} /><//>`)}
        <${Field} name="Batch size"><${NumberField} store=${store} name="Batch size" value=${now.batch_size} min=${1} max=${100000} whole onSet=${(size) => store.send("batch_size", { size })} /><//>
        ${penalty && html`<${Field} name="Penalty"><${Select} value=${penalty.kind ?? "none"} options=${[["none", "none"], ["l2", "L2"], ["l1", "L1"]]}
            disabled=${!subject.value.editable} onSet=${(kind) => store.send("penalty", { kind: kind === "none" ? null : kind, strength: penalty.strength || 0.001 })} /><//>
          ${penalty.kind && html`<${Field} name="Strength"><${NumberField} store=${store} name="Strength" value=${penalty.strength} min=${0} onSet=${(strength) => store.send("penalty", { kind: penalty.kind, strength })} /><//>`}`}
      </div>
    </section>`;
}

function told(store) {
  const { training, score } = store.parts, { running, epoch } = training.value;
  return running ? "Training runs." : `Paused at epoch ${epoch}, training loss ${spoken(score.value?.train?.loss)}.`;
}

// The settings of the rule as they are now, without its rate.
function settingsOf(rule, choices) {
  const names = Object.keys(choices?.rules?.[rule.name]?.settings ?? {}).filter((name) => name !== "learning_rate");
  return Object.fromEntries(names.filter((name) => rule[name] !== undefined).map((name) => [name, rule[name]]));
}
