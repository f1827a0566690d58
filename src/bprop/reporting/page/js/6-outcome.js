// How the trained network does on rows that it was not trained on.

function drawOutcome(outcome) {
  show("outcome", Boolean(outcome));
  show("worst", Boolean(outcome?.worst.length));
  if (!outcome) return;
  byId("outcome-title").textContent = `On ${format(outcome.count)} ${outcome.name} examples`;
  byId("outcome-note").textContent = outcome.note;
  show("outcome-note", outcome.note !== "");
  byId("outcome-warnings").replaceChildren(...outcome.warnings.map((line) => el("li", {}, sentence(line))));
  show("outcome-warnings", outcome.warnings.length > 0);
  facts("measures", Object.entries(outcome.measures));
  show("confusion", Boolean(outcome.confusion));
  show("residuals", Boolean(outcome.residuals));
  if (outcome.confusion) drawConfusion(outcome.confusion);
  if (outcome.residuals) drawResiduals(outcome.residuals);
  show("importance", Boolean(outcome.importance));
  if (outcome.importance) drawImportance(outcome.importance);
  if (outcome.worst.length) drawWorst(outcome.worst);
}

// A bar for each column: how much the loss grows when its cells are permuted
function drawImportance({ rows, repeats, columns, more }) {
  const most = Math.max(...columns.map(([, increase]) => increase ?? 0), 1e-300);
  const lines = columns.map(([name, increase, deviation, slope]) => {
    const bar = el("td", { class: "importance-bar" }, el("span", {}));
    bar.firstChild.style.width = `${Math.max(0, ((increase ?? 0) / most) * 100)}%`;
    const numbers = [increase, deviation, slope].map((value) => el("td", { class: "number" }, shortNumber(value)));
    return el("tr", {}, el("th", { scope: "row" }, name), bar, ...numbers);
  });
  const head = ["column", "", "permuted", "deviation", "gradient × input"].map((name) => el("th", { scope: "col" }, name));
  const rest = more ? ` ${format(more)} further columns are not shown.` : "";
  const said = `How much each column matters: the growth of the loss when the cells of the column are permuted, on ${format(rows)} examples (mean and deviation of ${repeats} permutations), and the mean size of gradient × input.${rest}`;
  const thead = el("thead", {}, el("tr", {}, ...head));
  byId("importance").replaceChildren(el("table", {}, el("caption", {}, said), thead, el("tbody", {}, ...lines)));
}

function drawConfusion({ classes, counts, pairs }) {
  if (!counts) {
    const rows = pairs.map(([truth, taken, count]) => [truth, taken, count]);
    byId("confusion").replaceChildren(table("The most frequent mistakes", ["true class", "predicted", "examples"], rows));
    return;
  }
  const head = classes.map((name) => el("th", { scope: "col", class: "number" }, name));
  const rows = counts.map((row, k) => {
    const total = row.reduce((a, b) => a + b, 0) || 1;
    const cells = row.map((count) => {
      const cell = el("td", {}, count);
      cell.style.background = colour(count / total);
      return cell;
    });
    return el("tr", {}, el("th", { scope: "row" }, classes[k]), ...cells);
  });
  const caption = el("caption", {}, "True class (rows) and predicted class (columns)");
  const thead = el("thead", {}, el("tr", {}, el("td", {}), ...head));
  byId("confusion").replaceChildren(el("table", {}, caption, thead, el("tbody", {}, ...rows)));
}

function drawResiduals(columns) {
  byId("residuals").replaceChildren(...columns.map(residualPlot));
}

// Difference (prediction - truth) over prediction: what a good fit leaves is a band around 0
function residualPlot({ name, predicted, truth }) {
  const [width, height] = [560, 300];
  const rests = predicted.map((value, k) => value - truth[k]);
  const [across, up] = [scaleOf(predicted, false), scaleOf([...rests, 0], false)];
  const x = (value) => 60 + across.at(value) * (width - 80);
  const y = (value) => height - 44 - up.at(value) * (height - 60);
  const parts = up.ticks.flatMap((value) => [
    svg("line", { class: "axis", x1: 60, x2: width - 20, y1: y(value), y2: y(value), "stroke-width": value === 0 ? 2.5 : 1 }),
    svg("text", { class: "tick", x: 54, y: y(value) + 4, "text-anchor": "end" }, shortNumber(value)),
  ]);
  const dots = rests.map((rest, k) => svg("circle", { class: "point ink-0", cx: x(predicted[k]), cy: y(rest), r: 2.5, "fill-opacity": 0.5 }));
  const ticks = across.ticks.map((value) =>
    svg("text", { class: "tick", x: x(value), y: height - 26, "text-anchor": "middle" }, shortNumber(value)),
  );
  const title = svg("text", { class: "tick", x: width / 2, y: height - 6, "text-anchor": "middle" }, "prediction");
  const said = `Residuals of ${name}: prediction minus truth, by prediction, for ${rests.length} examples`;
  const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": said }, ...parts, ...dots, ...ticks, title);
  return el("figure", { class: "chart" }, el("figcaption", {}, `${name}: prediction − truth, by prediction`), picture);
}

function drawWorst(worst) {
  const list = byId("worst-list");
  const pictures = worst.some((one) => one.image);
  list.className = pictures ? "pictures" : "";
  list.replaceChildren(...worst.map((one) => (pictures ? worstCard(one) : worstRow(one))));
}

function verdict(one) {
  const lines = [`${one.row}: loss ${format(one.loss)}`, `true ${format(one.truth)}, predicted ${format(one.predicted)}`];
  if (one.top.length) lines.push(one.top.map(([name, p]) => `${name} ${(100 * p).toFixed(1)}%`).join(", "));
  return lines.map((line) => el("p", {}, line));
}

function worstCard(one) {
  const card = el("figure", { class: "card" });
  if (one.image) card.append(picture(one.image, `${one.row}: true ${format(one.truth)}, predicted ${format(one.predicted)}`));
  card.append(...verdict(one));
  return card;
}

function worstRow(one) {
  const cells = one.cells.map(([name, value]) => `${name} ${format(value)}`).join(" · ");
  return el("div", { class: "worst-row" }, ...verdict(one), el("p", { class: "hint" }, cells));
}

// grey levels or colours, 0..255, row by row
function picture({ height, width, channels, bytes }, said) {
  const canvas = el("canvas", { width, height, role: "img", "aria-label": said });
  const image = new ImageData(width, height);
  for (let k = 0; k < width * height; k += 1) {
    for (let c = 0; c < 3; c += 1) image.data[4 * k + c] = bytes[k * channels + (channels === 3 ? c : 0)];
    image.data[4 * k + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}
