// Pictures of functions, and images: levels 0 .. 255 on a canvas, row by row from the top.
import { html, useLayoutEffect, useRef } from "../vendor/preact.js";
import { ramp, rgb, theme } from "./colours.js";

// The bytes of a map: base64, one byte a pixel.
export function bytes(text) {
  const raw = atob(text), levels = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) levels[i] = raw.charCodeAt(i);
  return levels;
}

// Each level is the place of a colour in `table`, three numbers a colour.
export function paint(canvas, levels, wide, high, table = ramp(canvas.parentElement)) {
  if (canvas.width !== wide) canvas.width = wide;
  if (canvas.height !== high) canvas.height = high;
  const context = canvas.getContext("2d"), image = context.createImageData(wide, high), data = image.data;
  for (let pixel = 0; pixel < wide * high; pixel++) {
    const place = 4 * pixel, colour = 3 * levels[pixel];
    data[place] = table[colour];
    data[place + 1] = table[colour + 1];
    data[place + 2] = table[colour + 2];
    data[place + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}

// The map of the whole network. Of several classes: each pixel has the colour of its class, paler where it is unsure.
export function paintMap(canvas, map) {
  const levels = bytes(map.pixels);
  if (map.of !== "class") { paint(canvas, levels, map.n, map.n); return; }
  const sure = bytes(map.certainty), around = canvas.parentElement, middle = rgb(around, "--map-mid");
  const colours = Array.from({ length: 10 }, (_, at) => rgb(around, `--class-${at}`));
  const table = new Uint8ClampedArray(3 * levels.length);
  const places = Uint32Array.from(levels, (_, place) => place);
  levels.forEach((label, place) => {
    const share = 0.15 + 0.55 * (sure[place] / 255), colour = colours[label % 10];
    for (let c = 0; c < 3; c++) table[3 * place + c] = middle[c] + (colour[c] - middle[c]) * share;
  });
  paint(canvas, places, map.n, map.n, table);
}

export function Tile({ levels, wide, high }) {
  const canvas = useRef(), now = theme.value;
  useLayoutEffect(() => { paint(canvas.current, typeof levels === "string" ? bytes(levels) : levels, wide, high); }, [levels, now]);
  return html`<canvas ref=${canvas} class="tile" aria-hidden="true"></canvas>`;
}

// Weights as levels: 0 in the middle, the largest of all images at the ends.
export function centred(images) {
  let most = 1e-12;
  for (const image of images) for (const value of image) if (Math.abs(value) > most) most = Math.abs(value);
  return images.map((image) => Uint8Array.from(image, (value) => Math.max(0, Math.min(255, Math.round(127.5 + (127.5 * value) / most)))));
}
