// The runs side by side: a row for each thing, a column for each run.

// rows: [[name, cells]]; a cell is a value, or an element
function sideBySide(runs, caption, first, rows) {
  const heads = [first, ...runs.map((run) => run.name)].map((name) => headCell(name));
  const lines = rows.map(([name, cells]) => {
    const made = cells.map((cell) => (cell instanceof Node ? cell : el("td", {}, format(cell))));
    return el("tr", {}, el("th", { scope: "row" }, name), ...made);
  });
  return el("table", {}, el("caption", {}, caption), el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...lines));
}

// The numbers of the runs that are best in a row
function bestOf(values, larger) {
  const known = values.filter((value) => value !== null);
  if (larger === null || known.length < 2) return new Set();
  const best = known.reduce((a, b) => ((larger ? b > a : b < a) ? b : a));
  return new Set(values.map((value, k) => (value === best ? k : -1)).filter((k) => k >= 0));
}

function drawScores(page) {
  const { runs, scores, name, notes } = page;
  show("results", Boolean(scores));
  if (!scores) return;
  byId("results-title").textContent = `On ${format(scores.rows)} ${name} example${scores.rows === 1 ? "" : "s"}`;
  byId("results-note").textContent = "All runs on the same rows, as bprop evaluate computes it; below each value its 95% interval. The best of a row is marked.";
  show("notes", notes.length > 0);
  byId("notes").replaceChildren(...notes.map((line) => el("li", {}, line)));
  const rows = scores.measures.map(([measure, larger, cells]) => {
    const best = bestOf(cells.map(([value]) => value), larger);
    const made = cells.map(([value, low, high], k) => {
      const cell = el("td", { class: best.has(k) ? "best-cell" : null }, value === null ? ended(runs[k]) : format(value));
      if (low !== null) cell.append(el("span", { class: "span" }, `${format(low)} to ${format(high)}`));
      return cell;
    });
    return [measure, made];
  });
  byId("scores").replaceChildren(sideBySide(runs, "Scores", "measure", rows));
  const saved = scores.measures.flatMap(([measure, , cells]) => cells.map(([value, low, high], k) => [measure, runs[k].name, value, low, high]));
  byId("scores-save").append(saving("Scores of all runs", () => ({ head: ["measure", "run", "value", "low", "high"], rows: saved })));
  drawDifferences(runs, scores.differences);
}

function ended(run) {
  return ["diverged", "failed"].includes(run.ended) ? run.ended : "not defined";
}

// Is a run worse than the best, or may that be chance?
function drawDifferences(runs, differences) {
  show("differences", Boolean(differences));
  if (!differences) return;
  const { error, best, runs: each } = differences;
  const lines = each.flatMap((one, k) => {
    if (k === best || one === null) return [];
    const [mean, low, high] = one;
    if (low === 0 && high === 0) return [el("li", {}, `${runs[k].name}: the same as ${runs[best].name} for every example`)];
    const verdict = low > 0 ? "more than chance explains" : "which may be chance";
    return [el("li", {}, `${runs[k].name}: ${format(mean)} more than ${runs[best].name} (95% within ${format(low)} to ${format(high)}), ${verdict}`)];
  });
  byId("differences").replaceChildren(el("h3", {}, `Differences of the ${error}, example by example`), el("ul", {}, ...lines));
}

const ENDS = {
  epochs: "all epochs done", patience: "stopped early", callback: "stopped by a callback", time: "its time was over",
  interrupted: "interrupted", diverged: "diverged", failed: "stopped by an error", saved: "a saved model", running: "not ended",
};

function drawEnds({ runs }) {
  const names = [...new Set(runs.flatMap((run) => run.facts.map(([name]) => name)))];
  const valueOf = (run, name) => run.facts.find(([other]) => other === name)?.[1] ?? null;
  const rows = [["ended", runs.map((run) => ENDS[run.ended] ?? run.ended)], ...names.map((name) => [name, runs.map((run) => valueOf(run, name))])];
  byId("ends-table").replaceChildren(sideBySide(runs, "The numbers of the epoch whose weights were kept, or else of the last", "", rows));
  byId("ends-save").append(saving("How each run ended", () => ({ head: ["", ...runs.map((run) => run.name)], rows: rows.map(([name, cells]) => [name, ...cells]) })));
  const lines = runs.flatMap((run) => {
    const told = [...(run.failure ? [run.failure] : []), ...run.advice.filter((line) => line !== run.failure)];
    return told.length ? [el("h3", {}, run.name), el("ul", {}, ...told.map((line) => el("li", {}, sentence(line))))] : [];
  });
  byId("advice-of-runs").replaceChildren(...lines);
}

function drawSettings({ runs, differ, same, versions }) {
  const none = el("p", { class: "note" }, "No setting that is known differs.");
  byId("differ-table").replaceChildren(differ.length ? sideBySide(runs, "Settings, data and network", "setting", differ.map(([name, ...cells]) => [name, cells])) : none);
  if (differ.length) byId("differ-save").append(saving("Settings that differ", () => ({ head: ["setting", ...runs.map((run) => run.name)], rows: differ })));
  facts("same-list", same.map(([name, value]) => [name, value ?? "–"]));
  facts("versions-list", versions);
}
