// The address holds a state after its #. It is taken once, when the page opens or a person pastes an address. Once *Share*
// has put a state there, the address follows what is done.
import { effect } from "../vendor/preact.js";

const REST = 400; // milliseconds: browsers count how often an address changes

export function putAddress(share) {
  history.replaceState(null, "", share ? `#${share}` : location.pathname + location.search);
}

export function takeAddress(store) {
  let timer = null;
  const take = () => {
    const share = location.hash.slice(1);
    if (!share) return;
    putAddress("");
    store.send("state", { share });
  };
  const stop = effect(() => {
    if (!store.parts.graph.value) return;
    queueMicrotask(() => { stop(); take(); });
  });
  effect(() => {
    const share = store.parts.share.value;
    if (!share || !location.hash || timer !== null) return;
    timer = setTimeout(() => { timer = null; if (location.hash) putAddress(store.parts.share.value); }, REST);
  });
  addEventListener("hashchange", take);
}
