// What is charted of the records, and the same as a table.

const charts = new Map();

// records -> [{title, series: [{name, values}]}], a chart for each thing that is measured
function curvesOf(records) {
  const last = records[records.length - 1];
  const seen = (pick) => records.map((record) => pick(record) ?? null);
  const losses = [{ name: "loss", values: seen((r) => r.loss) }];
  if (last.validation) losses.push({ name: "validation loss", values: seen((r) => r.validation?.loss) });
  if (records.some((r) => r.penalty)) losses.push({ name: "objective", values: seen((r) => r.objective) });
  const found = [{ title: "Loss", series: losses }];
  for (const name of metricsOf(last)) {
    const series = [];
    if (name in last.metrics) series.push({ name, values: seen((r) => r.metrics[name]) });
    if (last.validation && name in last.validation) {
      series.push({ name: `validation ${name}`, values: seen((r) => r.validation?.[name]) });
    }
    found.push({ title: name[0].toUpperCase() + name.slice(1), series });
  }
  const rates = seen((r) => r.learning_rate);
  if (rates.some((rate) => rate !== rates[0])) {
    found.push({ title: "Learning rate", series: [{ name: "learning rate", values: rates }] });
  }
  found.push({ title: "Speed", series: [{ name: "examples/s", values: seen((r) => r.examples_per_second) }] });
  return found;
}

function metricsOf(record) {
  const names = [...Object.keys(record.metrics), ...Object.keys(record.validation || {})];
  return [...new Set(names)].filter((name) => name !== "loss");
}

function drawCurves({ records, run }) {
  if (!records.length) {
    const none = hasEnded(run) ? "Not one epoch was completed, so there are no curves." : "No epoch is done yet.";
    byId("charts").replaceChildren(el("p", { class: "note" }, none));
    return;
  }
  if (!charts.size) byId("charts").replaceChildren();
  const epochs = records.map((record) => record.epoch);
  const [logarithmic, early] = [byId("log").checked, byId("early").checked];
  const curves = curvesOf(records);
  for (const { title } of curves.filter((one) => !charts.has(one.title))) {
    charts.set(title, new Chart(title));
    byId("charts").append(charts.get(title).figure);
  }
  // all stand in their places before the first is drawn, which takes the width that it has
  curves.forEach(({ title, series }) => charts.get(title).set(epochs, series, logarithmic, run.best_epoch, early));
  if (byId("curve-table").closest("details").open) tabulate(epochs, curves, run.best_epoch);
}

function forgetCurves() {
  charts.clear();
  byId("charts").replaceChildren();
}

function tabulate(epochs, curves, best) {
  const series = curves.flatMap((curve) => curve.series);
  const rows = epochs.map((epoch, k) => [epoch, ...series.map((one) => one.values[k])]);
  const caption = best === null ? "Values by epoch" : `Values by epoch; the best on the validation set is epoch ${best}`;
  byId("curve-table").replaceChildren(table(caption, ["epoch", ...series.map((one) => one.name)], rows));
}

function startCurves(page) {
  for (const id of ["log", "early"]) byId(id).addEventListener("change", () => drawCurves(page));
  byId("curve-table").closest("details").addEventListener("toggle", () => drawCurves(page));
  let width = 0;
  new ResizeObserver(() => {
    if (byId("charts").clientWidth === width) return;
    width = byId("charts").clientWidth;
    charts.forEach((chart) => chart.draw());
    redrawPlots();
    redrawHeat();
  }).observe(byId("charts"));
}
