// The front end as a widget of a notebook: the messages go through the model of anywidget. `tools/build_web.py` makes
// widget.js of it, one file with the style sheet in it (STYLE), which notebooks can load from anywhere.
import { setTheme } from "./colours.js";
import { start } from "../start.js";

/* global STYLE */
function dress(root) {
  if (root.bpropPlay) return;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  root.bpropPlay = true;
}

// What the notebook around says of light and dark: Jupyter, VS Code; else the system has its say.
function themeAround() {
  const { jpThemeLight, vscodeThemeKind } = document.body.dataset;
  if (jpThemeLight) return jpThemeLight === "true" ? "light" : "dark";
  if (vscodeThemeKind) return vscodeThemeKind.includes("dark") ? "dark" : "light";
  return null;
}

function render({ model, el }) {
  dress(el.getRootNode());
  const place = document.createElement("div"), around = themeAround();
  el.append(place);
  let hear = () => {};
  const heard = (message) => hear(message);
  model.on("msg:custom", heard);
  const play = start(place, { send: (message) => model.send(message), onmessage: (f) => { hear = f; } });
  if (around) setTheme(place, around);
  play.store.send("snapshot");
  place.play = play;
  return () => { model.off("msg:custom", heard); play.stop(); };
}

export default { render };
