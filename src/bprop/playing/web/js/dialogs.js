// The two dialogs: the same network as Python, and the address that holds the whole state.
import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { putAddress } from "./address.js";
import { Icon } from "./icons.js";

function Dialog({ title, close, children }) {
  const dialog = useRef();
  useEffect(() => { dialog.current.showModal(); }, []);
  return html`<dialog ref=${dialog} class="dialog" aria-label=${title} onClose=${close}
      onClick=${(event) => { if (event.target === dialog.current) dialog.current.close(); }}>
    <div class="dialog-head"><h2>${title}</h2>
      <button type="button" class="tool" aria-label="Close" onClick=${() => dialog.current.close()}><${Icon} name="close" /></button></div>
    ${children}
  </dialog>`;
}

function Copy({ text, what }) {
  const [done, setDone] = useState(false);
  const copy = async () => {
    try { await navigator.clipboard.writeText(text); setDone(true); } catch { setDone(false); }
  };
  return html`<button type="button" class="main-button" onClick=${copy}>${done ? "Copied" : `Copy the ${what}`}</button>`;
}

export function CodeDialog({ store, close }) {
  const { text: code = "", needs = [] } = store.parts.code.value ?? {};
  return html`<${Dialog} title="The same network as Python" close=${close}>
    <p class="hint">This runs as it stands: the same boxes, the same numbers, the same rule.</p>
    ${needs.length > 0 && html`<p class="hint">It takes these names from your own program: ${needs.join(", ")}.</p>`}
    <pre class="code" tabindex="0" role="region" aria-label="Code">${code}</pre>
    <p class="dialog-foot"><${Copy} text=${code} what="code" /></p>
  <//>`;
}

export function ShareDialog({ store, close }) {
  const share = store.parts.share.value ?? "", address = `${location.href.split("#")[0]}#${share}`;
  useEffect(() => { if (store.settings.address) putAddress(share); }, [share]);
  return html`<${Dialog} title="Share" close=${close}>
    <p class="hint">The address holds the whole state: data, network, every weight, rule and lesson. Nothing is sent anywhere.
      It works wherever <code>bprop play</code> runs: paste what stands after the # to its address.</p>
    ${!share && html`<p class="verdict kink">This network has too many weights for an address.</p>`}
    <textarea class="address" readonly rows="5" aria-label="Address" value=${address} onFocus=${(event) => event.target.select()}></textarea>
    <p class="dialog-foot"><${Copy} text=${address} what="address" /></p>
  <//>`;
}
