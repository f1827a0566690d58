// The front end as a widget of a notebook: the messages go through the model of anywidget. `tools/build_web.py` makes
// widget.js of it, one file with the style sheet in it (STYLE), which notebooks can load from anywhere.
import { setTheme } from "./colours.js";
import { start } from "../start.js";

/* global STYLE */
const sheet = new CSSStyleSheet();
sheet.replaceSync(STYLE);

// A place that the styles of the notebook do not reach. JupyterLab leaves the keys within it alone: b would add a cell.
function placeIn(el) {
  const outer = document.createElement("div"), place = document.createElement("div");
  outer.dataset.lmSuppressShortcuts = "true";
  const root = outer.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [sheet];
  root.append(place);
  el.append(outer);
  return place;
}

// What the notebook around says of light and dark: Jupyter, VS Code; else the system has its say.
function themeAround() {
  const { jpThemeLight, vscodeThemeKind } = document.body.dataset;
  if (jpThemeLight) return jpThemeLight === "true" ? "light" : "dark";
  if (vscodeThemeKind) return vscodeThemeKind.includes("dark") ? "dark" : "light";
  return null;
}

function open(model, el) {
  const place = placeIn(el), around = themeAround();
  let hear = () => {};
  const heard = (message) => hear(message);
  model.on("msg:custom", heard);
  const play = start(place, { send: (message) => model.send(message), onmessage: (f) => { hear = f; } });
  if (around) setTheme(place, around);
  play.store.send("snapshot");
  place.play = play;
  return () => { model.off("msg:custom", heard); play.stop(); };
}

// A notebook may render the output of a cell before it puts it into the page. Only there styles and sizes are known.
function render({ model, el }) {
  let close = () => {}, waiting = 0;
  const begin = () => {
    if (el.isConnected) close = open(model, el);
    else waiting = requestAnimationFrame(begin);
  };
  begin();
  return () => { cancelAnimationFrame(waiting); close(); };
}

export default { render };
