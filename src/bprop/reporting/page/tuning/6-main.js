function start() {
  const page = JSON.parse(byId("page-data").textContent);
  look.page = page;
  byId("status").textContent = page.status;
  byId("headline").replaceChildren(...page.headline.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, format(value)))));
  drawMarks();
  chartsOf(page);
  startTable(page);
  facts("best-list", page.best_settings);
  facts("search-list", page.search);
  facts("versions-list", page.versions);
  show("again", page.command !== null);
  byId("command").textContent = page.command ?? "";
  const redraw = () => {
    Object.assign(look, { logarithmic: byId("log").checked, all: byId("all").checked, across: byId("across").value });
    drawScatters();
    drawEpochs();
  };
  for (const id of ["log", "all", "across"]) byId(id).addEventListener("change", redraw);
  redraw();
  drawTable();
  let width = 0;
  new ResizeObserver(() => {
    if (byId("over").clientWidth === width) return;
    width = byId("over").clientWidth;
    redraw();
  }).observe(byId("over"));
}

start();
