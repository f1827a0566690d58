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

const health = { records: [], quantity: QUANTITIES[0], at: 0, following: true, timer: null, edges: [], page: null };

// {box: [what it computes, or null where it has a name of its own; what stands beside its name]}
function boxesOf() {
  return health.page?.boxes ?? {};
}

// The name of a box, or what it computes where nobody gave it a name
function headOf(name) {
  return boxesOf()[name]?.[0] || name;
}

function shownValue(value) {
  return value !== null && health.quantity.share ? `${(100 * value).toFixed(1)}%` : format(value);
}

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

function scaleOfHealth(names) {
  return colourScale(health.quantity, health.records.flatMap((record) => names.map((name) => valueOf(record, name))));
}

function drawHealth(records) {
  health.records = records.filter((record) => record.health);
  const known = health.records.length > 0;
  show("health-controls", known);
  show("health", known);
  show("scale", known);
  if (!known) return;
  if (!byId("quantity").options.length) chooseQuantities();
  const last = health.records.length - 1;
  if (health.following || health.at > last) health.at = last;
  byId("epoch").max = last;
  const names = namesOf(health.records);
  const scale = scaleOfHealth(names);
  drawScale(scale, health.quantity);
  drawHeat(names, scale);
  showEpoch();
}

function forgetHealth() {
  stopReplay();
  byId("quantity").replaceChildren();
  Object.assign(health, { records: [], at: 0, following: true });
  drawHealth([]);
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
  const scale = scaleOfHealth(names);
  byId("epoch").value = health.at;
  byId("epoch").setAttribute("aria-valuetext", `epoch ${record.epoch}`);
  byId("epoch-shown").textContent = `epoch ${record.epoch}`;
  byId("bars-title").textContent = `${health.quantity.title}, epoch ${record.epoch}`;
  drawBars(record, names, scale);
  colourDrawing(record, scale);
  markHeat();
  const bad = record.health.first_not_finite;
  show("health-note", Boolean(bad));
  byId("health-note").className = "note bad";
  byId("health-note").textContent = bad ? `Epoch ${record.epoch}: the first box that is not finite is ${bad}.` : "";
}

function drawBars(record, names, scale) {
  const rows = names.map((name) => {
    const value = valueOf(record, name);
    const bar = el("div", { class: "bar", "data-bar": name });
    bar.style.width = `${100 * (scale.bar(value) ?? 0)}%`;
    bar.style.background = scale.colour(value) ?? "";
    const computes = boxesOf()[name]?.[1] ?? "";
    const what = el("td", { class: "what", title: computes }, computes);
    const shown = el("td", { class: "number" }, shownValue(value));
    return el("tr", {}, el("th", { scope: "row" }, headOf(name)), what, el("td", { class: "room" }, bar), shown);
  });
  byId("bars").replaceChildren(el("table", {}, el("caption", {}, scale.barsSaid), el("tbody", {}, ...rows)));
}

// A box that was measured has a frame in its colour and is filled with a little of it, so that it can be read.
function colourDrawing(record, scale) {
  for (const box of byId("drawing").querySelectorAll("[data-name]")) {
    // a layer that is drawn as one box has the colour of its last member
    const members = box.dataset.members ? box.dataset.members.split(" ") : [box.dataset.name];
    const values = members.map((name) => valueOf(record, name)).filter((value) => value !== null);
    const found = scale.colour(values.length ? values[values.length - 1] : null);
    const shape = box.querySelector("rect, ellipse, path, polygon");
    box.classList.toggle("measured", found !== null);
    if (!shape) continue;
    shape.style.fill = found === null ? "" : `color-mix(in srgb, ${found} 30%, var(--surface))`;
    shape.style.stroke = found ?? "";
  }
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
  health.page = page;
  byId("bars-save").append(saving("Health of the boxes", () => {
    const names = namesOf(health.records);
    const record = health.records[health.at];
    return { head: ["name", health.quantity.title], rows: names.map((name) => [name, valueOf(record, name)]) };
  }));
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
