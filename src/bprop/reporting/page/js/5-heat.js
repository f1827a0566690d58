// The picture of all boxes over the epochs that were looked at, on a true axis of epochs. It is read cell by cell.

const HEAT = { left: 150, row: 17, least: 300, ticks: 34 };
const MOST_ROWS = 60;
const MOST_NAMED = 12; // epochs in the line below the picture
const MOST_LETTERS = 22;

// epochs, increasing -> {edges: the places of the borders between them, places, logarithmic}, all in [0, 1].
// Looks that are spread evenly stand on a linear axis, others on a logarithmic one. Each colour reaches half way to the next.
function axisOf(epochs) {
  if (epochs.length === 1) return { edges: [0, 1], places: [0.5], logarithmic: false };
  const gaps = epochs.slice(1).map((epoch, k) => epoch - epochs[k]);
  const logarithmic = Math.max(...gaps) > 2 * Math.min(...gaps);
  const raw = epochs.map((epoch) => (logarithmic ? Math.log(epoch) : epoch));
  const last = raw.length - 1;
  const middles = raw.slice(1).map((value, k) => (value + raw[k]) / 2);
  const all = [2 * raw[0] - middles[0], ...middles, 2 * raw[last] - middles[last - 1]];
  const share = (value) => (value - all[0]) / (all[last + 1] - all[0]);
  return { edges: all.map(share), places: raw.map(share), logarithmic };
}

class Heat extends Readable {
  constructor() {
    super("Over the epochs");
    this.row = 0;
    this.picture.addEventListener("click", (event) => chooseEpoch(this.cellAt(event)[0]));
  }

  get count() {
    return this.records.length;
  }

  set(records, names, scale) {
    const shown = names.slice(0, MOST_ROWS);
    Object.assign(this, { records, names: shown, scale, row: Math.min(this.row, Math.max(0, shown.length - 1)) });
    if (this.index !== null) this.index = Math.min(this.index, records.length - 1);
    const epochs = records.map((record) => record.epoch);
    const axis = axisOf(epochs);
    this.wide = Math.max(HEAT.least, this.figure.clientWidth || 560) - 2;
    this.left = Math.min(HEAT.left, 0.3 * this.wide);
    const x = (place) => this.left + place * (this.wide - this.left);
    health.edges = axis.edges.map(x);
    this.tall = HEAT.row * shown.length;
    const parts = shown.flatMap((name, y) => [heatLabel(name, y, this.left), this.cells(name, y)]);
    parts.push(...heatTicks(epochs, axis.places.map(x), this.tall, this.wide));
    const title = axis.logarithmic ? "epoch, on a logarithmic axis" : "epoch";
    parts.push(svg("text", { class: "tick", x: (this.left + this.wide) / 2, y: this.tall + 36, "text-anchor": "middle" }, title));
    parts.push(svg("rect", { id: "heat-mark", y: 0, height: this.tall, fill: "none", stroke: "var(--text)", "stroke-width": 1.5 }));
    const said = `${health.quantity.title} of ${shown.length} over ${epochs.length} epochs; arrow keys read it, Enter shows an epoch.`;
    this.picture.setAttribute("aria-label", said);
    this.picture.setAttribute("viewBox", `0 0 ${this.wide + 2} ${this.tall + 42}`);
    this.fill(...parts);
    byId("looks").textContent = looksSaid(epochs);
  }

  cells(name, y) {
    const cells = this.records.map((record, k) => {
      const [left, right] = [health.edges[k], health.edges[k + 1]];
      const cell = svg("rect", { x: left, y: y * HEAT.row, width: right - left + 0.3, height: HEAT.row - 1 });
      cell.style.fill = this.scale.colour(valueOf(record, name)) ?? "transparent";
      return cell;
    });
    return svg("g", {}, ...cells);
  }

  numbers() {
    const rows = this.records.map((record) => [record.epoch, ...this.names.map((name) => valueOf(record, name))]);
    return { head: ["epoch", ...this.names], rows };
  }

  // [the number of the look, the number of the row]
  cellAt(event) {
    const box = this.picture.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * (this.wide + 2);
    const y = ((event.clientY - box.top) / box.height) * (this.tall + 42);
    const place = health.edges.findIndex((edge) => edge > x) - 1;
    const row = Math.max(0, Math.min(this.names.length - 1, Math.floor(y / HEAT.row)));
    return [place < -1 ? this.count - 1 : Math.max(0, place), row];
  }

  point(event) {
    const [place, row] = this.cellAt(event);
    this.row = row;
    this.read(place);
  }

  key(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (event.key === "Enter" && this.index !== null) chooseEpoch(this.index);
    if (step === undefined) return super.key(event);
    event.preventDefault();
    this.row = Math.max(0, Math.min(this.names.length - 1, this.row + step));
    this.read(this.index ?? this.count - 1);
  }

  mark(k) {
    const name = this.names[this.row];
    if (name === undefined) return "";
    const [left, right] = [health.edges[k], health.edges[k + 1]];
    const frame = { class: "heat-read", x: left, y: this.row * HEAT.row, width: Math.max(3, right - left), height: HEAT.row - 1 };
    this.cursor.append(svg("rect", frame));
    return `${headOf(name)}, epoch ${this.records[k].epoch}: ${shownValue(valueOf(this.records[k], name))}`;
  }
}

let heat = null;

function redrawHeat() {
  if (heat === null || !heat.records.length) return;
  heat.set(heat.records, heat.names, heat.scale);
  markHeat();
}

function drawHeat(names, scale) {
  if (heat === null) {
    heat = new Heat();
    byId("heat").replaceChildren(heat.figure);
  }
  heat.set(health.records, names, scale);
}

function heatLabel(name, y, left) {
  return svg("text", { class: "tick", x: left - 6, y: y * HEAT.row + 12, "text-anchor": "end" }, shortened(headOf(name), Math.min(MOST_LETTERS, Math.floor((left - 8) / 6.6))));
}

// Long names often differ at their ends: the middle is left out
function shortened(name, most) {
  if (name.length <= most) return name;
  const end = Math.floor((most - 1) / 2);
  return `${name.slice(0, most - 1 - end)}…${name.slice(name.length - end)}`;
}

// A tick for every epoch that was looked at; numbers for as many as there is room for, the first and the last always
function heatTicks(epochs, places, height, wide) {
  const last = epochs.length - 1;
  const parts = places.map((x) => svg("line", { class: "look", x1: x, x2: x, y1: height + 1, y2: height + 5 }));
  let taken = -Infinity;
  epochs.forEach((epoch, k) => {
    const room = places[k] - taken >= HEAT.ticks && (k === last || places[last] - places[k] >= HEAT.ticks);
    if (k !== 0 && k !== last && !room) return;
    const anchor = k === last && last > 0 ? "end" : "middle";
    const x = anchor === "end" ? Math.min(places[k] + 8, wide) : places[k];
    parts.push(svg("text", { class: "tick", x, y: height + 18, "text-anchor": anchor }, String(epoch)));
    taken = places[k];
  });
  return parts;
}

function looksSaid(epochs) {
  if (epochs.length > MOST_NAMED) return `The network was measured after ${epochs.length} epochs, each with a mark below the picture.`;
  return `The network was measured after ${epochs.length === 1 ? "epoch" : "the epochs"} ${epochs.join(", ")}.`;
}

function markHeat() {
  const [left, right] = [health.edges[health.at], health.edges[health.at + 1]];
  byId("heat-mark").setAttribute("x", left);
  byId("heat-mark").setAttribute("width", Math.max(right - left, 2));
}
