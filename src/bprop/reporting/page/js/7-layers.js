// The layers of the network: what each has to learn, and what it costs.

function drawLayers(layers) {
  show("layers", Boolean(layers?.layers.length));
  if (!layers?.layers.length) return;
  const { layers: rows, more, parameters, multiply_adds: cost } = layers;
  const head = ["box", "computes", "gives", "parameters", "multiply-adds"];
  const rest = more ? ` ${format(more)} further layers are not shown.` : "";
  const said = `${format(parameters)} parameters; ${format(cost)} multiply-adds of products and convolutions for one example forward, about three times as many for an update.${rest}`;
  byId("layer-table").replaceChildren(table(said, head, rows));
  byId("layer-save").replaceChildren(saving("Layers", () => ({ head, rows })));
}
