// The address holds a state after its #. It is taken once, when the page opens or a person pastes an address.
import { effect } from "../vendor/preact.js";

export function takeAddress(store) {
  const take = () => {
    const share = location.hash.slice(1);
    if (!share) return;
    history.replaceState(null, "", location.pathname + location.search);
    store.send("state", { share });
  };
  const stop = effect(() => {
    if (!store.parts.graph.value) return;
    queueMicrotask(() => { stop(); take(); });
  });
  addEventListener("hashchange", take);
}
