// Where the network errs: the mean error for the values of each feature.

function drawFeatures(host, { error, charts }) {
  const head = ["feature", "value", "from", "to", "examples", error];
  const rows = charts.flatMap(({ name, bins }) => bins.map((bin) => [name, ...bin]));
  host.append(
    el("div", { class: "chart-top" }, el("h3", {}, "Where it errs: the error by feature"), saving("Error by feature", () => ({ head, rows }))),
    el("p", { class: "hint" }, `The bars show the ${error} for the values of each feature. The features along which it differs most come first.`),
    ...folded(charts, 4, "features", (some) => el("div", { class: "chart-grid" }, ...some.map((chart) => featureTable(chart, error)))),
  );
}

function featureTable({ name, bins }, error) {
  const most = Math.max(...bins.map((bin) => bin[4] ?? 0), 1e-300);
  const lines = bins.map(([what, , , rows, value]) => {
    const bar = el("td", { class: "room" }, el("div", { class: "bar" }));
    bar.firstChild.style.width = `${(100 * (value ?? 0)) / most}%`;
    return el("tr", {}, el("th", { scope: "row" }, what), bar, el("td", { class: "number" }, format(value)), el("td", { class: "number quiet" }, format(rows)));
  });
  const heads = [name, "", "error", "rows"].map((text, k) => headCell(text, k > 1 ? "number" : null));
  return el("table", { class: "feature", "aria-label": `${error} by ${name}` }, el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...lines));
}
