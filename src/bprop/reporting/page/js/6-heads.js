// How the network does on one target: its scores with intervals and baselines, and the charts that show why.

const PLOTS = new Set(); // drawn anew when the page changes its width

function plotIn(host, title, content, height = 300) {
  const plot = new Plot(title, height);
  host.append(plot.figure);
  PLOTS.add(plot);
  plot.set(content);
  return plot;
}

function redrawPlots() {
  for (const plot of PLOTS) {
    if (plot.figure.isConnected) plot.draw();
    else PLOTS.delete(plot);
  }
}

function drawHead(host, head, several) {
  if (several) host.append(el("h3", {}, `The loss ${head.name}`));
  host.append(scoresOf(head));
  if (head.per_class?.length) host.append(perClass(head));
  const charts = el("div", { class: "chart-grid" });
  host.append(charts);
  const curves = head.curves?.length ? drawCurvesOfClasses(charts, head) : null;
  if (head.calibration?.bins.length) drawCalibration(charts, head.calibration);
  if (head.threshold) host.append(thresholdOf(head.threshold, curves));
  for (const errors of head.errors || []) drawErrors(charts, errors);
  if (head.confusion) {
    const place = el("div", { class: "scroll confusion", tabindex: 0, role: "region", "aria-label": `Confusion matrix of ${head.name}` });
    host.append(place);
    drawConfusion(place, head.confusion);
  }
  if (head.residuals) drawResiduals(charts, head.residuals);
}

function scoresOf({ name, scores, resamples }) {
  const spans = scores.some(([, , low]) => low !== null);
  const beside = scores.some((one) => one[4]);
  const head = ["measure", "value", ...(spans ? ["95% interval"] : []), ...(beside ? ["a constant answer"] : [])];
  const rows = scores.map(([measure, value, low, high, remark]) => [
    measure, value ?? "not defined", ...(spans ? [low === null ? "" : `${format(low)} to ${format(high)}`] : []), ...(beside ? [remark] : []),
  ]);
  const how = spans ? ` Intervals: Wilson's for shares, ${resamples} bootstrap resamples for the others.` : "";
  const none = !spans && !resamples ? " There are too many rows for intervals on this page; bprop evaluate computes them." : "";
  const save = saving(`Scores of ${name}`, () => ({ head: ["measure", "value", "low", "high", "a constant answer"], rows: scores }));
  const made = table(`Scores of ${name}, as bprop evaluate computes them.${how}${none}`, head, rows);
  return el("div", { class: "scores" }, save, scrolled(`Scores of ${name}`, made));
}

function scrolled(name, ...children) {
  return el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": name }, ...children);
}

function perClass({ name, per_class: rows, more_classes: more, task }) {
  const what = task === "multilabel" ? "label" : "class";
  const rest = more ? `; the ${rows.length} with the least F1, of ${format(rows.length + more)}` : "";
  const head = [what, "examples", "precision", "recall", "F1"];
  const body = rows.map(([label, count, ...values]) => {
    const cells = values.map((value) => {
      const cell = el("td", { class: "number shaded" }, value === null ? "–" : `${(100 * value).toFixed(1)}%`);
      if (value !== null) cell.style.background = colour(0.85 * value);
      return cell;
    });
    return el("tr", {}, el("th", { scope: "row" }, label), el("td", { class: "number" }, format(count)), ...cells);
  });
  const heads = head.map((text, k) => el("th", { scope: "col", class: k ? "number" : null }, text));
  const said = `Each ${what}${rest}. Precision: the share of the predictions of a ${what} that are right; recall: the share of its examples that are recognised.`;
  const made = el("table", { class: "per-class" }, el("caption", {}, said), el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...body));
  return el("div", { class: "scores" }, saving(`Each ${what} of ${name}`, () => ({ head, rows })), scrolled(`Each ${what} of ${name}`, made));
}

// The ROC curve and the precision-recall curve: of the positive class, or of one class after the other
function drawCurvesOfClasses(host, { curves, name }) {
  const plots = { roc: null, pr: null, at: null };
  const choice = el("select", {}, ...curves.map((curve, k) => el("option", { value: k }, curve.name)));
  if (curves.length > 1) host.append(el("p", { class: "controls wide" }, el("label", {}, "Curves of ", choice), el("span", { class: "hint" }, "the others are thin")));
  plots.roc = plotIn(host, `ROC curve of ${name}`, rocOf(curves, 0, null));
  plots.pr = plotIn(host, `Precision and recall of ${name}`, prOf(curves, 0, null));
  const draw = () => {
    const chosen = curves.length > 1 ? Number(choice.value) : 0;
    plots.roc.set(rocOf(curves, chosen, plots.at));
    plots.pr.set(prOf(curves, chosen, plots.at));
  };
  choice.addEventListener("change", draw);
  plots.mark = (at) => {
    plots.at = at;
    draw();
  };
  return plots;
}

function pairs([xs, ys]) {
  return xs.map((x, k) => [x, ys[k]]);
}

function others(curves, chosen, key, kind) {
  return curves.filter((_, k) => k !== chosen).map((curve) => ({ kind, points: pairs(curve[key]), ink: 0, faint: true }));
}

function rocOf(curves, chosen, at) {
  const one = curves[chosen];
  const points = pairs(one.roc);
  const dot = at ? [{ kind: "spot", points: [[at.false, at.recall]], ink: 1, name: `at the threshold ${format(at.threshold)}` }] : [];
  return {
    across: { label: "false positives: share of the other examples", scale: SHARES },
    up: { label: "recall", scale: SHARES },
    layers: [
      { kind: "rule", points: [[0, 0], [1, 1]] }, ...others(curves, chosen, "roc", "line"),
      { kind: "line", points, ink: 0, name: one.name }, ...dot,
    ],
    readings: points.map(([x, y]) => [x, y, `${percent(y)} of ${one.name} recognised at ${percent(x)} false positives`]),
    said: `of ${one.name}. The diagonal is chance.`,
    saved: { head: ["class", "false positive rate", "recall"], rows: curves.flatMap((curve) => pairs(curve.roc).map((pair) => [curve.name, ...pair])) },
  };
}

function prOf(curves, chosen, at) {
  const one = curves[chosen];
  const points = pairs(one.pr);
  const dot = at && at.precision !== null ? [{ kind: "spot", points: [[at.recall, at.precision]], ink: 1, name: `at the threshold ${format(at.threshold)}` }] : [];
  const steps = [[0, points[0]?.[1] ?? null], ...points];
  return {
    across: { label: "recall", scale: SHARES },
    up: { label: "precision", scale: SHARES },
    layers: [
      { kind: "rule", points: [[0, one.share], [1, one.share]] }, ...others(curves, chosen, "pr", "steps"),
      { kind: "steps", points: steps, ink: 0, name: one.name }, ...dot,
    ],
    readings: points.map(([x, y]) => [x, y, `${percent(x)} of ${one.name} recognised, and ${percent(y)} of the predictions of it right`]),
    said: `of ${one.name}. The dashed line is chance, the share of its examples.`,
    saved: { head: ["class", "recall", "precision"], rows: curves.flatMap((curve) => pairs(curve.pr).map((pair) => [curve.name, ...pair])) },
  };
}

function percent(share) {
  return share === null ? "–" : `${(100 * share).toFixed(1)}%`;
}

function drawCalibration(host, { of, bins, error }) {
  const points = bins.map(([, , , sure, right]) => [sure, right]);
  const low = bins[0][0];
  const all = bins.reduce((sum, [, , rows]) => sum + rows, 0);
  const ticks = linearScale(low, 1).ticks.filter((tick) => tick >= low && tick <= 1);
  const across = low > 0.2 ? scaleBetween(low, 1, ticks) : SHARES;
  const told = error === null ? "" : `, calibration error ${format(error)}`;
  plotIn(host, `Calibration${told}`, {
    across: { label: `probability of ${of}`, scale: across },
    up: { label: "share that is right", scale: SHARES },
    layers: [
      { kind: "rule", points: [[low > 0.2 ? low : 0, low > 0.2 ? low : 0], [1, 1]] },
      { kind: "line", points, ink: 0, faint: true }, { kind: "sized", points: bins.map(([, , rows, sure, right]) => [sure, right, rows / all]), ink: 0 },
    ],
    readings: bins.map(([from, to, rows, sure, right]) => [
      sure, right, `${format(rows)} with a probability of ${percent(from)} to ${percent(to)}, ${percent(sure)} on average: ${percent(right)} are right`,
    ]),
    said: "the share that is right for each bin of the probability. A large dot stands for many examples. On the diagonal, probabilities can be trusted; below it the network is too sure.",
    saved: { head: ["from", "to", "examples", "mean probability", "share right"], rows: bins },
  });
}

function drawErrors(host, { name, edges, counts }) {
  const bars = counts.map((count, k) => [edges[k], edges[k + 1], count]);
  plotIn(host, `Errors of ${name}`, {
    across: { label: "prediction − truth (the outermost bars hold all beyond)", scale: linearScale(edges[0], edges[edges.length - 1]) },
    up: { label: "examples", scale: scaleOf([0, ...counts], false) },
    flat: true,
    layers: [{ kind: "bars", points: bars, ink: 0 }],
    readings: bars.map(([from, to, count]) => [(from + to) / 2, count, `${format(count)} examples from ${format(from)} to ${format(to)}`]),
    said: `a histogram of prediction − truth in ${counts.length} bars.`,
    saved: { head: ["from", "to", "examples"], rows: bars },
  });
}

function drawResiduals(host, columns) {
  if (host.id) host.replaceChildren();
  for (const column of columns) {
    residualPlot(host, column);
    fitPlot(host, column);
  }
}

function pointsSaved({ predicted, truth }) {
  return { head: ["truth", "prediction"], rows: truth.map((value, k) => [value, predicted[k]]) };
}

// Difference (prediction - truth) over prediction: what a good fit leaves is a band around 0
function residualPlot(host, column) {
  const { name, predicted, truth } = column;
  const points = predicted.map((value, k) => [value, value - truth[k]]);
  const shown = formatFor([...predicted, ...truth]);
  plotIn(host, `${name}: prediction − truth, by prediction`, {
    across: { label: "prediction", scale: scaleOf(predicted, false) },
    up: { label: "prediction − truth", scale: scaleOf([...points.map(([, y]) => y), 0], false) },
    layers: [{ kind: "rule", points: [[Math.min(...predicted), 0], [Math.max(...predicted), 0]] }, { kind: "dots", points, ink: 0 }],
    readings: points.map(([x, y], k) => [x, y, `true ${shown(truth[k])}, predicted ${shown(x)}: off by ${format(y)}`]),
    said: `residuals of ${points.length} examples.`,
    saved: pointsSaved(column),
  });
}

function fitPlot(host, column) {
  const { name, predicted, truth } = column;
  const points = truth.map((value, k) => [value, predicted[k]]);
  const both = scaleOf([...truth, ...predicted], false);
  const shown = formatFor([...predicted, ...truth]);
  const [low, high] = [both.ticks[0], both.ticks[both.ticks.length - 1]];
  plotIn(host, `${name}: prediction by truth`, {
    across: { label: "truth", scale: both },
    up: { label: "prediction", scale: both },
    layers: [{ kind: "rule", points: [[low, low], [high, high]] }, { kind: "dots", points, ink: 0 }],
    readings: points.map(([x, y]) => [x, y, `true ${shown(x)}, predicted ${shown(y)}`]),
    said: `predictions of ${points.length} examples. On the diagonal they are right.`,
    saved: pointsSaved(column),
  });
}
