// The measure over the search, and each setting against the measure.

const scatters = [];

function chartsOf(page) {
  const over = new Scatter(`${page.measure} of each trial, and the best so far`, "", 300);
  byId("over").replaceChildren(over.figure);
  const each = page.settings.map((setting) => new Scatter(setting.name, setting.log ? `${setting.name} (logarithmic)` : setting.name, 210));
  byId("each").replaceChildren(...each.map((one) => one.figure));
  show("settings-of", each.length > 0);
  scatters.push(over, ...each);
}

function drawScatters() {
  const { page } = look;
  const [over, ...each] = scatters;
  over.under = look.across === "at" ? "seconds of searching" : "trial";
  over.set(page.trials, numbersAcross(page.trials, (trial) => trial[look.across], false, look.across === "number"), soFar(page));
  each.forEach((chart, k) => {
    const setting = page.settings[k];
    const value = (trial) => trial.settings[setting.name];
    const order = [...page.trials].sort((a, b) => (value(a) > value(b)) - (value(a) < value(b)) || a.number - b.number);
    chart.set(order, setting.values ? choicesAcross(setting) : numbersAcross(page.trials, value, setting.log, setting.whole));
  });
}

// The complete trials that were better than all before
function soFar({ trials, maximise }) {
  let best = null;
  return trials.filter((trial) => {
    const better = trial.state === "complete" && (best === null || (maximise ? trial.value > best : trial.value < best));
    if (better) best = trial.value;
    return better;
  });
}

function numbersAcross(trials, value, logarithmic, whole) {
  const scale = scaleOf(trials.map(value), logarithmic);
  const ticks = scale.ticks.filter((tick) => !whole || Number.isInteger(tick));
  return { at: (trial) => scale.at(value(trial)), ticks: ticks.map((tick) => [scale.at(tick), shortNumber(tick)]) };
}

// Choices side by side; the trials of a choice are spread by their number, so that they do not lie on each other
function choicesAcross({ name, values }) {
  const place = (k, shift) => (k + 0.5 + shift) / values.length;
  const at = (trial) => {
    const k = values.indexOf(String(trial.settings[name] ?? "none"));
    return k < 0 ? null : place(k, (((trial.number * 0.618) % 1) - 0.5) * 0.6);
  };
  return { at, ticks: values.map((value, k) => [place(k, 0), value]) };
}
