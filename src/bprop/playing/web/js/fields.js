// Fields that keep what a person types until it is meant: on Enter, or when the field is left.
import { html, useState } from "../vendor/preact.js";
import { middleCut } from "./numbers.js";

// name : what the number is, for messages. none : whether an empty field means that there is no number.
export function NumberField({ store, name, value, onSet, label, id, class: kind = "", disabled = false, min, max, whole = false, none = false }) {
  const [typed, setTyped] = useState(null);
  const commit = () => {
    if (typed === null) return;
    const text = typed.trim(), number = Number(text.replace("−", "-").replace(",", "."));
    setTyped(null);
    if (text === "") { if (none && value !== null) onSet(null); return; }
    if (number === value) return;
    const fits = Number.isFinite(number) && !(number < min) && !(number > max) && (!whole || Number.isInteger(number));
    if (fits) onSet(number);
    else store.parts.message.value = { kind: "error", text: `${name ?? label} is ${wanted(min, max, whole)}, not ${middleCut(text, 30)}.`, cure: "It stays as it was." };
  };
  return html`<input type="text" inputmode="decimal" autocomplete="off" id=${id} class=${"number " + kind} aria-label=${label}
    disabled=${disabled} placeholder=${value === null || value === undefined ? "none" : ""} value=${typed ?? shown(value)}
    onFocus=${(event) => event.target.select()} onInput=${(event) => setTyped(event.target.value)} onBlur=${commit}
    onKeyDown=${(event) => { if (event.key === "Enter") commit(); if (event.key === "Escape") setTyped(null); }} />`;
}

function wanted(min, max, whole) {
  const number = whole ? "a whole number" : "a number", [low, high] = [min, max].map((each) => each?.toLocaleString("en", { maximumFractionDigits: 6 }));
  return min === undefined ? number : max === undefined ? `${number} of at least ${low}` : `${number} from ${low} to ${high}`;
}

// What stands in the field while nobody types: at most 7 digits.
const shown = (value) => (typeof value === "number" ? String(Number(value.toPrecision(7))) : String(value ?? ""));

export function Select({ value, options, onSet, label, id, control, disabled = false }) {
  return html`<select id=${id} data-control=${control} value=${value} aria-label=${label} disabled=${disabled} onChange=${(event) => onSet(event.target.value)}>
    ${options.map((option) => {
      const [name, text] = Array.isArray(option) ? option : [option, String(option).replaceAll("_", " ")];
      return html`<option value=${name} selected=${name === value}>${text}</option>`;
    })}</select>`;
}

// A setting with its name above it.
export const Field = ({ name, children, control }) => html`<label class="field" data-control=${control}><span>${name}</span>${children}</label>`;
