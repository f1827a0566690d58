// The drawing of a graph: zoom, pan and fit, and a box that stands out with its edges; by mouse, fingers and keys.
//
// `new Drawn(place)` takes over the <svg> in an element: Python's drawing, whose boxes are groups with data-box and whose
// edges are paths with data-from and data-to. Without it the picture still scrolls. The view is the viewBox of the <svg>:
// x, y: the point of the drawing at the upper left corner; k: pixels of the screen for one of the drawing.

const [SMALLEST, LARGEST, TALLEST] = [0.05, 8, 704];
const ARROWS = { up: ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"], right: ["ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown"] };

class Drawn {
  constructor(place) {
    this.place = place;
    this.svg = place.querySelector("svg.bprop-graph");
    [, , this.width, this.height] = this.svg.getAttribute("viewBox").split(" ").map(Number);
    this.boxes = [...this.svg.querySelectorAll("[data-box], [data-objective]")];
    this.edges = [...this.svg.querySelectorAll("path[data-from]")];
    this.tips = [...this.svg.querySelectorAll("path[data-tip]")];
    this.fingers = new Map();
    this.pinned = null;
    this.name();
    this.tools();
    this.listen();
    this.begin();
  }

  // Names and roles for screen readers. One box at a time is in the order of the tab key.
  name() {
    for (const [name, value] of Object.entries({ role: "group", width: "100%", height: "100%" })) this.svg.setAttribute(name, value);
    this.svg.setAttribute("aria-labelledby", this.svg.getAttribute("aria-labelledby").split(" ")[0]);
    this.boxes.forEach((box, k) => {
      const attributes = { role: "button", tabindex: k ? -1 : 0, "aria-pressed": false }; // its <title> is its name
      for (const [name, value] of Object.entries(attributes)) box.setAttribute(name, value);
    });
    this.place.removeAttribute("tabindex");
    this.place.classList.add("drawn");
    this.place.classList.remove("scroll");
  }

  tools() {
    const button = (text, label, act) => {
      const made = el("button", { type: "button", "aria-label": label, title: label }, text);
      made.addEventListener("click", act);
      return made;
    };
    this.bar = el(
      "div", { class: "drawn-tools", role: "group", "aria-label": "View of the flow graph" },
      button("+", "Nearer", () => this.zoom(1.3)), button("−", "Farther", () => this.zoom(1 / 1.3)),
      button("Fit", "Fit the whole graph", () => this.fit()), button("1:1", "1:1, its own size", () => this.begin(1)),
      el("span", { class: "hint" }, "Drag to move; Ctrl and the wheel, or two fingers, to zoom. Click a box for its edges; arrow keys follow them."),
    );
    this.frame = el("div", { class: "drawn-frame" });
    this.svg.replaceWith(this.frame);
    this.frame.append(this.svg);
    this.place.prepend(this.bar);
  }

  // The size on the screen
  get size() {
    return [this.frame.clientWidth || 1, this.frame.clientHeight || 1];
  }

  // The beginning: the whole width, not larger than its own size; or a scale
  begin(scale = null) {
    [this.scale, this.moving] = [scale, false];
    const wide = this.frame.clientWidth || this.width;
    const k = scale ?? Math.min(1, wide / this.width);
    this.frame.style.height = `${Math.round(Math.min(TALLEST, this.height * k))}px`;
    this.show(Math.min(0, (this.width - wide / k) / 2), 0, k);
  }

  fit() {
    const [wide, high] = this.size;
    const k = Math.min(wide / this.width, high / this.height, LARGEST);
    this.show((this.width - wide / k) / 2, (this.height - high / k) / 2, k);
  }

  show(x, y, k) {
    const [wide, high] = this.size;
    this.k = k;
    const within = (at, room, all) => Math.min(Math.max(at, -room / 2), all - room / 2); // some of it stays in sight
    [this.x, this.y] = [within(x, wide / k, this.width), within(y, high / k, this.height)];
    this.svg.setAttribute("viewBox", [this.x, this.y, wide / k, high / k].map((n) => n.toFixed(2)).join(" "));
  }

  // Zoom, with the point (px, py) of the screen at rest
  zoom(factor, px = this.size[0] / 2, py = this.size[1] / 2) {
    this.moving = true;
    const k = Math.min(Math.max(this.k * factor, SMALLEST), LARGEST);
    this.show(this.x + px / this.k - px / k, this.y + py / this.k - py / k, k);
  }

  listen() {
    const { svg } = this;
    svg.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return; // the page scrolls
      event.preventDefault();
      this.zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.005)), ...this.at(event));
    }, { passive: false });
    svg.addEventListener("pointerdown", (event) => this.press(event));
    svg.addEventListener("pointermove", (event) => this.move(event));
    for (const end of ["pointerup", "pointercancel"]) {
      svg.addEventListener(end, (event) => this.fingers.delete(event.pointerId));
    }
    svg.addEventListener("click", (event) => {
      if (!this.moved && String(getSelection()) === "") this.pin(event.target.closest("[data-kind]"));
    });
    svg.addEventListener("pointerover", (event) => { if (event.pointerType === "mouse") this.light(event.target.closest("[data-kind]")); });
    svg.addEventListener("pointerleave", () => this.light(null));
    svg.addEventListener("focusin", (event) => this.reach(event.target.closest("[data-kind]")));
    svg.addEventListener("focusout", () => this.light(null));
    svg.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => (this.moving ? this.show(this.x, this.y, this.k) : this.begin(this.scale))).observe(this.place);
    addEventListener("beforeprint", () => this.svg.setAttribute("viewBox", `0 0 ${this.width} ${this.height}`));
    addEventListener("afterprint", () => this.show(this.x, this.y, this.k));
  }

  at(event) {
    const frame = this.frame.getBoundingClientRect();
    return [event.clientX - frame.left, event.clientY - frame.top];
  }

  press(event) {
    this.moved = false;
    if (event.button || (event.pointerType === "mouse" && event.target.closest("text"))) return; // text can be selected
    this.fingers.set(event.pointerId, this.at(event));
  }

  move(event) {
    const before = this.fingers.get(event.pointerId);
    if (!before) return;
    const [now, others] = [this.at(event), [...this.fingers].filter(([id]) => id !== event.pointerId).map(([, at]) => at)];
    if (!this.moved && Math.hypot(now[0] - before[0], now[1] - before[1]) < 4) return; // a click may tremble
    if (!this.moved) this.svg.setPointerCapture(event.pointerId);
    this.moved = this.moving = true;
    this.fingers.set(event.pointerId, now);
    const part = others.length ? 0.5 : 1; // of two fingers each moves it by half
    this.show(this.x - (part * (now[0] - before[0])) / this.k, this.y - (part * (now[1] - before[1])) / this.k, this.k);
    if (!others.length) return;
    const apart = (at) => Math.max(10, Math.hypot(at[0] - others[0][0], at[1] - others[0][1]));
    this.zoom(apart(now) / apart(before), (now[0] + others[0][0]) / 2, (now[1] + others[0][1]) / 2);
  }

  nameOf(box) {
    return box.dataset.box ?? box.dataset.objective;
  }

  // The boxes at the other ends of a box's edges: above (those that use it) and below
  next(box) {
    const name = this.nameOf(box);
    const ends = (end, other) => new Set(this.edges.filter((edge) => edge.dataset[end] === name).map((edge) => edge.dataset[other]));
    const [above, below] = [ends("from", "to"), ends("to", "from")];
    return [above, below].map((names) => this.boxes.filter((other) => names.has(this.nameOf(other))));
  }

  // A box that stands out with its edges; the pinned one if the pointer is on none
  light(box) {
    const shown = box ?? this.pinned;
    this.svg.classList.toggle("choosing", shown !== null);
    const near = new Set(shown ? [shown, ...this.next(shown).flat()] : []);
    const name = shown && this.nameOf(shown);
    for (const each of this.boxes) {
      each.classList.toggle("near", near.has(each));
      each.classList.toggle("chosen", each === shown);
    }
    for (const edge of this.edges) edge.classList.toggle("near", edge.dataset.from === name || edge.dataset.to === name);
    const ends = new Set(this.edges.filter((edge) => edge.classList.contains("near")).map((edge) => edge.dataset.to));
    for (const tip of this.tips) tip.classList.toggle("near", ends.has(tip.dataset.tip));
  }

  pin(box) {
    this.pinned = box === this.pinned ? null : box;
    for (const each of this.boxes) each.setAttribute("aria-pressed", String(each === this.pinned));
    this.light(null);
  }

  // A box with the focus is in sight
  reach(box) {
    if (!box) return;
    for (const each of this.boxes) each.setAttribute("tabindex", each === box ? 0 : -1);
    this.light(box);
    if (!box.matches(":focus-visible")) return; // a click shifts nothing under the pointer
    const [one, frame] = [box.getBoundingClientRect(), this.frame.getBoundingClientRect()];
    const shift = (low, high, least, most) => (low < least ? low - least - 12 : high > most ? Math.min(high - most + 12, low - least) : 0);
    const [dx, dy] = [shift(one.left, one.right, frame.left, frame.right), shift(one.top, one.bottom, frame.top, frame.bottom)];
    if (dx || dy) this.show(this.x + dx / this.k, this.y + dy / this.k, this.k);
  }

  key(event) {
    const box = event.target.closest("[data-kind]");
    if (!box || event.ctrlKey || event.metaKey || event.altKey) return;
    const [above, below] = this.next(box);
    const place = this.boxes.indexOf(box);
    const [up, down, back, on] = ARROWS[this.svg.dataset.direction] ?? ARROWS.up;
    const acts = {
      [up]: () => above[0]?.focus(), [down]: () => below[0]?.focus(),
      [back]: () => this.boxes[place - 1]?.focus(), [on]: () => this.boxes[place + 1]?.focus(),
      Home: () => this.boxes[0].focus(), End: () => this.boxes.at(-1).focus(),
      Enter: () => this.pin(box), " ": () => this.pin(box), Escape: () => this.pin(this.pinned),
      "+": () => this.zoom(1.3), "=": () => this.zoom(1.3), "-": () => this.zoom(1 / 1.3), 0: () => this.fit(),
    };
    if (!acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  }
}

// Takes over each drawing of the page, also one that comes later
function watchDrawing(place) {
  const take = () => {
    if (place.querySelector(":scope > svg.bprop-graph")) new Drawn(place);
  };
  new MutationObserver(take).observe(place, { childList: true });
  take();
}

document.addEventListener("DOMContentLoaded", () => {
  if (byId("drawing")) watchDrawing(byId("drawing"));
});
