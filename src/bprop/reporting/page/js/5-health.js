// The health of boxes and parameters, epoch by epoch: a slider colours the drawing and moves the bars.

const QUANTITIES = [
  { of: "boxes", name: "gradient_std", title: "Deviation of the gradient", logarithmic: true },
  { of: "boxes", name: "gradient_norm", title: "Norm of the gradient", logarithmic: true },
  { of: "boxes", name: "value_std", title: "Deviation of the value", logarithmic: true },
  { of: "boxes", name: "value_mean", title: "Mean of the value", signed: true },
  { of: "boxes", name: "saturated", title: "Share of saturated units", share: true },
  { of: "boxes", name: "dead", title: "Share of dead units", share: true },
  { of: "parameters", name: "update_ratio", title: "Size of an update to size of the weights", logarithmic: true },
  { of: "parameters", name: "norm", title: "Norm of the weights", logarithmic: true },
  { of: "parameters", name: "gradient_norm", title: "Norm of their gradient", logarithmic: true },
];
const MOST_ROWS = 60; // of the picture over all epochs

const health = { records: [], quantity: QUANTITIES[0], at: 0, following: true, timer: null };

function valueOf(record, name) {
  const { of, name: what } = health.quantity;
  const place = record.health.keys[of].indexOf(what);
  return place < 0 ? null : (record.health[of][name]?.[place] ?? null);
}

function namesOf(records) {
  const names = Object.keys(records[records.length - 1].health[health.quantity.of]);
  return names.filter((name) => records.some((record) => tells(valueOf(record, name))));
}

function tells(value) {
  return value !== null && (value !== 0 || Boolean(health.quantity.share));
}

function measurable(quantity) {
  const before = health.quantity;
  health.quantity = quantity;
  const found = namesOf(health.records).length > 0;
  health.quantity = before;
  return found;
}

// Where a value stands between the least and the largest of all epochs, in [0, 1]; null where there is none
function strengthOf(names) {
  const { share, signed, logarithmic } = health.quantity;
  if (share) return (value) => value;
  const values = health.records.flatMap((record) => names.map((name) => valueOf(record, name)));
  const sizes = values.filter((v) => v !== null).map(Math.abs);
  if (!logarithmic) {
    const most = sizes.reduce((a, b) => Math.max(a, b), 0) || 1;
    return (value) => (value === null ? null : Math.abs(value) / most);
  }
  const positive = sizes.filter((v) => v > 0);
  const high = Math.log(positive.reduce((a, b) => Math.max(a, b), 0));
  // three decades at least, so that what is nearly the same looks so
  const low = Math.min(Math.log(positive.reduce((a, b) => Math.min(a, b), Infinity)), high - Math.log(1000));
  const room = high - low || 1;
  return (value) => (value === null ? null : value > 0 ? 0.05 + (0.95 * (Math.log(value) - low)) / room : 0);
}

function colour(strength) {
  return `color-mix(in srgb, var(--heat-high) ${(100 * strength).toFixed(1)}%, var(--heat-low))`;
}

function drawHealth(records) {
  health.records = records.filter((record) => record.health);
  const known = health.records.length > 0;
  show("health-controls", known);
  show("health", known);
  if (!known) return;
  if (!byId("quantity").options.length) chooseQuantities();
  const last = health.records.length - 1;
  if (health.following || health.at > last) health.at = last;
  byId("epoch").max = last;
  const names = namesOf(health.records);
  drawHeat(names, strengthOf(names));
  showEpoch();
}

function chooseQuantities() {
  for (const [of, label] of [["boxes", "Boxes"], ["parameters", "Parameters"]]) {
    const group = el("optgroup", { label });
    QUANTITIES.forEach((quantity, k) => {
      if (quantity.of === of && measurable(quantity)) group.append(el("option", { value: k }, quantity.title));
    });
    if (group.children.length) byId("quantity").append(group);
  }
  health.quantity = QUANTITIES[Number(byId("quantity").value)];
}

function showEpoch() {
  const record = health.records[health.at];
  const names = namesOf(health.records);
  const strength = strengthOf(names);
  byId("epoch").value = health.at;
  byId("epoch").setAttribute("aria-valuetext", `epoch ${record.epoch}`);
  byId("epoch-shown").textContent = `epoch ${record.epoch}`;
  byId("bars-title").textContent = `${health.quantity.title}, epoch ${record.epoch}`;
  drawBars(record, names, strength);
  colourDrawing(record, strength);
  markHeat();
  const bad = record.health.first_not_finite;
  show("health-note", Boolean(bad));
  byId("health-note").className = "note bad";
  byId("health-note").textContent = bad ? `Epoch ${record.epoch}: the first box that is not finite is ${bad}.` : "";
}

function drawBars(record, names, strength) {
  const rows = names.map((name) => {
    const value = valueOf(record, name);
    const bar = el("div", { class: "bar", "data-bar": name });
    bar.style.width = `${100 * Math.max(0, Math.min(1, strength(value) ?? 0))}%`;
    const shown = value !== null && health.quantity.share ? `${(100 * value).toFixed(1)}%` : format(value);
    return el("tr", {}, el("th", { scope: "row" }, name), el("td", { class: "room" }, bar), el("td", { class: "number" }, shown));
  });
  const scale = health.quantity.logarithmic ? "Bars are on a logarithmic scale, the same for all epochs." : "";
  byId("bars").replaceChildren(el("table", {}, el("caption", {}, scale), el("tbody", {}, ...rows)));
}

function colourDrawing(record, strength) {
  for (const box of byId("drawing").querySelectorAll("[data-name]")) {
    // a layer that is drawn as one box has the colour of its last member
    const members = box.dataset.members ? box.dataset.members.split(" ") : [box.dataset.name];
    const values = members.map((name) => valueOf(record, name)).filter((value) => value !== null);
    const found = strength(values.length ? values[values.length - 1] : null);
    const shape = box.querySelector("rect, ellipse, path, polygon");
    if (shape) shape.style.fill = found === null ? "" : colour(Math.min(1, found));
  }
}

function drawHeat(names, strength) {
  const shown = names.slice(0, MOST_ROWS);
  const [left, row, width] = [110, 15, 520];
  const step = (width - left) / health.records.length;
  const height = row * shown.length;
  const parts = [];
  shown.forEach((name, y) => {
    const label = name.length > 15 ? `${name.slice(0, 14)}…` : name;
    parts.push(svg("text", { class: "tick", x: left - 6, y: y * row + 11, "text-anchor": "end" }, label));
    health.records.forEach((record, x) => {
      const found = strength(valueOf(record, name));
      const cell = svg("rect", { x: left + x * step, y: y * row, width: step + 0.3, height: row - 1 });
      cell.style.fill = found === null ? "transparent" : colour(Math.min(1, found));
      parts.push(cell);
    });
  });
  const [first, last] = [health.records[0].epoch, health.records[health.records.length - 1].epoch];
  parts.push(svg("text", { class: "tick", x: left, y: height + 14 }, `epoch ${first}`));
  parts.push(svg("text", { class: "tick", x: width, y: height + 14, "text-anchor": "end" }, `epoch ${last}`));
  parts.push(svg("rect", { id: "heat-mark", y: 0, width: Math.max(step, 2), height, fill: "none", stroke: "var(--text)" }));
  const said = `${health.quantity.title} of ${shown.length} over ${health.records.length} epochs; the slider chooses one.`;
  const picture = svg("svg", { viewBox: `0 0 ${width + 2} ${height + 20}`, role: "img", "aria-label": said }, ...parts);
  picture.addEventListener("click", (event) => {
    const box = picture.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * (width + 2) - left;
    chooseEpoch(Math.max(0, Math.min(health.records.length - 1, Math.floor(x / step))));
  });
  byId("heat").replaceChildren(picture);
  health.step = step;
}

function markHeat() {
  byId("heat-mark").setAttribute("x", 110 + health.at * health.step);
}

function chooseEpoch(place) {
  health.at = place;
  health.following = place === health.records.length - 1;
  showEpoch();
}

function stopReplay() {
  clearInterval(health.timer);
  health.timer = null;
  byId("play").textContent = "Replay";
  byId("play").setAttribute("aria-pressed", "false");
}

function replay() {
  if (health.timer !== null) return stopReplay();
  byId("play").textContent = "Stop";
  byId("play").setAttribute("aria-pressed", "true");
  chooseEpoch(health.at === health.records.length - 1 ? 0 : health.at);
  const pause = Math.max(60, Math.min(600, 8000 / health.records.length));
  health.timer = setInterval(() => {
    if (health.at >= health.records.length - 1) stopReplay();
    else chooseEpoch(health.at + 1);
  }, pause);
}

function startHealth(page) {
  byId("epoch").addEventListener("input", () => {
    stopReplay();
    chooseEpoch(Number(byId("epoch").value));
  });
  byId("quantity").addEventListener("change", () => {
    health.quantity = QUANTITIES[Number(byId("quantity").value)];
    drawHealth(page.records);
  });
  byId("play").addEventListener("click", replay);
}
