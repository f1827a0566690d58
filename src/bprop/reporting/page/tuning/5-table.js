// All trials as a table, in an order that is chosen.

function drawTable() {
  const { page } = look;
  const searched = page.settings.map((setting) => setting.name);
  const more = [...new Set(page.trials.flatMap((trial) => Object.keys(trial.measures)))];
  const head = ["trial", "ended as", page.measure, ...more, "epochs", "best epoch", "seconds", ...searched];
  const rows = ordered(byId("order").value).map((trial) => [
    trial.number, trial.state, trial.value, ...more.map((name) => trial.measures[name] ?? null), trial.epochs,
    trial.best_epoch, trial.seconds, ...searched.map((name) => trial.settings[name]),
  ]);
  const made = table(`${format(rows.length)} trials; the best is trial ${page.best}`, head, rows);
  const places = rows.map((row) => row[0]).indexOf(page.best);
  if (places >= 0) made.tBodies[0].rows[places].className = "best";
  byId("table").replaceChildren(made);
  const reasons = page.trials.filter((trial) => isLost(trial) && trial.why);
  byId("reasons").replaceChildren(...reasons.map((trial) => el("p", { class: "note" }, `Trial ${trial.number} ${trial.state}. ${sentence(trial.why)}`)));
  show("more", page.more > 0);
  byId("more").textContent = `${format(page.more)} further trials, none of them near the best, are not on this page.`;
}

function ordered(by) {
  const { page } = look;
  const order = ["complete", "pruned", "diverged", "failed"];
  const sign = page.maximise ? -1 : 1;
  const rank = (a, b) => order.indexOf(a.state) - order.indexOf(b.state) || sign * ((a.value ?? 0) - (b.value ?? 0));
  const setting = (trial) => trial.settings[by.slice(1)];
  const ways = { measure: rank, number: () => 0, seconds: (a, b) => b.seconds - a.seconds };
  const way = ways[by] || ((a, b) => (setting(a) > setting(b)) - (setting(a) < setting(b)));
  return [...page.trials].sort((a, b) => way(a, b) || a.number - b.number);
}

function startTable(page) {
  const names = [["measure", page.measure], ["number", "trial"], ["seconds", "seconds"], ...page.settings.map(({ name }) => [`=${name}`, name])];
  byId("order").replaceChildren(...names.map(([value, name]) => el("option", { value }, name)));
  byId("order").addEventListener("change", drawTable);
}
