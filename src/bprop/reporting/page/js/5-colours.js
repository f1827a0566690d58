// From a number of the health to its colour: one scale for the drawing, the bars and the picture over the epochs.

const [LOWEST, HIGHEST] = [-8, 2]; // decades: the fixed scale, which is that of drawings with values

// -> {bar(value): the length of its bar in [0, 1], barsSaid, colour(value), ticks: [[place, text]], said};
// bar and colour are null where there is no value
function colourScale(quantity, values) {
  if (quantity.logarithmic) return { ...decades(), ...barDecades(values) };
  const most = quantity.share ? 1 : values.reduce((a, b) => Math.max(a, Math.abs(b ?? 0)), 0) || 1;
  const at = (value) => (value === null ? null : Math.min(1, Math.abs(value) / most));
  const name = (value) => (quantity.share ? `${100 * value}%` : format(value));
  return {
    bar: at,
    barsSaid: "",
    colour: (value) => (value === null ? null : colour(at(value))),
    ticks: [0, 0.5, 1].map((place) => [place, name(place * most)]),
    said: quantity.share ? "from none to all" : "by size, from 0 to the largest of all epochs",
  };
}

function decades() {
  const count = HIGHEST - LOWEST;
  const step = (value) => Math.max(0, Math.min(count, Math.log10(Math.abs(value)) - LOWEST));
  const ticks = [];
  for (let k = 0; k <= count; k += 2) ticks.push([k / count, `1e${LOWEST + k}`]);
  return {
    colour: (value) => (value === null ? null : value === 0 ? "var(--zero)" : between(step(value))),
    ticks,
    said: `a fixed logarithmic scale from 1e${LOWEST} or less to 1e${HIGHEST} or more; grey: exactly 0`,
  };
}

// Bars span the decades that occur, three at the least, so that layers are told apart that have nearly one colour.
function barDecades(values) {
  const logs = values.filter((value) => value !== null && value !== 0).map((value) => Math.log10(Math.abs(value)));
  const within = (log) => Math.max(LOWEST, Math.min(HIGHEST, log));
  const high = Math.max(LOWEST + 3, Math.ceil(within(logs.reduce((a, b) => Math.max(a, b), -Infinity))));
  const low = Math.min(high - 3, Math.floor(within(logs.reduce((a, b) => Math.min(a, b), Infinity))));
  const share = (value) => (Math.log10(Math.abs(value)) - low) / (high - low);
  return {
    bar: (value) => (value === null ? null : value === 0 ? 0 : Math.max(0, Math.min(1, share(value)))),
    barsSaid: `Bars: a logarithmic scale from 1e${low} to 1e${high}, the same for all epochs.`,
  };
}

// The colours of a drawing stand for whole decades, --m0 for 1e-8: mixed between them
function between(step) {
  const low = Math.min(Math.floor(step), HIGHEST - LOWEST - 1);
  return `color-mix(in srgb, var(--m${low + 1}) ${(100 * (step - low)).toFixed(1)}%, var(--m${low}))`;
}

function colour(strength) {
  return `color-mix(in srgb, var(--heat-high) ${(100 * strength).toFixed(1)}%, var(--heat-low))`;
}

function drawScale(scale, quantity) {
  const bar = el("div", { class: "scale-bar" });
  const stops = quantity.logarithmic ? [...Array(HIGHEST - LOWEST + 1).keys()].map((k) => `var(--m${k})`) : [colour(0), colour(1)];
  bar.style.background = `linear-gradient(to right, ${stops.join(", ")})`;
  const ticks = scale.ticks.map(([place, text]) => {
    const tick = el("span", {}, text);
    tick.style.left = `${100 * place}%`;
    return tick;
  });
  const caption = el("figcaption", { class: "hint" }, `Colours: ${quantity.title.toLowerCase()}, ${scale.said}.`);
  byId("scale").replaceChildren(caption, bar, el("div", { class: "scale-ticks", "aria-hidden": "true" }, ...ticks));
}
