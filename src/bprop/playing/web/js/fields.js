// Fields that keep what a person types until it is meant: on Enter, or when the field is left.
import { html, useState } from "../vendor/preact.js";

export function NumberField({ value, onSet, label, id, class: name = "", disabled = false, min, max, whole = false }) {
  const [typed, setTyped] = useState(null);
  const commit = () => {
    if (typed === null) return;
    const number = Number(typed.trim().replace("−", "-").replace(",", "."));
    setTyped(null);
    if (typed.trim() === "" || !Number.isFinite(number) || number === value) return;
    if ((min !== undefined && number < min) || (max !== undefined && number > max) || (whole && !Number.isInteger(number))) return;
    onSet(number);
  };
  return html`<input type="text" inputmode="decimal" autocomplete="off" id=${id} class=${"number " + name} aria-label=${label}
    disabled=${disabled} placeholder=${value === null || value === undefined ? "none" : ""} value=${typed ?? shown(value)}
    onFocus=${(event) => event.target.select()} onInput=${(event) => setTyped(event.target.value)} onBlur=${commit}
    onKeyDown=${(event) => { if (event.key === "Enter") commit(); if (event.key === "Escape") setTyped(null); }} />`;
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
