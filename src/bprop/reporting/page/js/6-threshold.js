// The threshold between two classes, which can be moved: counts, scores, and the points on the curves follow.

function thresholdOf(data, curves) {
  const start = data.t.indexOf(data.own) < 0 ? nearestTo(data.t, data.own) : data.t.indexOf(data.own);
  const slider = el("input", { type: "range", min: 0, max: data.t.length - 1, step: 1, value: start, id: "threshold" });
  const shown = el("output", { for: "threshold" });
  const place = el("div", { class: "threshold-results" });
  const back = el("button", { type: "button" }, data.chosen ? "The model's own" : "Back to 0.5");
  const draw = () => {
    const k = Number(slider.value);
    const counts = countsAt(data, k, start);
    shown.textContent = format(data.t[k]);
    slider.setAttribute("aria-valuetext", `threshold ${format(data.t[k])}`);
    place.replaceChildren(...thresholdTables(data, counts));
    curves?.mark({ threshold: data.t[k], false: ratio(counts.fp, data.negatives), recall: ratio(counts.tp, data.positives), precision: ratio(counts.tp, counts.tp + counts.fp) });
  };
  slider.addEventListener("input", draw);
  back.addEventListener("click", () => {
    slider.value = start;
    draw();
  });
  draw();
  const label = el("label", { class: "slider" }, `${data.positive} is predicted from the probability`, slider);
  return el("div", { class: "threshold" }, el("h3", {}, "Move the threshold"), el("div", { class: "controls" }, label, shown, back), place);
}

function nearestTo(values, wanted) {
  return values.reduce((best, value, k) => (Math.abs(value - wanted) < Math.abs(values[best] - wanted) ? k : best), 0);
}

// The counts of the model's own threshold are those of its own predictions, which may break ties in another way
function countsAt(data, k, start) {
  const [tp, fp] = k === start ? data.now : [data.tp[k], data.fp[k]];
  return { tp, fp, fn: data.positives - tp, tn: data.negatives - fp };
}

function ratio(part, whole) {
  return whole > 0 ? part / whole : null;
}

function thresholdTables(data, { tp, fp, fn, tn }) {
  const [precision, recall, specificity] = [ratio(tp, tp + fp), ratio(tp, tp + fn), ratio(tn, tn + fp)];
  const scores = [
    ["accuracy", ratio(tp + tn, tp + fp + fn + tn)],
    ["balanced accuracy", recall === null || specificity === null ? null : (recall + specificity) / 2],
    ["precision", precision], ["recall", recall], ["F1", ratio(2 * tp, 2 * tp + fp + fn)], ["false positive rate", ratio(fp, fp + tn)],
  ];
  const names = data.first ? [data.positive, data.negative] : [data.negative, data.positive];
  const matrix = data.first ? [[tp, fn], [fp, tn]] : [[tn, fp], [fn, tp]];
  const rows = matrix.map((row, k) => {
    const cells = row.map((count) => {
      const cell = el("td", { class: "number shaded" }, format(Number(count.toFixed(2))));
      cell.style.background = colour(ratio(count, row[0] + row[1]) ?? 0);
      return cell;
    });
    return el("tr", {}, el("th", { scope: "row" }, names[k]), ...cells);
  });
  const heads = names.map((name) => el("th", { scope: "col", class: "number" }, name));
  const counts = el("table", {}, el("caption", {}, "True class (rows), predicted class (columns)"), el("thead", {}, el("tr", {}, el("td", {}), ...heads)), el("tbody", {}, ...rows));
  const list = el("dl", { class: "facts" }, ...scores.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value === null ? "not defined" : percent(value))]));
  return [counts, list];
}
