// What the machine has to say: an error with its cure, or a note. It can be put away.
import { html } from "../vendor/preact.js";
import { Icon } from "./icons.js";

export function Message({ store }) {
  const message = store.parts.message.value, closed = store.state.value === "closed";
  const shown = closed ? { kind: "error", text: "The program that makes the numbers does not answer.", cure: "It is asked again by itself. If it has ended, start bprop play again and open the address that it prints: each start has its own." } : message;
  return html`<div class="toast-place" role="alert">${shown && html`<div class=${"toast " + shown.kind}>
    <p>${shown.text}${shown.cure && html`<br/><span>${shown.cure}</span>`}</p>
    ${!closed && html`<button type="button" class="quiet" aria-label="Put away" onClick=${() => { store.parts.message.value = null; }}><${Icon} name="close" /></button>`}
  </div>`}</div>`;
}
