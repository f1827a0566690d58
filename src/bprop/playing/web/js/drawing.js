// The graph box by box: Python's drawing, with pan and zoom, each box to be chosen by mouse or keys.
import { html, useEffect, useLayoutEffect, useRef, useState } from "../vendor/preact.js";
import { flat, short } from "./numbers.js";
import { select, zoom, zoomIdentity } from "../vendor/d3-zoom.js";

const STYLE = /<style[^>]*>([\s\S]*?)<\/style>/;

export function Drawing({ store }) {
  const place = useRef(), { graph, pass, check } = store.parts, view = useRef();
  const [broad, setBroad] = useState(true);
  useLayoutEffect(() => {
    const watch = new ResizeObserver(([entry]) => setBroad(entry.contentRect.width > 560));
    watch.observe(place.current);
    return () => watch.disconnect();
  }, []);
  const svg = (broad && graph.value.wide) || graph.value.svg;
  useLayoutEffect(() => { view.current = show(place.current, svg, store); }, [svg]);
  const last = pass.value?.last?.box, chosen = store.chosen.value?.box, values = pass.value?.values;
  useEffect(() => { mark(place.current, { last, chosen, values, gradients: pass.value?.gradients, check: check.value?.boxes }); });
  return html`<div class="drawing">
    <div class="drawing-place" ref=${place}></div>
    <div class="drawing-tools">
      <button type="button" class="round" aria-label="Nearer" onClick=${() => view.current?.by(1.4)}>+</button>
      <button type="button" class="round" aria-label="Farther" onClick=${() => view.current?.by(1 / 1.4)}>−</button>
      <button type="button" class="pill small" onClick=${() => view.current?.fit()}>Fit</button>
    </div>
  </div>`;
}

// The policy of the page lets no style stand in the markup; as a sheet of its own it may.
function take(markup, root) {
  const style = STYLE.exec(markup)?.[1];
  if (style && root.bpropDrawing !== style) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style.replaceAll(":root[data-theme", ".bprop-play[data-theme"));
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    root.bpropDrawing = style;
  }
  return new DOMParser().parseFromString(markup.replace(STYLE, ""), "image/svg+xml").documentElement;
}

function show(place, markup, store) {
  const drawn = document.importNode(take(markup, place.getRootNode()), true);
  const [, , wide, high] = drawn.getAttribute("viewBox").split(" ").map(Number);
  drawn.removeAttribute("width");
  drawn.removeAttribute("height");
  drawn.setAttribute("role", "group");
  const inside = document.createElementNS("http://www.w3.org/2000/svg", "g");
  inside.append(...[...drawn.childNodes].filter((node) => !["title", "desc"].includes(node.localName)));
  drawn.append(inside);
  place.replaceChildren(drawn);
  place.style.height = `${Math.round(Math.max(260, Math.min(620, (place.clientWidth * high) / wide + 20)))}px`;
  const boxes = [...drawn.querySelectorAll("[data-box]")];
  boxes.forEach((box, nth) => prepare(box, nth, boxes, store));
  const zoomed = zoom().scaleExtent([0.2, 12]).on("zoom", (event) => inside.setAttribute("transform", event.transform));
  zoomed.filter((event) => (event.type === "wheel" ? event.ctrlKey || event.metaKey : !event.button));
  select(drawn).call(zoomed).on("dblclick.zoom", null);
  zoomed.translateExtent([[-wide, -high], [2 * wide, 2 * high]]);
  return { by: (k) => zoomed.scaleBy(select(drawn), k), fit: () => zoomed.transform(select(drawn), zoomIdentity) };
}

function prepare(box, nth, boxes, store) {
  const name = box.dataset.box;
  box.setAttribute("tabindex", nth === 0 ? "0" : "-1");
  box.setAttribute("role", "button");
  const choose = () => { store.chosen.value = { kind: "box", box: name }; };
  box.addEventListener("click", choose);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") { event.preventDefault(); choose(); return; }
    const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const next = boxes[(nth + by + boxes.length) % boxes.length];
    boxes.forEach((each) => each.setAttribute("tabindex", each === next ? "0" : "-1"));
    next.focus();
  });
}

function mark(place, { last, chosen, values, gradients, check }) {
  const verdicts = Object.fromEntries((check ?? []).map((box) => [box.name, box.verdict]));
  for (const box of place.querySelectorAll("[data-box]")) {
    const name = box.dataset.box;
    box.classList.toggle("now", name === last);
    box.classList.toggle("chosen", name === chosen);
    box.classList.toggle("waiting", !!values && values[name] === null);
    box.classList.toggle("has-gradient", !!gradients && gradients[name] != null);
    box.classList.toggle("is-wrong", verdicts[name] === "wrong");
    box.classList.toggle("is-right", verdicts[name] === "right");
    box.setAttribute("aria-pressed", String(name === chosen));
    if (box.dataset.kind === "parameter") continue;
    write(box, "box-value", 1, values?.[name]);
    write(box, "box-gradient", 2, gradients?.[name]);
  }
}

// The first numbers of a box, in a line of their own below it.
function write(box, kind, line, array) {
  let text = box.querySelector(`.${kind}`);
  if (array === null || array === undefined) { text?.remove(); return; }
  if (!text) {
    text = document.createElementNS("http://www.w3.org/2000/svg", "text");
    text.setAttribute("class", `box-numbers ${kind}`);
    text.setAttribute("aria-hidden", "true");
    text.setAttribute("y", Number(box.querySelector(".frame").getAttribute("height")) + 11 * line + 1);
    box.append(text);
  }
  const numbers = flat(array);
  text.textContent = numbers.slice(0, 2).map((number) => short(number, 2)).join("  ") + (numbers.length > 2 ? " …" : "");
}
