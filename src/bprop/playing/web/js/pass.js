// One example, one move at a time: forward, then back, with the formula of the box and its numbers.
import { html } from "../vendor/preact.js";
import { Formula } from "./formula.js";
import { NumberField, Select } from "./fields.js";
import { flat, Value } from "./numbers.js";

// The controls, below the network: one move forward or back, and where the pass is.
export function PassControls({ store }) {
  const p = store.parts.pass.value;
  if (!p) return null;
  const next = p.moves[p.position], backwards = next?.phase === "bprop" || next?.phase === "seed";
  const move = (name) => store.send(name, { count: 1 }).then(() => store.say(store.parts.pass.value?.last?.text ?? "No move is made."));
  return html`<div class="pass-controls">
    <div class="moves">
      <button type="button" class="main-button" data-do="back" disabled=${p.position === 0} onClick=${() => move("back")}>Take back</button>
      <button type="button" class=${"main-button strong " + (backwards ? "backwards" : "")} data-do="forward" disabled=${!next} onClick=${() => move("forward")}>${label(next)}</button>
    </div>
    <${Track} store=${store} p=${p} />
    <label class="inline" data-control="example">Row <${NumberField} store=${store} name="Row" value=${p.example} min=${0} whole onSet=${(row) => store.send("example", { row })} /></label>
    <${Target} store=${store} />
  </div>`;
}

// The target of the example, which a person may change: then the example is one of their own.
function Target({ store }) {
  const { pass, subject } = store.parts, value = pass.value.values?.y, names = subject.value.classes;
  if (typeof value !== "number") return null;
  const set = (target) => store.send("target", { value: target });
  return html`<label class="inline" data-control="target y">y ${names
    ? html`<${Select} value=${String(value)} options=${names.map((name, at) => [String(at), name])} onSet=${(at) => set(Number(at))} />`
    : html`<${NumberField} store=${store} name="y" class="target-number" value=${value} onSet=${set} />`}</label>`;
}

export function PassCard({ store }) {
  const p = store.parts.pass.value;
  if (!p) return null;
  const last = p.last, next = p.moves[p.position], who = p.own ? "your own example" : `row ${p.example}`;
  return html`<section class="card pass" aria-labelledby="pass-title">
    <div class="card-head"><h2 id="pass-title">One example, step by step</h2><span class="hint">${who}</span></div>
    ${last ? html`<div class=${"move " + last.phase}>
      <h3>${heading(last)}</h3>
      ${last.formula && html`<${Formula} markup=${last.formula} label="The formula" />`}
      ${last.numbers && html`<p class="with-numbers">with the numbers of ${who}:</p><${Formula} small markup=${last.numbers} label=${last.text ?? "With numbers"} />`}
      ${last.sent && html`<dl class="sent">${Object.entries(last.sent).map(([child, numbers]) => html`<div><dt>sent to ${child}</dt><dd><${Numbers} of=${numbers} class="gradient" /></dd></div>`)}</dl>`}
    </div>` : html`<p class="hint">Press <b>${label(next)}</b>: the value of one box is computed from its children. After the loss, the same button walks back: each box sends a gradient to its children.</p>`}
  </section>`;
}

function label(next) {
  if (!next) return "The pass is done";
  if (next.phase === "fprop") return `Forward: ${next.box} →`;
  return next.phase === "seed" ? "Start back" : `← Back: ${next.box}`;
}

const heading = (last) => (last.phase === "fprop" ? html`Forward: <b>${last.box}</b>` : last.phase === "seed" ? "The gradient of the loss for itself is 1" : html`Back: what <b>${last.box}</b> sends to its children`);

// All moves as a row of marks: where the pass is, and a way to go there.
function Track({ store, p }) {
  const forward = p.moves.filter((move) => move.phase === "fprop").length, count = p.moves.length;
  const text = p.position === 0 ? "nothing is computed yet" : `${p.position} of ${count} moves made, last: ${p.last?.phase ?? ""} ${p.last?.box ?? ""}`;
  return html`<div class="track">
    <input type="range" class="pass-range" min="0" max=${count} value=${p.position} aria-label="Position in the pass" aria-valuetext=${text}
      onInput=${(event) => store.steer("go", "go", { position: Number(event.target.value) })} />
    <div class="track-marks" aria-hidden="true">${p.moves.map((move, at) => html`<i class=${`${move.phase} ${at < p.position ? "made" : ""}`}></i>`)}</div>
    <div class="track-words"><button type="button" class="link" onClick=${() => store.send("go", { position: 0 })}>start</button>
      <button type="button" class="link" onClick=${() => store.send("go", { position: forward })}>loss</button>
      <button type="button" class="link" onClick=${() => store.send("go", { position: count })}>all gradients</button></div>
  </div>`;
}

export function Numbers({ of, class: name = "" }) {
  const numbers = flat(of), cut = of && !Array.isArray(of) && typeof of === "object" ? of.count - numbers.length : 0;
  return html`<span class="numbers">${numbers.slice(0, 24).map((number) => html`<${Value} of=${number} class=${name} /> `)}${(cut > 0 || numbers.length > 24) && html`<span class="hint">… ${cut + Math.max(0, numbers.length - 24)} more</span>`}</span>`;
}
