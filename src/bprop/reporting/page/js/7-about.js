// Where the run stands, what it was made of, and how to make it again.

function hasEnded(run) {
  return run.status !== "running" && run.status !== "waiting";
}

function drawStatus(page, gone) {
  const { status, epochs, kept_epoch: kept, best_epoch: best } = page.run;
  const done = page.records.length ? page.records[page.records.length - 1].epoch : 0;
  const says = {
    waiting: "Waiting for training to begin.",
    running: `Training: ${format(done)} of ${format(epochs)} epochs.`,
    epochs: `Finished: all ${format(done)} epochs are done.`,
    patience: `Finished: stopped early after ${format(done)} epochs${best ? `; the best was epoch ${format(best)}` : ""}.`,
    callback: `Finished: stopped ${page.run.by_hand ? "from this page" : "by a callback"} after ${format(done)} whole epochs.`,
    interrupted: `Interrupted after ${format(done)} whole epochs; what was learned is kept.`,
    diverged: `Training diverged in epoch ${format(done + 1)}, after ${format(done)} whole epochs.`,
    failed: `Training was stopped by an error, after ${format(done)} whole epochs.`,
    saved: `A saved model, trained for ${format(done)} epochs${kept ? `; it holds the weights of epoch ${format(kept)}, the best` : ""}.`,
  };
  const finished = hasEnded(page.run);
  const lost = finished ? " The server has gone; this page keeps working." : " The connection is lost; trying again.";
  byId("status").textContent = (says[status] || status) + (gone ? lost : "");
  show("failure", Boolean(page.run.failure));
  byId("failure").textContent = page.run.failure ? sentence(page.run.failure) : "";
  document.body.dataset.state = finished ? "finished" : "training";
}

// The numbers of one epoch alone: the best, where the weights are those of the best; else the last.
function drawHeadline(page) {
  const last = page.records[page.records.length - 1];
  const best = page.records.find((record) => record.epoch === page.run.kept_epoch);
  const record = best || last;
  const shown = [];
  if (best) shown.push(["best epoch", `${format(best.epoch)} of ${format(last.epoch)}`]);
  else if (last) shown.push([page.run.within_epoch ? "last whole epoch" : "epoch", last.epoch]);
  if (record) shown.push(["loss", record.loss], ...Object.entries(record.metrics));
  for (const [name, value] of Object.entries(record?.validation || {})) shown.push([`validation ${name}`, value]);
  const measures = page.run.within_epoch ? {} : page.outcome?.measures || {};
  for (const [name, value] of Object.entries(measures)) shown.push([`${page.outcome.name} ${name}`, value]);
  byId("headline").replaceChildren(...shown.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, format(value)))));
}

function drawAbout(page) {
  show("data", Boolean(page.data));
  if (page.data) drawData(page.data);
  show("advice", page.advice.length > 0);
  byId("advice").replaceChildren(...page.advice.map((line) => el("li", {}, sentence(line))));
  drawLayers(page.layers);
  facts("settings-list", page.settings);
  facts("timings-list", page.timings);
  facts("versions-list", page.versions);
  const steps = page.reproduce.map(([how, text]) => [el("p", { class: "hint" }, how), el("pre", { class: "code", tabindex: 0 }, text)]);
  byId("reproduce").replaceChildren(...steps.flat());
}

function drawData({ facts: pairs, columns, more_columns: hidden, classes, parts }) {
  facts("data-facts", pairs);
  if (columns.length) {
    const caption = hidden ? `The first ${columns.length} columns; ${format(hidden)} more are not shown` : "Columns";
    byId("columns").replaceChildren(table(caption, ["column", "kind", "encoded as"], columns));
  }
  if (classes.length) byId("classes").replaceChildren(table("Examples of each class", ["class", ...parts], classes));
}
