// The picture of all boxes over the epochs that were looked at, on a true axis of epochs.

const HEAT = { left: 110, row: 15, width: 520, ticks: 34 };
const MOST_ROWS = 60;
const MOST_NAMED = 12; // epochs in the line below the picture

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

function drawHeat(names, scale) {
  const shown = names.slice(0, MOST_ROWS);
  const height = HEAT.row * shown.length;
  const epochs = health.records.map((record) => record.epoch);
  const axis = axisOf(epochs);
  const x = (place) => HEAT.left + place * (HEAT.width - HEAT.left);
  health.edges = axis.edges.map(x);
  const parts = shown.flatMap((name, y) => [heatLabel(name, y), ...heatRow(name, y, scale)]);
  parts.push(...heatTicks(epochs, axis.places.map(x), height));
  const title = axis.logarithmic ? "epoch, on a logarithmic axis" : "epoch";
  parts.push(svg("text", { class: "tick", x: (HEAT.left + HEAT.width) / 2, y: height + 36, "text-anchor": "middle" }, title));
  parts.push(svg("rect", { id: "heat-mark", y: 0, height, fill: "none", stroke: "var(--text)", "stroke-width": 1.5 }));
  const said = `${health.quantity.title} of ${shown.length} over ${epochs.length} epochs; the slider chooses one.`;
  const picture = svg("svg", { viewBox: `0 0 ${HEAT.width + 2} ${height + 42}`, role: "img", "aria-label": said }, ...parts);
  picture.addEventListener("click", (event) => chooseAt(picture, event));
  byId("heat").replaceChildren(picture);
  byId("looks").textContent = looksSaid(epochs);
}

function heatLabel(name, y) {
  const label = name.length > 15 ? `${name.slice(0, 14)}…` : name;
  return svg("text", { class: "tick", x: HEAT.left - 6, y: y * HEAT.row + 11, "text-anchor": "end" }, label);
}

function heatRow(name, y, scale) {
  return health.records.map((record, k) => {
    const [left, right] = [health.edges[k], health.edges[k + 1]];
    const cell = svg("rect", { x: left, y: y * HEAT.row, width: right - left + 0.3, height: HEAT.row - 1 });
    cell.style.fill = scale.colour(valueOf(record, name)) ?? "transparent";
    return cell;
  });
}

// A tick for every epoch that was looked at; numbers for as many as there is room for, the first and the last always
function heatTicks(epochs, places, height) {
  const last = epochs.length - 1;
  const parts = places.map((x) => svg("line", { class: "look", x1: x, x2: x, y1: height + 1, y2: height + 5 }));
  let taken = -Infinity;
  epochs.forEach((epoch, k) => {
    const room = places[k] - taken >= HEAT.ticks && (k === last || places[last] - places[k] >= HEAT.ticks);
    if (k !== 0 && k !== last && !room) return;
    const anchor = k === last && last > 0 ? "end" : "middle";
    const x = anchor === "end" ? Math.min(places[k] + 8, HEAT.width) : places[k];
    parts.push(svg("text", { class: "tick", x, y: height + 18, "text-anchor": anchor }, String(epoch)));
    taken = places[k];
  });
  return parts;
}

function looksSaid(epochs) {
  if (epochs.length > MOST_NAMED) return `The network was measured after ${epochs.length} epochs, each with a mark below the picture.`;
  return `The network was measured after ${epochs.length === 1 ? "epoch" : "the epochs"} ${epochs.join(", ")}.`;
}

function chooseAt(picture, event) {
  const box = picture.getBoundingClientRect();
  const x = ((event.clientX - box.left) / box.width) * (HEAT.width + 2);
  const place = health.edges.findIndex((edge) => edge > x) - 1;
  const last = health.records.length - 1;
  chooseEpoch(place < -1 ? last : Math.max(0, place));
}

function markHeat() {
  const [left, right] = [health.edges[health.at], health.edges[health.at + 1]];
  byId("heat-mark").setAttribute("x", left);
  byId("heat-mark").setAttribute("width", Math.max(right - left, 2));
}
