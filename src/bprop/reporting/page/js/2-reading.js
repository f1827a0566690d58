// A picture of a row of things (epochs, trials), which are read one by one with the mouse or the arrow keys. A class of
// such pictures has `count` (of things), `point(event)` (reads the nearest one), `mark(k)` (marks one and describes it)
// and perhaps `numbers()`, what can be saved.

class Readable {
  // more: elements between the title and the picture
  constructor(title, ...more) {
    this.title = title;
    this.index = null; // which one is read
    this.picture = svg("svg", { tabindex: 0, role: "img" });
    this.readout = el("p", { class: "readout", "aria-live": "polite" });
    const top = el("div", { class: "chart-top" }, el("figcaption", {}, title));
    if (this.numbers) top.append(saving(title, () => this.numbers()));
    this.figure = el("figure", { class: "chart" }, top, ...more, this.picture, this.readout);
    this.picture.addEventListener("pointermove", (event) => this.point(event));
    this.picture.addEventListener("pointerdown", (event) => this.point(event));
    this.picture.addEventListener("pointerleave", () => this.read(null));
    this.picture.addEventListener("focus", () => this.index === null && this.read(this.count - 1));
    this.picture.addEventListener("keydown", (event) => this.key(event));
  }

  // Redraw what is shown, and what is read in it
  fill(...shapes) {
    this.cursor = svg("g", {});
    this.picture.replaceChildren(...shapes, this.cursor);
    this.read(this.index);
  }

  key(event) {
    const last = this.count - 1;
    const at = this.index === null ? last : this.index;
    const places = { ArrowLeft: at - 1, ArrowRight: at + 1, PageUp: at - 10, PageDown: at + 10, Home: 0, End: last };
    if (event.key === "Escape") this.read(null);
    if (!(event.key in places)) return;
    event.preventDefault();
    this.read(Math.max(0, Math.min(last, places[event.key])));
  }

  // Say and mark the one at place k; null: none
  read(k) {
    this.index = k === -1 ? null : k;
    this.cursor.replaceChildren();
    this.readout.textContent = this.index === null ? "" : this.mark(this.index);
  }
}
