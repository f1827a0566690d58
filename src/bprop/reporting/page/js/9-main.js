function start() {
  const page = JSON.parse(byId("page-data").textContent);
  startCurves(page);
  startHealth(page);
  drawCurves(page);
  drawHealth(page.records);
  drawOutcome(page.outcome);
  drawAbout(page);
  drawHeadline(page);
  drawStatus(page, false);
  if (page.live) startLive(page);
}

start();
