// Pictures of functions: pixels between 0 and 1 on a canvas, the first row at the bottom.
import { html, useLayoutEffect, useRef } from "../vendor/preact.js";
import { ramp, theme } from "./colours.js";

export function paint(canvas, pixels, wide, high, flip = true) {
  if (canvas.width !== wide) canvas.width = wide;
  if (canvas.height !== high) canvas.height = high;
  const table = ramp(canvas.parentElement), context = canvas.getContext("2d");
  const image = context.createImageData(wide, high), data = image.data;
  for (let row = 0; row < high; row++) {
    const from = (flip ? high - 1 - row : row) * wide;
    for (let column = 0; column < wide; column++) {
      const value = pixels[from + column], place = 4 * (row * wide + column);
      const colour = 3 * Math.max(0, Math.min(255, Math.round(255 * value)));
      for (let c = 0; c < 3; c++) data[place + c] = table[colour + c];
      data[place + 3] = typeof value === "number" ? 255 : 0;
    }
  }
  context.putImageData(image, 0, 0);
}

export function Tile({ pixels, wide, high, flip = true, class: name = "" }) {
  const canvas = useRef();
  const now = theme.value;
  useLayoutEffect(() => { paint(canvas.current, pixels, wide, high, flip); }, [pixels, now]);
  return html`<canvas ref=${canvas} class=${"tile " + name} aria-hidden="true"></canvas>`;
}

// Weights as pixels: 0 in the middle, the largest of all images at the ends.
export function centred(images) {
  let most = 1e-12;
  for (const image of images) for (const value of image) if (Math.abs(value) > most) most = Math.abs(value);
  return images.map((image) => image.map((value) => (typeof value === "number" ? 0.5 + value / most / 2 : 0.5)));
}

// The pixels of the network's output as numbers between 0 and 1: probabilities as they are, others about 0.
export function spread(map) {
  if (map.of.startsWith("P(")) return map.pixels;
  return centred([map.pixels])[0];
}
