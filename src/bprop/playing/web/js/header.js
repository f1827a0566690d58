// The header: examples, undo and redo, lessons, the code, the address, light or dark.
import { html, useState } from "../vendor/preact.js";
import { CodeDialog, ShareDialog } from "./dialogs.js";
import { turn } from "./colours.js";
import { Icon, Mark } from "./icons.js";
import { middleCut } from "./numbers.js";

// Toys have short names in lower case; what a person brought keeps its name.
const TOYS = ["moons", "circles", "spiral", "sine", "hill", "digits"];
const known = (name) => name === "xor" || TOYS.includes(name);
const title = (name) => (name === "xor" ? "XOR" : name[0].toUpperCase() + name.slice(1));

export function Header({ store }) {
  const { choices, subject, undo, lesson } = store.parts, [open, setOpen] = useState(null);
  const subjects = choices.value?.subjects ?? [], lessons = choices.value?.lessons ?? [];
  return html`
    <header class="top">
      <h1 class="brand"><${Mark} /><span>bprop <b>play</b></span></h1>
      ${subjects.length > 0 && html`<div class="pills" role="group" aria-label="Example">
        ${subjects.map((name) => html`<button type="button" class=${known(name) ? "pill" : "pill own"} title=${known(name) ? null : name} aria-pressed=${String(name === subject.value.name)}
          onClick=${() => store.send("open", { subject: name })}>${known(name) ? title(name) : middleCut(name, 22)}</button>`)}
        ${!subjects.includes(subject.value.name) && html`<button type="button" class="pill own" aria-pressed="true" title=${subject.value.name}>${middleCut(subject.value.name, 22)}</button>`}
      </div>`}
      <div class="tools">
        <button type="button" class="tool" disabled=${!undo.value?.undo} title="Undo (Ctrl-Z)" aria-label="Undo" onClick=${() => store.send("undo")}><${Icon} name="undo" /></button>
        <button type="button" class="tool" disabled=${!undo.value?.redo} title="Redo (Ctrl-Shift-Z)" aria-label="Redo" onClick=${() => store.send("redo")}><${Icon} name="redo" /></button>
        ${lessons.length > 0 && html`<label class="tool-select"><${Icon} name="book" /><span class="unseen">Lesson</span>
          <select value=${lesson.value?.name ?? ""} onChange=${(event) => store.send(...(event.target.value ? ["lesson", { name: event.target.value }] : ["end_lesson"]))}>
            <option value="">Lessons</option>
            ${lessons.map(({ name, title }, n) => html`<option value=${name}>${n + 1}. ${title}</option>`)}
          </select></label>`}
        <button type="button" class="tool" onClick=${() => setOpen("code")}><${Icon} name="code" /><span>Show the code</span></button>
        <button type="button" class="tool" onClick=${() => setOpen("share")}><${Icon} name="share" /><span>Share</span></button>
        <button type="button" class="tool" aria-label="Light or dark" title="Light or dark" onClick=${() => turn(store.element)}><${Icon} name="sun" /></button>
      </div>
      ${open === "code" && html`<${CodeDialog} store=${store} close=${() => setOpen(null)} />`}
      ${open === "share" && html`<${ShareDialog} store=${store} close=${() => setOpen(null)} />`}
    </header>`;
}
