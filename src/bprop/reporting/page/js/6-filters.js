// The weights of the first layer as pictures: what each of its units looks for.

function drawFilters(host, { layer, height, width, channels, units, more }) {
  const rest = more ? ` ${format(more)} more have smaller ones.` : "";
  const head = ["unit", "norm", ...[...Array(height * width * channels).keys()].map((k) => `w${k}`)];
  const rows = () => units.map(([unit, norm, bytes]) => [unit, norm, ...[...bytesOf(bytes)].map((byte) => byte - 128)]);
  host.append(
    el("div", { class: "chart-top" }, el("h3", {}, `The weights of the first layer, ${layer}, as pictures`), saving("Weights of the first layer", () => ({ head, rows: rows() }))),
    el("p", { class: "hint" }, `A picture for each unit, the largest weights first: orange counts for it, blue against it, each by its own largest weight.${rest}`),
    el("div", { class: "filters" }, ...units.map(([unit, norm, bytes]) => filterOf(bytesOf(bytes), height, width, channels, `Unit ${unit}, norm ${format(norm)}`))),
  );
}

function filterOf(bytes, height, width, channels, said) {
  const canvas = el("canvas", { width, height, role: "img", "aria-label": said, title: said });
  const image = new ImageData(width, height);
  for (let k = 0; k < width * height; k += 1) {
    if (channels === 3) image.data.set([0, 1, 2].map((c) => bytes[3 * k + c]), 4 * k);
    else image.data.set(signedColour((bytes[k] - 128) / 127), 4 * k);
    image.data[4 * k + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

// From -1, blue, over 0, white, to 1, orange
function signedColour(value) {
  const end = value < 0 ? COLD : HOT;
  return end.map((part) => 255 + Math.min(1, Math.abs(value)) * (part - 255));
}
