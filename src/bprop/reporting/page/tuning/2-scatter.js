// A chart with a mark for each trial, read with the mouse or the arrow keys.

const EDGE = { left: 58, right: 16, top: 16, bottom: 44 };

class Scatter extends Readable {
  constructor(title, under, height) {
    super(title);
    Object.assign(this, { under, height });
  }

  get count() {
    return this.trials.length;
  }

  // trials in the order of the arrow keys; across: {at(trial): place in [0, 1] or null, ticks: [[place, text]]}
  set(trials, across, line = []) {
    this.trials = trials.filter((trial) => across.at(trial) !== null);
    Object.assign(this, { across, line });
    if (this.index !== null) this.index = Math.min(this.index, this.trials.length - 1);
    this.draw();
  }

  draw() {
    this.width = Math.max(260, this.figure.clientWidth || 480);
    this.picture.setAttribute("viewBox", `0 0 ${this.width} ${this.height}`);
    this.scale = measureScale(this.trials);
    const { measure, best } = look.page;
    const top = this.trials.find((trial) => trial.number === best);
    const marked = top ? ` The best is trial ${best}, ${measure} ${format(top.value)}.` : "";
    this.picture.setAttribute("aria-label", `${this.title}: ${measure} of ${this.trials.length} trials.${marked} Arrow keys read single trials.`);
    const marks = this.trials.map((trial) => markOf(trial, this.x(trial), this.y(trial), this.scale.beyond(trial)));
    const ring = top ? [ringAt(this.x(top), this.y(top))] : [];
    this.fill(...this.axes(), ...this.lines(), ...marks, ...ring);
  }

  across_(place) {
    return EDGE.left + place * (this.width - EDGE.left - EDGE.right);
  }

  up(place) {
    return this.height - EDGE.bottom - place * (this.height - EDGE.top - EDGE.bottom);
  }

  x(trial) {
    return this.across_(this.across.at(trial));
  }

  y(trial) {
    return this.up(this.scale.at(trial));
  }

  axes() {
    const [right, bottom] = [this.width - EDGE.right, this.height - EDGE.bottom];
    const rows = this.scale.ticks.flatMap((value) => {
      const y = this.up(this.scale.place(value));
      return [
        svg("line", { class: "axis", x1: EDGE.left, x2: right, y1: y, y2: y }),
        svg("text", { class: "tick", x: EDGE.left - 6, y: y + 4, "text-anchor": "end" }, shortNumber(value)),
      ];
    });
    let free = -Infinity; // names that would run into the one before are left out
    const columns = this.across.ticks.flatMap(([place, name]) => {
      const [x, half] = [this.across_(place), 3.6 * name.length];
      if (x - half < free) return [];
      free = x + half + 4;
      return [svg("text", { class: "tick", x: Math.min(x, this.width - half), y: bottom + 17, "text-anchor": "middle" }, name)];
    });
    const under = svg("text", { class: "tick", x: (EDGE.left + right) / 2, y: bottom + 36, "text-anchor": "middle" }, this.under);
    return [...rows, ...columns, under];
  }

  // the steps of the best measure so far
  lines() {
    let path = "";
    for (const trial of this.line) {
      if (this.scale.beyond(trial)) continue;
      const [x, y] = [this.x(trial).toFixed(1), this.y(trial).toFixed(1)];
      path += path ? `H${x}V${y}` : `M${x} ${y}`;
    }
    return path ? [svg("path", { class: "so-far", d: `${path}H${this.width - EDGE.right}` })] : [];
  }

  point(event) {
    const box = this.picture.getBoundingClientRect();
    const [x, y] = [((event.clientX - box.left) / box.width) * this.width, ((event.clientY - box.top) / box.height) * this.height];
    const far = (trial) => Math.hypot(this.x(trial) - x, this.y(trial) - y);
    let nearest = null;
    this.trials.forEach((trial, k) => {
      if (nearest === null || far(trial) < far(this.trials[nearest])) nearest = k;
    });
    this.read(nearest);
  }

  mark(k) {
    const trial = this.trials[k];
    const [x, y] = [this.x(trial), this.y(trial)];
    this.cursor.append(svg("line", { class: "cursor", x1: x, x2: x, y1: EDGE.top, y2: this.height - EDGE.bottom }), ringAt(x, y));
    return saidOf(trial);
  }
}
