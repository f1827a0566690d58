// One chart of lines over epochs, read with the mouse or the arrow keys.

const INKS = 8;
const MARGIN = { left: 52, right: 14, top: 10, bottom: 40 };

class Chart extends Readable {
  constructor(title) {
    const legend = el("ul", { class: "legend" });
    super(title, legend);
    this.legend = legend;
  }

  get count() {
    return this.epochs.length;
  }

  // epochs: [numbers]; series: [{name, values, ink?}] of the same length; logarithmic, early: whether the values, and
  // the epochs, have a logarithmic scale; best: the best epoch, which is marked, or null
  set(epochs, series, logarithmic, best, early = false) {
    Object.assign(this, { epochs, series, logarithmic, early, best: epochs.indexOf(best) });
    this.top = this.best < 0 ? MARGIN.top : MARGIN.top + 16;
    if (this.index !== null) this.index = Math.min(this.index, epochs.length - 1);
    this.legend.replaceChildren(...series.map((one, k) => el("li", {}, sample(one.ink ?? k), one.name)));
    this.draw();
  }

  draw() {
    this.width = Math.max(280, this.figure.clientWidth || 480);
    this.height = 230;
    this.picture.setAttribute("viewBox", `0 0 ${this.width} ${this.height}`);
    const end = (one) => one.values.findLast((value) => value !== undefined);
    const last = this.series.map((one) => `${one.name} ${format(end(one))}`).join(", ");
    const marked = this.best < 0 ? "" : ` The best epoch, ${this.epochs[this.best]}, is marked.`;
    const said = `${this.title} over ${this.epochs.length} epochs; at the end ${last}.${marked} Arrow keys read single epochs.`;
    this.picture.setAttribute("aria-label", said);
    this.scale = scaleOf(this.series.flatMap((one) => one.values), this.logarithmic);
    this.fill(...this.axes(), ...this.markOfBest(), ...this.series.map((one, k) => this.line(one, k)));
  }

  x(k) {
    return this.across(this.epochs[k]);
  }

  // The place of any epoch, also of one that has no value here
  across(epoch) {
    const way = (value) => (this.early ? Math.log(value) : value);
    const [first, last] = [way(this.epochs[0]), way(this.epochs[this.epochs.length - 1])];
    const share = last > first ? (way(epoch) - first) / (last - first) : 0.5;
    return MARGIN.left + share * (this.width - MARGIN.left - MARGIN.right);
  }

  numbers() {
    const rows = this.epochs.map((epoch, k) => [epoch, ...this.series.map((one) => one.values[k] ?? null)]);
    return { head: ["epoch", ...this.series.map((one) => one.name)], rows };
  }

  y(value) {
    const share = value === null || value === undefined ? null : this.scale.at(value);
    return share === null ? null : this.height - MARGIN.bottom - share * (this.height - this.top - MARGIN.bottom);
  }

  markOfBest() {
    if (this.best < 0) return [];
    const x = this.x(this.best);
    const anchor = x > this.width / 2 ? "end" : "start";
    return [
      svg("line", { class: "best", x1: x, x2: x, y1: this.top - 8, y2: this.height - MARGIN.bottom }),
      svg("text", { class: "tick", x: x + (anchor === "end" ? -5 : 5), y: this.top - 4, "text-anchor": anchor }, `best epoch: ${this.epochs[this.best]}`),
    ];
  }

  axes() {
    const right = this.width - MARGIN.right;
    const bottom = this.height - MARGIN.bottom;
    const rows = this.scale.ticks.flatMap((value) => [
      svg("line", { class: "axis", x1: MARGIN.left, x2: right, y1: this.y(value), y2: this.y(value) }),
      svg("text", { class: "tick", x: MARGIN.left - 6, y: this.y(value) + 4, "text-anchor": "end" }, shortNumber(value)),
    ]);
    const columns = this.marks().map((epoch) => {
      const text = epoch.toLocaleString("en");
      const x = Math.min(this.across(epoch), this.width - 3.6 * text.length);
      return svg("text", { class: "tick", x, y: bottom + 17, "text-anchor": "middle" }, text);
    });
    const name = svg("text", { class: "tick", x: (MARGIN.left + right) / 2, y: bottom + 34, "text-anchor": "middle" }, "epoch");
    return [...rows, ...columns, name];
  }

  // The epochs that the axis names: the first, and round numbers, whether or not the page has values of them
  marks() {
    const [first, last] = [this.epochs[0], this.epochs[this.epochs.length - 1]];
    if (this.early && last > first) return logScale(first, last).ticks.filter((tick) => tick >= first && tick <= last && Number.isInteger(tick));
    const step = Math.max(1, niceStep((last - first) / 4 || 1));
    const marks = [];
    for (let at = Math.floor(first / step) * step + step; at <= last; at += step) marks.push(at);
    return marks.length && marks[0] - first < step / 2 ? marks : [first, ...marks];
  }

  line(one, k) {
    let path = "";
    let drawing = false;
    one.values.forEach((value, place) => {
      if (value === undefined) return; // another run has a record here, and this one none: its line goes on
      const y = this.y(value);
      if (y !== null) path += `${drawing ? "L" : "M"}${this.x(place).toFixed(1)} ${y.toFixed(1)}`;
      drawing = y !== null;
    });
    return svg("path", { class: `series ink-${(one.ink ?? k) % INKS}`, d: path || "M0 0" });
  }

  point(event) {
    const box = this.picture.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * this.width;
    let best = null;
    this.epochs.forEach((_, k) => {
      if (best === null || Math.abs(this.x(k) - x) < Math.abs(this.x(best) - x)) best = k;
    });
    this.read(best);
  }

  mark(k) {
    const x = this.x(k);
    const dots = this.series.map((one, s) => [this.y(one.values[k]), one.ink ?? s]).filter(([y]) => y !== null && y !== undefined);
    this.cursor.append(
      svg("line", { class: "cursor", x1: x, x2: x, y1: this.top, y2: this.height - MARGIN.bottom }),
      ...dots.map(([y, s]) => svg("circle", { class: `point ink-${s % INKS}`, cx: x, cy: y, r: 4 })),
    );
    const values = this.series.map((one) => `${one.name} ${format(one.values[k])}`);
    const best = k === this.best ? " (the best)" : "";
    return `Epoch ${this.epochs[k]}${best}: ${values.join(", ")}`;
  }
}

function sample(k) {
  const line = svg("line", { class: `series ink-${k % INKS}`, x1: 0, x2: 26, y1: 5, y2: 5 });
  return svg("svg", { viewBox: "0 0 26 10", "aria-hidden": "true" }, line);
}
