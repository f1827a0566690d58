// Where the run stands, what it was made of, and how to make it again.

function drawStatus(page, gone) {
  const { status, epochs } = page.run;
  const done = page.records.length ? page.records[page.records.length - 1].epoch : 0;
  const says = {
    running: `Training: ${format(done)} of ${format(epochs)} epochs.`,
    epochs: `Finished: all ${format(done)} epochs are done.`,
    patience: `Finished: stopped early after ${format(done)} epochs; the best was epoch ${format(page.run.best_epoch)}.`,
    callback: `Finished: stopped by a callback after ${format(done)} epochs.`,
    interrupted: `Interrupted after ${format(done)} whole epochs; what was learned is kept.`,
    diverged: `Training diverged after ${format(done)} whole epochs: a loss was no longer finite.`,
    saved: `A saved model, trained for ${format(done)} epochs.`,
  };
  const finished = status !== "running";
  const lost = finished ? " The server has gone; this page keeps working." : " The connection is lost; trying again.";
  byId("status").textContent = (says[status] || status) + (gone ? lost : "");
  document.body.dataset.state = finished ? "finished" : "training";
}

function drawHeadline(page) {
  const last = page.records[page.records.length - 1];
  if (!last) return;
  const shown = [["epoch", last.epoch], ["loss", last.loss], ...Object.entries(last.metrics)];
  for (const [name, value] of Object.entries(last.validation || {})) shown.push([`validation ${name}`, value]);
  for (const [name, value] of Object.entries(page.outcome?.measures || {})) shown.push([`${page.outcome.name} ${name}`, value]);
  byId("headline").replaceChildren(...shown.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, format(value)))));
}

function drawAbout(page) {
  show("data", Boolean(page.data));
  if (page.data) drawData(page.data);
  show("advice", page.advice.length > 0);
  byId("advice").replaceChildren(...page.advice.map((line) => el("li", {}, line)));
  facts("settings-list", page.settings);
  facts("timings-list", page.timings);
  facts("versions-list", page.versions);
  const steps = page.reproduce.map(([how, text]) => [el("p", { class: "hint" }, how), el("pre", { class: "code", tabindex: 0 }, text)]);
  byId("reproduce").replaceChildren(...steps.flat());
}

function drawData({ facts: pairs, columns, more_columns: hidden, classes, parts }) {
  facts("data-facts", pairs);
  if (columns.length) {
    const caption = hidden ? `The first ${columns.length} columns; ${format(hidden)} more are alike or left out here` : "Columns";
    byId("columns").replaceChildren(table(caption, ["column", "kind", "encoded as"], columns));
  }
  if (classes.length) byId("classes").replaceChildren(table("Examples of each class", ["class", ...parts], classes));
}
