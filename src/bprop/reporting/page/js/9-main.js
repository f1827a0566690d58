function start() {
  const page = JSON.parse(byId("page-data").textContent);
  startCurves(page);
  startHealth(page);
  live.began = page.began;
  drawCurves(page);
  drawHealth(page.records);
  drawOutcome(page.outcome);
  drawAbout(page);
  drawHeadline(page);
  drawStatus(page, false);
  if (page.live) poll(page);
}

start();
