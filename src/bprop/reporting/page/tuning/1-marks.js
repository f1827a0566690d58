// The mark of a trial in all charts, and what is said of it.

const look = { page: null, logarithmic: false, all: false, across: "number" };

function isLost(trial) {
  return trial.value === null;
}

// complete: a dot; pruned: a circle; diverged or failed, which have no measure: a cross
function markOf(trial, x, y, beyond) {
  const lost = isLost(trial);
  if (lost) return svg("path", { class: "mark lost", d: `M${x - 4} ${y - 4}l8 8m0 -8l-8 8` });
  const kind = trial.state === "complete" ? "mark" : "mark pruned";
  if (beyond) return svg("path", { class: kind, d: `M${x - 4} ${y + 3}h8l-4 -7z` });
  return svg("circle", { class: kind, cx: x, cy: y, r: 4 });
}

function ringAt(x, y) {
  return svg("circle", { class: "mark ring", cx: x, cy: y, r: 8 });
}

function drawMarks() {
  const marks = [["complete", 0.5, false], ["pruned: others did better by then", 0.5, false], ["diverged or failed", null, false], ["far from the best", 0.5, true]];
  const states = ["complete", "pruned", "diverged", "complete"];
  const items = marks.map(([name, value, beyond], k) => {
    const mark = markOf({ state: states[k], value }, 8, 8, beyond);
    return el("li", {}, svg("svg", { viewBox: "0 0 16 16", class: "sample", "aria-hidden": "true" }, mark), name);
  });
  byId("marks").replaceChildren(...items);
}

function saidOf(trial) {
  const { measure, settings } = look.page;
  const value = isLost(trial) ? trial.state : `${measure} ${format(trial.value)}${trial.state === "complete" ? "" : ` (${trial.state})`}`;
  const chosen = settings.map(({ name }) => `${name} ${format(trial.settings[name])}`).join(", ");
  return `Trial ${format(trial.number)}: ${value}, ${format(trial.epochs)} epochs, ${format(trial.seconds)} s; ${chosen}`;
}

// {at(trial): its height in [0, 1], 1 at the top; ticks; beyond(trial)}: worse trials than most lie on the edge
function measureScale(trials) {
  const sign = look.page.maximise ? -1 : 1;
  const sizes = trials.filter((t) => !isLost(t)).map((t) => sign * t.value);
  const whole = trials.filter((t) => t.state === "complete" && !isLost(t)).map((t) => sign * t.value).sort((a, b) => a - b);
  const [first, most] = [whole[0], whole[Math.floor(0.75 * (whole.length - 1))]];
  const limit = look.all || whole.length < 5 || most === first ? Infinity : most + 1.5 * (most - first);
  const shown = sizes.filter((size) => size <= limit);
  const scale = scaleOf(shown.map((size) => sign * size), look.logarithmic);
  const edge = look.page.maximise ? 0 : 1;
  const beyond = (trial) => !isLost(trial) && (sign * trial.value > limit || scale.at(trial.value) === null);
  return { ticks: scale.ticks, place: scale.at, beyond, at: (trial) => (isLost(trial) || beyond(trial) ? edge : scale.at(trial.value)) };
}
