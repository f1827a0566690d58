// A picture of numbers against numbers: lines, steps, dots (also with a size), bars, and an image behind them. Its readings are read one by
// one with the mouse or the arrow keys.

const ROOM = { left: 58, right: 16, top: 12, bottom: 46 }; // left: at the least

class Plot extends Readable {
  constructor(title, height = 300) {
    const legend = el("ul", { class: "legend" });
    super(title, legend);
    Object.assign(this, { legend, height, readings: [], content: null });
  }

  get count() {
    return this.readings.length;
  }

  // {across, up: {label, scale, names?: [texts of the ticks]}, layers: [{kind, points, ink?, faint?, name?, at?, href?}],
  // readings: [[x, y, text]], said, saved: {head, rows}}
  set(content) {
    this.content = content;
    this.readings = content.readings;
    if (this.index !== null && this.index >= this.readings.length) this.index = null;
    const named = content.layers.filter((layer) => layer.name);
    const items = named.map((layer) => el("li", {}, layer.swatch ? patch(layer.swatch) : layer.kind === "spot" ? spot(layer.ink) : sample(layer.ink ?? 0), layer.name));
    this.legend.replaceChildren(...items);
    this.draw();
  }

  numbers() {
    return this.content.saved;
  }

  draw() {
    const { layers, said, up } = this.content;
    const longest = Math.max(0, ...tickTexts(up.scale.ticks).map((text) => text.length));
    this.left = Math.max(ROOM.left, 7 * longest + 26);
    this.width = Math.max(260, this.figure.clientWidth || 480);
    this.picture.setAttribute("viewBox", `0 0 ${this.width} ${this.height}`);
    this.picture.setAttribute("aria-label", `${this.title}: ${said} Arrow keys read ${this.count} values one by one.`);
    const behind = layers.filter((layer) => layer.kind === "image").map((layer) => this.shape(layer));
    const front = layers.filter((layer) => layer.kind !== "image").map((layer) => this.shape(layer));
    this.fill(...behind, ...this.axes(), ...front);
  }

  x(value) {
    const share = value === null ? null : this.content.across.scale.at(value);
    return share === null ? null : this.left + share * (this.width - this.left - ROOM.right);
  }

  y(value) {
    const share = value === null ? null : this.content.up.scale.at(value);
    return share === null ? null : this.height - ROOM.bottom - share * (this.height - ROOM.top - ROOM.bottom);
  }

  axes() {
    const { across, up } = this.content;
    const [right, bottom] = [this.width - ROOM.right, this.height - ROOM.bottom];
    const tick = (x, y, anchor, text) => svg("text", { class: "tick", x, y, "text-anchor": anchor }, text);
    const texts = tickTexts(up.scale.ticks);
    const rows = up.scale.ticks.flatMap((value, k) => [
      svg("line", { class: "axis", x1: this.left, x2: right, y1: this.y(value), y2: this.y(value) }),
      tick(this.left - 6, this.y(value) + 4, "end", texts[k]),
    ]);
    let free = -Infinity; // names that would run into the one before are left out
    const named = tickTexts(across.scale.ticks);
    const columns = across.scale.ticks.flatMap((value, k) => {
      const text = named[k];
      const [x, half] = [this.x(value), 3.6 * text.length];
      if (x - half < free) return [];
      free = x + half + 4;
      return [tick(Math.min(x, this.width - half), bottom + 17, "middle", text)];
    });
    const side = svg("text", { class: "tick", x: 12, y: (ROOM.top + bottom) / 2, "text-anchor": "middle" }, up.label);
    side.setAttribute("transform", `rotate(-90 12 ${(ROOM.top + bottom) / 2})`);
    return [...rows, ...columns, tick((this.left + right) / 2, bottom + 38, "middle", across.label), side];
  }

  shape({ kind, points, ink = 0, faint, at, href, swatch }) {
    if (kind === "image") {
      const [left, right, low, high] = [this.x(at[0]), this.x(at[1]), this.y(at[2]), this.y(at[3])];
      return svg("image", { href, x: left, y: high, width: right - left, height: low - high, preserveAspectRatio: "none" });
    }
    if (kind === "spot") return svg("circle", { class: `spot ink-${ink % INKS}`, cx: this.x(points[0][0]), cy: this.y(points[0][1]), r: 6 });
    if (kind === "sized") {
      const dot = ([x, y, share]) => svg("circle", { class: `point ink-${ink % INKS}`, "fill-opacity": 0.65, cx: this.x(x), cy: this.y(y), r: 2 + 12 * Math.sqrt(share) });
      return svg("g", {}, ...points.map(dot));
    }
    if (kind === "rule") return svg("path", { class: "rule", d: this.path(points, "line") });
    if (kind === "bars") return svg("path", { class: `bars ink-${ink % INKS}`, d: points.map((bar) => this.bar(bar)).join("") || "M0 0" });
    if (kind === "halo") return svg("path", { class: "halo", d: this.path(points, "dots") });
    const look = kind === "dots" ? "dots" : `series${faint ? " faint" : ""}`;
    const made = svg("path", { class: `${look} ink-${ink % INKS}`, d: this.path(points, kind) || "M0 0" });
    if (swatch) made.style.stroke = swatch;
    return made;
  }

  path(points, kind) {
    let [path, drawing] = ["", false];
    for (const [x, y] of points) {
      const [at, up] = [this.x(x), this.y(y)];
      const there = at !== null && up !== null;
      const to = there ? `${at.toFixed(1)} ${up.toFixed(1)}` : "";
      if (there && kind === "dots") path += `M${to}h0`;
      else if (there && drawing && kind === "steps") path += `V${up.toFixed(1)}H${at.toFixed(1)}`;
      else if (there) path += `${drawing ? "L" : "M"}${to}`;
      drawing = there;
    }
    return path;
  }

  bar([from, to, value]) {
    const [left, right, top, bottom] = [this.x(from), this.x(to), this.y(value), this.y(0)];
    return `M${left.toFixed(1)} ${bottom.toFixed(1)}V${top.toFixed(1)}H${Math.max(left + 0.5, right - 1).toFixed(1)}V${bottom.toFixed(1)}Z`;
  }

  point(event) {
    const box = this.picture.getBoundingClientRect();
    const [x, y] = [((event.clientX - box.left) / box.width) * this.width, ((event.clientY - box.top) / box.height) * this.height];
    let [nearest, least] = [null, Infinity];
    this.readings.forEach(([across, up], k) => {
      const far = Math.hypot(this.x(across) - x, this.content.flat ? 0 : this.y(up) - y);
      if (far < least) [nearest, least] = [k, far];
    });
    this.read(nearest);
  }

  mark(k) {
    const [x, y, text] = this.readings[k];
    this.cursor.append(svg("circle", { class: "ring", cx: this.x(x), cy: this.y(y), r: 6 }));
    return text;
  }
}

function spot(ink) {
  return svg("svg", { viewBox: "0 0 26 10", "aria-hidden": "true" }, svg("circle", { class: `spot ink-${ink}`, cx: 13, cy: 5, r: 4 }));
}

function patch(colour) {
  const box = svg("rect", { x: 6, y: 0, width: 10, height: 10, rx: 2 });
  box.style.fill = colour;
  return svg("svg", { viewBox: "0 0 26 10", "aria-hidden": "true" }, box);
}
