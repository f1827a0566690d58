// The state of the page: one signal for each part of the machine's snapshot, and the commands that are on their way.
import { batch, signal } from "../vendor/preact.js";

const PARTS = ["subject", "recipe", "choices", "graph", "theta", "pass", "batch", "weight", "score", "map", "line", "images",
  "training", "check", "mistake", "lesson", "code", "share", "undo", "message"];

const PATIENCE = 500; // milliseconds

export function makeStore(host, settings = {}) {
  const parts = Object.fromEntries(PARTS.map((name) => [name, signal(null)]));
  const store = {
    parts,
    settings,
    version: signal(-1),
    state: signal("opening"),
    chosen: signal(null), // {kind: "unit", box, unit} or {kind: "box", box}: what the inspector shows, beside a weight
    boxes: signal(false), // whether the network is shown box by box although it could be shown unit by unit
    said: signal(""), // what a screen reader is told
    busy: signal(0),
    slow: signal(false), // whether a command is on its way for so long that the page says so: before, it need not be painted
  };
  const answers = new Map(), steering = new Map();
  let number = 0, timer = null;
  const count = () => {
    store.busy.value = answers.size;
    if (answers.size) timer ??= setTimeout(() => { store.slow.value = true; }, PATIENCE);
    else { clearTimeout(timer); timer = null; store.slow.value = false; }
  };

  host.onmessage((message) => {
    batch(() => {
      for (const [name, content] of Object.entries(message.parts ?? {})) if (name in parts) parts[name].value = content;
      if (message.version !== undefined) store.version.value = message.version;
      store.state.value = "open";
      if (message.id !== undefined && !message.parts?.message) parts.message.value = null;
    });
    const answer = answers.get(message.id);
    if (answer) {
      answers.delete(message.id);
      count();
      answer(message);
    }
  });
  host.onstate?.((state) => {
    store.state.value = state;
    if (state === "closed") { answers.clear(); steering.clear(); count(); }
  });

  // Sends a command; the promise is kept with the answer.
  store.send = (name, more = {}) => new Promise((resolve) => {
    number += 1;
    answers.set(number, resolve);
    count();
    host.send({ id: number, command: { do: name, ...more } });
  });

  // The same for what moves with the mouse: one command on its way for each key, and of those that wait, the newest.
  store.steer = (key, name, more) => {
    const waiting = steering.get(key);
    if (waiting) { waiting.next = [name, more]; return; }
    const entry = { next: null };
    steering.set(key, entry);
    store.send(name, more).then(() => {
      steering.delete(key);
      if (entry.next) store.steer(key, ...entry.next);
    });
  };

  store.say = (text) => { store.said.value = text; };
  return store;
}
