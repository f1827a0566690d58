// The measure of each trial after each epoch, as thin lines; that of the best is thick.

const TALL = 280;

function drawEpochs() {
  const { page } = look;
  const drawn = page.trials.filter((trial) => trial.curve.filter(([, value]) => value !== null).length > 1);
  show("curves", drawn.length > 0);
  if (!drawn.length) return;
  const host = byId("epochs");
  const width = Math.max(260, Math.min(960, host.clientWidth || 480));
  const scale = measureScale(drawn.flatMap((trial) => trial.curve.map(([, value]) => ({ value, state: trial.state }))));
  const last = Math.max(...drawn.map((trial) => trial.curve[trial.curve.length - 1][0]));
  const across = linearScale(1, Math.max(2, last));
  const x = (epoch) => EDGE.left + across.at(epoch) * (width - EDGE.left - EDGE.right);
  const y = (value) => TALL - EDGE.bottom - scale.at({ value }) * (TALL - EDGE.top - EDGE.bottom);
  const rows = scale.ticks.flatMap((value) => [
    svg("line", { class: "axis", x1: EDGE.left, x2: width - EDGE.right, y1: y(value), y2: y(value) }),
    svg("text", { class: "tick", x: EDGE.left - 6, y: y(value) + 4, "text-anchor": "end" }, shortNumber(value)),
  ]);
  const columns = across.ticks.filter(Number.isInteger).map((epoch) =>
    svg("text", { class: "tick", x: x(epoch), y: TALL - EDGE.bottom + 17, "text-anchor": "middle" }, shortNumber(epoch)),
  );
  const under = svg("text", { class: "tick", x: width / 2, y: TALL - 8, "text-anchor": "middle" }, "epoch");
  const order = [...drawn].sort((a, b) => (a.number === page.best) - (b.number === page.best));
  const lines = order.map((trial) => svg("path", { class: trial.number === page.best ? "trace best" : "trace", d: traceOf(trial, x, y) }));
  const said = `${page.measure} after each epoch of ${drawn.length} trials; the best, trial ${page.best}, is the thick line`;
  const title = `${page.measure} on validation rows by epoch${page.folds ? ", of the first fold" : ""}`;
  const picture = svg("svg", { viewBox: `0 0 ${width} ${TALL}`, role: "img", "aria-label": said }, ...rows, ...columns, under, ...lines);
  host.replaceChildren(el("figure", { class: "chart" }, el("figcaption", {}, title), picture));
  byId("curves-note").textContent = "A line for each trial: it ends where the trial ended. The thick line is the best trial.";
}

function traceOf(trial, x, y) {
  let [path, drawing] = ["", false];
  trial.curve.forEach(([epoch, value]) => {
    if (value !== null) path += `${drawing ? "L" : "M"}${x(epoch).toFixed(1)} ${y(value).toFixed(1)}`;
    drawing = value !== null;
  });
  return path || "M0 0";
}
