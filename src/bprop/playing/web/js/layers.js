// The layers of a network on images, which is too large to be sent unit by unit: its picture stands for the inputs, and
// the weights of the first layer stand in its units, as images. The other weights are edges, where they are few.
const MOST_UNITS = 40, MOST_EDGES = 700;

export function layersOf(graph, images) {
  if (graph.units || !images) return graph.units;
  const named = Object.fromEntries(graph.boxes.map((box) => [box.name, box])), layers = [];
  for (const box of graph.boxes) {
    const [below, weights, bias] = box.children ?? [];
    if (box.kind !== "Linear" || named[weights]?.role !== "parameter" || box.shape.length !== 1) continue;
    const above = graph.boxes.filter((each) => each.children?.includes(box.name) && each.role !== "loss");
    const unit = above.length === 1 && above[0].children.length === 1 && above[0].shape.join() === box.shape.join() ? above[0] : box;
    layers.push({ box: unit.name, before: box.name, count: box.shape[0], from: [below], weights: [weights], bias: bias ?? null });
  }
  const edges = layers.slice(1).reduce((sum, layer, at) => sum + layer.count * layers[at].count, 0);
  const chained = layers.every((layer, at) => at === 0 || layer.from[0] === layers[at - 1].box);
  const small = layers.length > 0 && layers.every((layer) => layer.count <= MOST_UNITS) && edges <= MOST_EDGES;
  if (!small || !chained || layers[0].weights[0] !== images.parameter) return null;
  return layers.map((layer, at) => (at === 0 ? { ...layer, pictures: true } : layer));
}
