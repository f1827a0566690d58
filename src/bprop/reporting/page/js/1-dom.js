// Making elements. All text goes in as text nodes, never as markup.

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.map((child) => (child instanceof Node ? child : String(child))));
  return node;
}

function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function byId(id) {
  return document.getElementById(id);
}

function show(id, shown) {
  byId(id).hidden = !shown;
}

// A message as a sentence: with a capital and a full stop
function sentence(text) {
  return `${text[0].toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
}

function format(value) {
  if (value === null || value === undefined) return "–";
  if (typeof value !== "number") return String(value);
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return value.toLocaleString("en");
  const size = Math.abs(value);
  return size >= 1e-3 && size < 1e6 ? String(Number(value.toPrecision(4))) : value.toExponential(2);
}

// A function that shows numbers with so many digits that they are told apart, also where they lie far from 0
function formatFor(values) {
  const known = values.filter(Number.isFinite);
  const [low, high] = known.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], [Infinity, -Infinity]);
  const size = Math.max(Math.abs(low), Math.abs(high));
  const digits = high > low ? Math.min(15, 4 + Math.max(0, Math.ceil(Math.log10(size) - Math.log10(high - low)))) : 4;
  const shown = { maximumSignificantDigits: digits };
  return (value) => (digits > 5 && Number.isFinite(value) ? value.toLocaleString("en", shown) : format(value));
}

// The first of many things, and the others behind a line that says how many they are. holding(some): the element with some
function folded(things, first, others, holding) {
  if (things.length < first + 3) return [holding(things, false)];
  const summary = el("summary", {}, `${format(things.length - first)} more ${others}`);
  return [holding(things.slice(0, first), false), el("details", { class: "others" }, summary, holding(things.slice(first), true))];
}

function facts(id, pairs) {
  const list = byId(id);
  list.replaceChildren(...pairs.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, format(value))]));
}

// A cell of a table's head: a <th> where it has a name
function headCell(name, kind = null) {
  return name === "" ? el("td", {}) : el("th", { scope: "col", class: kind }, name);
}

// head: names of columns; rows: arrays of values; numbers are set to the right.
function table(caption, head, rows) {
  const cell = (value) => el("td", { class: typeof value === "number" ? "number" : null }, format(value));
  const numeric = (k) => rows.length > 0 && typeof rows[0][k] === "number";
  const heads = head.map((name, k) => headCell(name, numeric(k) ? "number" : null));
  return el(
    "table", {}, el("caption", {}, caption), el("thead", {}, el("tr", {}, ...heads)),
    el("tbody", {}, ...rows.map((row) => el("tr", {}, ...row.map(cell)))),
  );
}
