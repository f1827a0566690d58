// Where the units stand: columns from left to right, the units of a column from top to bottom.
const PITCH = 74, LEAST = 26, TOP = 58, TILE = 46;

// Columns in order: the inputs that units read, then the layers.
export function columnsOf(graph, units, subject, shapes) {
  const outputs = new Set(graph.boxes.filter((box) => box.role === "output").map((box) => box.name));
  const layers = new Set(units.map((unit) => unit.box)), columns = [];
  for (const unit of units) {
    for (const box of unit.from ?? []) {
      if (layers.has(box) || columns.some((column) => column.box === box)) continue;
      columns.push({ box, count: unit.pictures ? 1 : shapes[box] ?? subject.inputs, picture: unit.pictures, before: null, from: [], weights: [], bias: null, input: true });
    }
  }
  const layered = [...columns, ...units.map((unit) => ({ ...unit, input: (unit.from ?? []).length === 0, output: outputs.has(unit.box) }))];
  const loss = graph.boxes.find((box) => box.name === graph.loss);
  if (loss && !layers.has(loss.name)) layered.push({ box: loss.name, before: null, count: 1, from: [], weights: [], bias: null, loss: true });
  return layered;
}

// The room that the names of the inputs need on the left.
const roomOf = (columns, names) => (columns.some((column) => column.input && !column.picture) ? Math.min(92, 7.2 * Math.max(...names.map((name) => String(name).length)) + 8) : 0);

export function place(columns, width, names) {
  const most = Math.max(...columns.map((column) => column.count));
  const pictures = columns.some((column) => column.pictures), room = pictures ? 760 : 560;
  const pitch = Math.max(LEAST, Math.min(PITCH, room / most));
  const height = TOP + Math.max(170, most * pitch) + 12;
  const edge = Math.min(64, 30 + width / 40), left = Math.max(edge, roomOf(columns, names) + TILE / 2 + 4);
  const step = (width - left - edge) / Math.max(1, columns.length - 1), narrow = step < 112;
  const lines = narrow ? 27 : 16; // the numbers below a unit: two lines where columns are close together, else one
  const tile = Math.min(TILE, pitch < lines + 24 || pictures ? pitch - 8 : pitch - lines);
  const placed = columns.map((column, at) => {
    const x = left + at * step + (column.picture ? 12 : 0), middle = TOP + (height - TOP - 12) / 2;
    const ys = Array.from({ length: column.count }, (_, unit) => middle + (unit - (column.count - 1) / 2) * pitch);
    return { ...column, x, ys };
  });
  return { columns: placed, width, height, tile, step, narrow, roomy: pitch - tile >= lines - 2 };
}

// The weights that come into the units of a column: (box, its unit i, parameter, row of it). Several boxes may share a
// parameter: then its rows are those of the first box, then those of the second.
export function incoming(column, countOf) {
  const rows = [];
  let above = 0;
  (column.from ?? []).forEach((box, nth) => {
    const shared = column.weights.length < column.from.length, count = countOf(box);
    const parameter = column.weights[shared ? 0 : nth];
    for (let i = 0; i < count; i++) rows.push({ box, unit: i, parameter, row: shared ? above + i : i });
    above += count;
  });
  return rows;
}

// All edges: one for each weight. Bias weights stand at the units.
export function edgesOf(columns, theta, tile) {
  const by = Object.fromEntries(columns.map((column) => [column.box, column])), edges = [];
  for (const column of columns) {
    if (column.pictures) continue;
    for (const { box, unit, parameter, row } of incoming(column, (name) => by[name]?.count ?? 0)) {
      const source = by[box], weights = theta[parameter]?.[row];
      if (weights === undefined) continue;
      for (let j = 0; j < column.count; j++) {
        edges.push({ parameter, index: [row, j], value: weights[j], from: box, unit, to: column.box,
          path: curve(source.x + tile / 2, source.ys[unit], column.x - tile / 2, column.ys[j]) });
      }
    }
  }
  return edges;
}

function curve(x1, y1, x2, y2) {
  const bend = (x2 - x1) * 0.42;
  return `M${x1.toFixed(1)} ${y1.toFixed(1)}C${(x1 + bend).toFixed(1)} ${y1.toFixed(1)} ${(x2 - bend).toFixed(1)} ${y2.toFixed(1)} ${x2.toFixed(1)} ${y2.toFixed(1)}`;
}

// The lines from a picture to the units that look at it. Their weights are the images in the units.
export function pictureLines(columns, tile) {
  const picture = columns.find((column) => column.picture), above = columns.find((column) => column.pictures);
  return picture && above ? above.ys.map((y) => curve(picture.x + 46, picture.ys[0], above.x - tile / 2, y)) : [];
}

// The lines from the outputs to the loss, which have no weights.
export function lossLines(columns, tile) {
  const loss = columns.find((column) => column.loss), above = columns.filter((column) => column.output);
  if (!loss) return [];
  return above.flatMap((column) => column.ys.map((y) => curve(column.x + tile / 2, y, loss.x - tile / 2, loss.ys[0])));
}

// Width and strength of an edge of a weight. Where there are many edges, each has a share of its width.
export const shareOf = (count) => Math.min(1, Math.max(0.45, 12 / Math.sqrt(count)));
export const widthOf = (value, share = 1) => (typeof value === "number" ? share * Math.min(9, 0.8 + 2.7 * Math.sqrt(Math.abs(value))) : 2);
export const strengthOf = (value) => (typeof value === "number" ? Math.min(0.95, 0.25 + 0.5 * Math.sqrt(Math.abs(value))) : 0.5);
export const signOf = (value) => (typeof value !== "number" ? "odd" : value >= 0 ? "positive" : "negative");
