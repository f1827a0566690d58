// From values to places on an axis.

// values -> {at(value): a number in [0, 1] or null, ticks: [values]}
function scaleOf(values, logarithmic) {
  const usable = values.filter((v) => Number.isFinite(v) && (!logarithmic || v > 0));
  if (!usable.length) return { at: () => null, ticks: [] };
  const low = usable.reduce((a, b) => Math.min(a, b));
  const high = usable.reduce((a, b) => Math.max(a, b));
  return logarithmic ? logScale(low, high) : linearScale(low, high);
}

function linearScale(low, high) {
  if (low === high) [low, high] = [low - (Math.abs(low) || 1) / 2, high + (Math.abs(high) || 1) / 2];
  const step = niceStep(high / 4 - low / 4);
  const first = Math.floor(low / step);
  const last = Math.ceil(high / step);
  const ticks = [];
  for (let k = first; k <= last; k += 1) ticks.push(Number((k * step).toPrecision(12)));
  return scaleBetween(ticks[0], ticks[ticks.length - 1], ticks);
}

// A linear scale with these very ends
function scaleBetween(bottom, top, ticks) {
  const unit = Math.max(Math.abs(bottom), Math.abs(top)) || 1; // so that no difference overflows
  const span = top / unit - bottom / unit;
  return { at: (v) => (Number.isFinite(v) ? (v / unit - bottom / unit) / span : null), ticks };
}

const SHARES = scaleBetween(0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]);
const STEPS_OF_DECADE = [1, 2, 5];
const FEW_DECADES = 2.4;

// Ends and labels at 1, 2 and 5 times powers of ten; over many decades, labels at powers of ten alone
function logScale(low, high) {
  const marks = [];
  for (let k = Math.floor(Math.log10(low) + 1e-9); k <= Math.ceil(Math.log10(high) - 1e-9) + 1; k += 1) {
    marks.push(...STEPS_OF_DECADE.map((step) => Number(`${step}e${k}`)).filter((mark) => mark > 0 && Number.isFinite(mark)));
  }
  const below = marks.filter((mark) => mark <= low * (1 + 1e-9));
  const bottom = below.length ? below[below.length - 1] : marks[0];
  const top = marks.find((mark) => mark >= high * (1 - 1e-9) && mark > bottom) ?? marks[marks.length - 1];
  const [from, span] = [Math.log10(bottom), Math.log10(top) - Math.log10(bottom)];
  const within = marks.filter((mark) => mark >= bottom && mark <= top);
  const powers = within.filter((mark) => /^1(e|0*$)|^0\.0*1$/.test(String(mark)));
  const every = Math.ceil(span / 6);
  const ticks = span <= FEW_DECADES ? within : powers.filter((_, k) => k % every === 0);
  return { at: (v) => (v > 0 ? (Math.log10(v) - from) / span : null), ticks };
}

function niceStep(rough) {
  const size = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((k) => k * size).find((step) => step >= rough * 0.999);
}

// The texts of ticks: with so many digits that they differ, also of numbers far from 0
function tickTexts(ticks) {
  const texts = ticks.map(shortNumber);
  for (let digits = 4; digits <= 15 && new Set(texts).size < ticks.length; digits += 1) {
    texts.splice(0, texts.length, ...ticks.map((tick) => Number(tick.toPrecision(digits)).toLocaleString("en", { maximumSignificantDigits: digits })));
  }
  return texts;
}

function shortNumber(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  return size >= 1e-3 && size < 1e5 ? String(value) : Number(value.toPrecision(3)).toExponential().replace("e+", "e");
}
