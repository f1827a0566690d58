// What a network of two numbers answers everywhere, as a map with examples on it.

const CLASS_COLOURS = ["#2563eb", "#ea7317", "#0d9488", "#a21caf", "#ca8a04", "#dc2626", "#4d7c0f", "#0891b2", "#7c3aed", "#be185d", "#57534e", "#15803d"];
const [COLD, HOT] = [[37, 99, 235], [234, 115, 23]];

function drawBoundary(host, data) {
  const { names, x, y, classes, points } = data;
  const said = classes ? "the class that is predicted, the stronger the surer; dots are examples in the colour of their true class." : "what is predicted, from blue (least) to orange (most); dots are examples.";
  const dots = classes
    ? classes.map((name, c) => ({ kind: "dots", points: points.filter((one) => one[2] === c), name, swatch: CLASS_COLOURS[c % 12] }))
    : [{ kind: "dots", points, ink: 0 }];
  const number = formatFor([data.low, data.high]);
  const [east, north] = [x, y].map(formatFor);
  const shown = (value) => (classes ? classes[value] : number(value));
  const plot = plotIn(host, "What it predicts everywhere", {
    across: { label: names[0], scale: within(x) },
    up: { label: names[1], scale: within(y) },
    layers: [{ kind: "image", href: mapOf(data), at: [...x, ...y] }, { kind: "halo", points }, ...dots],
    readings: points.map(([a, b, truth]) => [a, b, `${names[0]} ${east(a)}, ${names[1]} ${north(b)}: true ${shown(truth)}`]),
    said,
    saved: { head: [...names, "truth"], rows: points.map(([a, b, truth]) => [a, b, shown(truth)]) },
  }, 420);
  plot.figure.classList.add("map");
  const range = classes ? "" : ` From ${number(data.low)} (blue) to ${number(data.high)} (orange).`;
  host.append(el("p", { class: "hint" }, `${sentence(said)}${range}`));
}

// The ends of the map, with round ticks within
function within([low, high]) {
  return scaleBetween(low, high, linearScale(low, high).ticks.filter((tick) => tick >= low && tick <= high));
}

function bytesOf(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

function mapOf({ side, cells, classes }) {
  const canvas = el("canvas", { width: side, height: side });
  const image = new ImageData(side, side);
  const least = classes ? 1 / classes.length : 0;
  bytesOf(cells).forEach((cell, k) => {
    const at = 4 * ((side - 1 - Math.floor(k / side)) * side + (k % side)); // rows of the map go upwards
    const share = cell / 255;
    const rgb = classes ? rgbOf(CLASS_COLOURS[Math.floor(cell / 16) % 12]) : COLD.map((low, c) => low + share * (HOT[c] - low));
    const sure = classes ? Math.max(0, ((cell % 16) / 15 - least) / (1 - least)) : Math.abs(2 * share - 1);
    image.data.set([...rgb, 255 * (0.08 + 0.42 * sure)], at);
  });
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas.toDataURL();
}

function rgbOf(hex) {
  return [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16));
}
