// What the machine has to say: an error with its cure, or a note. It can be put away.
import { html } from "../vendor/preact.js";
import { Icon } from "./icons.js";

const RESTART = "It is asked again by itself. If it has ended, start bprop play again and open the address that it prints: each start has its own.";
const KEPT = " What you made is still in Share, but for training that was running: put what stands after its # behind the new address.";

export function Message({ store }) {
  const message = store.parts.message.value, closed = store.state.value === "closed";
  const shown = closed ? { kind: "error", text: "The program that makes the numbers does not answer.", cure: RESTART + (store.parts.share.value ? KEPT : "") } : message;
  return html`<div class="toast-place" role="alert">${shown && html`<div class=${"toast " + shown.kind}>
    <p>${shown.text}${shown.cure && html`<br/><span>${shown.cure}</span>`}</p>
    ${!closed && html`<button type="button" class="quiet" aria-label="Put away" onClick=${() => { store.parts.message.value = null; }}><${Icon} name="close" /></button>`}
  </div>`}</div>`;
}
