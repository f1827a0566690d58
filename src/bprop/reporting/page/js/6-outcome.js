// How the trained network does on rows that it was not trained on.

function drawOutcome(outcome) {
  show("outcome", Boolean(outcome));
  show("worst", Boolean(outcome?.worst.length));
  if (!outcome) return;
  byId("outcome-title").textContent = `On ${format(outcome.count)} ${outcome.name} example${outcome.count === 1 ? "" : "s"}`;
  byId("outcome-note").textContent = outcome.note;
  show("outcome-note", outcome.note !== "");
  byId("outcome-warnings").replaceChildren(...outcome.warnings.map((line) => el("li", {}, sentence(line))));
  show("outcome-warnings", outcome.warnings.length > 0);
  facts("measures", Object.entries(outcome.measures));
  show("measures", outcome.heads.length !== 1);
  byId("heads").replaceChildren();
  for (const head of outcome.heads) drawHead(byId("heads"), head, outcome.heads.length > 1);
  const movable = outcome.heads.some((head) => head.threshold); // which has a matrix of its own
  show("confusion", Boolean(outcome.confusion) && !movable);
  show("residuals", Boolean(outcome.residuals));
  if (outcome.confusion) drawConfusion(byId("confusion"), outcome.confusion);
  if (outcome.residuals) drawResiduals(byId("residuals"), outcome.residuals);
  drawPart("boundary", outcome.boundary, drawBoundary);
  drawPart("importance", outcome.importance, drawImportance);
  drawPart("features", outcome.features, drawFeatures);
  drawPart("filters", outcome.filters, drawFilters);
  if (outcome.worst.length) drawWorst(outcome.worst);
}

function drawPart(id, data, draw) {
  show(id, Boolean(data));
  byId(id).replaceChildren();
  if (data) draw(byId(id), data);
}

// A bar for each column: how much the loss grows when its cells are permuted
function drawImportance(host, { rows, repeats, columns, more }) {
  const most = Math.max(...columns.map(([, increase]) => increase ?? 0), 1e-300);
  const lines = columns.map(([name, increase, deviation, slope]) => {
    const bar = el("td", { class: "importance-bar" }, el("span", {}));
    bar.firstChild.style.width = `${Math.max(0, ((increase ?? 0) / most) * 100)}%`;
    const numbers = [increase, deviation, slope].map((value) => el("td", { class: "number" }, format(value)));
    return el("tr", {}, el("th", { scope: "row" }, name), bar, ...numbers);
  });
  const rest = more ? ` ${format(more)} further columns are not shown.` : "";
  const said = `The growth of the loss when the cells of the column are permuted, on ${format(rows)} examples (mean and deviation of ${repeats} permutations), and the mean size of gradient × input.${rest}`;
  const table = (some, others) => {
    const head = ["column", "", "permuted", "deviation", "gradient × input"].map((name) => headCell(name));
    return el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": others ? "Importance of the other columns" : "Importance of columns" },
      el("table", {}, el("caption", {}, others ? "The same for the other columns" : said), el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...some)));
  };
  const save = saving("Importance", () => ({ head: ["column", "increase of the loss", "deviation", "gradient x input"], rows: columns }));
  host.append(
    el("div", { class: "chart-top" }, el("h3", {}, "How much each column matters"), save),
    ...folded(lines, 10, "columns", table),
  );
}

function drawConfusion(host, { classes, counts, pairs }) {
  if (!counts) {
    const rows = pairs.map(([truth, taken, count]) => [truth, taken, count]);
    host.replaceChildren(table("The most frequent mistakes", ["true class", "predicted", "examples"], rows));
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
  const save = saving("Confusion matrix", () => ({ head: ["true class", ...classes], rows: counts.map((row, k) => [classes[k], ...row]) }));
  host.replaceChildren(save, el("table", {}, caption, thead, el("tbody", {}, ...rows)));
}

function drawWorst(worst) {
  const list = byId("worst-list");
  const pictures = worst.some((one) => one.image);
  list.className = pictures ? "pictures" : "";
  if (pictures) list.replaceChildren(...worst.map(worstCard));
  else list.replaceChildren(...folded(worst, 6, "examples", (some) => el("div", { class: "worst-rows" }, ...some.map(worstRow))));
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
