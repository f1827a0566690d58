// From values to places on an axis.

// values -> {at(value): a number in [0, 1] or null, ticks: [values]}
function scaleOf(values, logarithmic) {
  const usable = values.filter((v) => Number.isFinite(v) && (!logarithmic || v > 0));
  if (!usable.length) return { at: () => null, ticks: [] };
  let low = usable.reduce((a, b) => Math.min(a, b));
  let high = usable.reduce((a, b) => Math.max(a, b));
  return logarithmic ? logScale(low, high) : linearScale(low, high);
}

function linearScale(low, high) {
  if (low === high) [low, high] = [low - (Math.abs(low) || 1) / 2, high + (Math.abs(high) || 1) / 2];
  const step = niceStep((high - low) / 4);
  const first = Math.floor(low / step);
  const last = Math.ceil(high / step);
  const ticks = [];
  for (let k = first; k <= last; k += 1) ticks.push(Number((k * step).toPrecision(12)));
  const [bottom, top] = [ticks[0], ticks[ticks.length - 1]];
  return { at: (v) => (Number.isFinite(v) ? (v - bottom) / (top - bottom) : null), ticks };
}

function logScale(low, high) {
  let bottom = Math.floor(Math.log10(low) + 1e-9);
  let top = Math.ceil(Math.log10(high) - 1e-9);
  if (bottom === top) top = bottom + 1;
  const skip = Math.ceil((top - bottom) / 5);
  const ticks = [];
  for (let k = bottom; k <= top; k += skip) ticks.push(Number(`1e${k}`));
  return { at: (v) => (v > 0 ? (Math.log10(v) - bottom) / (top - bottom) : null), ticks };
}

function niceStep(rough) {
  const size = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((k) => k * size).find((step) => step >= rough * 0.999);
}

function shortNumber(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  return size >= 1e-3 && size < 1e5 ? String(value) : Number(value.toPrecision(3)).toExponential().replace("e+", "e");
}
