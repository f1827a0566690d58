// start(element, host) draws the whole front end in an element. A host carries messages both ways:
// {send(message), onmessage(f), onstate(f)}; every host of bprop play is used through these three.
import { html, render } from "./vendor/preact.js";
import { App } from "./js/app.js";
import { makeStore } from "./js/store.js";

export function start(element, host, settings = {}) {
  const store = makeStore(host, settings);
  store.element = element;
  element.classList.add("bprop-play");
  render(html`<${App} store=${store} />`, element);
  return { store, stop: () => render(null, element) };
}
