// Keys of the whole page: undo and redo. Fields keep theirs.
const FIELDS = "input:not([type=range]):not([type=checkbox]), textarea, [contenteditable]";

export function keys(store) {
  const press = (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || targetOf(event).matches?.(FIELDS)) return;
    const key = event.key.toLowerCase();
    if (key === "z" && !event.shiftKey) act(event, store, "undo");
    else if ((key === "z" && event.shiftKey) || key === "y") act(event, store, "redo");
  };
  document.addEventListener("keydown", press);
  return () => document.removeEventListener("keydown", press);
}

// Where the event happened: in the shadow root of a widget, `event.target` is only what holds the root.
const targetOf = (event) => event.composedPath()[0];

function act(event, store, what) {
  if (!store.element.contains(targetOf(event)) && event.target !== document.body) return;
  event.preventDefault();
  if ((store.parts.undo.value?.[what] ?? 0) > 0) store.send(what).then(() => store.say(what === "undo" ? "Undone." : "Done again."));
}
