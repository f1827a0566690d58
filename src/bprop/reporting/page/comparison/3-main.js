function start() {
  const page = JSON.parse(byId("page-data").textContent);
  byId("runs").replaceChildren(...page.runs.map((run, k) => el("li", {}, sample(k), run.name)));
  show("units", page.losses.length > 1);
  byId("units").textContent = `The runs have different losses (${page.losses.join("; ")}): the curves of the loss are in different units.`;
  drawScores(page);
  drawCurves(page);
  drawEnds(page);
  drawSettings(page);
  for (const id of ["log", "early"]) byId(id).addEventListener("change", () => drawCurves(page));
  let width = 0;
  new ResizeObserver(() => {
    if (byId("charts").clientWidth === width) return;
    width = byId("charts").clientWidth;
    charts.forEach((chart) => chart.draw());
  }).observe(byId("charts"));
}

start();
