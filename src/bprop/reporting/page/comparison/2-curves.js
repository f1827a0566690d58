// The curves of all runs in one chart for each measure. A run keeps its colour in all charts.

const charts = new Map();

// [{title, epochs, series}]: a value is null where it is not finite, undefined where a run has no record
function curvesOf(runs) {
  const names = [...new Set(runs.flatMap((run) => run.records.flatMap((record) => Object.keys(record.measures))))];
  const epochs = [...new Set(runs.flatMap((run) => run.records.map((record) => record.epoch)))].sort((a, b) => a - b);
  return names.map((name) => {
    const series = runs.map((run, k) => {
      const known = new Map(run.records.map((record) => [record.epoch, record.measures[name]]));
      return { name: run.name, ink: k, values: epochs.map((epoch) => known.get(epoch)) };
    });
    return { title: name, epochs, series: series.filter((one) => one.values.some((value) => value !== undefined)) };
  });
}

function drawCurves({ runs }) {
  const curves = curvesOf(runs);
  if (!curves.length) byId("charts").replaceChildren(el("p", { class: "note" }, "Not one of the runs has records of its epochs."));
  for (const { title } of curves.filter((one) => !charts.has(one.title))) {
    charts.set(title, new Chart(sentence(title).replace(/\.$/, "")));
    byId("charts").append(charts.get(title).figure);
  }
  curves.forEach(({ title, epochs, series }) => charts.get(title).set(epochs, series, byId("log").checked, null, byId("early").checked));
}
