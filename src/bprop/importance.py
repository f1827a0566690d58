"""How much each column matters to a model: permutation importance, and gradient x input.

Sources: Breiman, Random forests (2001), for permutation; Shrikumar, Greenside and Kundaje, Learning important features
through propagating activation differences (2017), for gradient x input.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from bprop.box import Box
from bprop.boxes import Softmax, log
from bprop.boxes import sum as sum_of
from bprop.data import DataSet
from bprop.graph import Graph
from bprop.leaves import Input
from bprop.model import Model

Inputs = Mapping[str, Any]
"""{input: the numbers of its features that belong to a column, or None for all of it}"""
Arrays = Mapping[str, np.ndarray]


def permutation_importance(
    measure: Callable[[Arrays], float], arrays: Arrays, columns: Mapping[str, Inputs], repeats: int, seed: int = 0
) -> dict[str, tuple[float, float]]:
    """{column: (mean, standard deviation) of measure(permuted) - measure(arrays)} over `repeats` permutations.

    All inputs of a column are permuted together, so that each row gets whole cells of another row. The permutations of
    a column depend on the seed and on its place alone.

    measure : a number that is smaller where the model is better, such as the loss.

    >>> x = np.arange(8.0).reshape(4, 2)
    >>> scores = permutation_importance(lambda a: float(abs(a["x"][:, 0] - x[:, 0]).sum()), {"x": x},
    ...                                 {"first": {"x": [0]}, "second": {"x": [1]}}, repeats=3)
    >>> scores["first"][0] > 0, scores["second"]
    (True, (0.0, 0.0))
    """
    base, importance = measure(arrays), {}
    for place, (column, inputs) in enumerate(columns.items()):
        rng = np.random.default_rng(np.random.SeedSequence([seed, 5, place]))
        grown = [measure(permuted(arrays, inputs, rng)) - base for _ in range(repeats)]
        importance[column] = float(np.mean(grown)), float(np.std(grown, ddof=1)) if repeats > 1 else 0.0
    return importance


def permuted(arrays: Arrays, inputs: Inputs, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """The arrays, in which the rows of some inputs, or of some of their features, are permuted together."""
    changed = dict(arrays)
    order = rng.permutation(len(next(iter(arrays.values()))))
    for name, features in inputs.items():
        array = arrays[name]
        if features is None:
            changed[name] = array[order]
        else:
            changed[name] = array.copy()
            changed[name][:, features] = array[order][:, features]
    return changed


def gradient_times_input(
    graph: Graph, params: Mapping[str, Any], arrays: Arrays, columns: Mapping[str, Inputs], chosen: np.ndarray | None
) -> dict[str, np.ndarray]:
    """{column: (N,) sum over its inputs of (input - its mean) * d g / d input}, the first-order change of the output.

    g is log f_c of probabilities, c the class chosen for each row, and else f, of several outputs their sum. Of a row
    number that is looked up (an embedding), the input is what it looks up.

    chosen : (N,) numbers of classes; None where there are none.
    """
    score, weights = _score(graph)
    data = {name: array for name, array in arrays.items() if name in graph.predictor.inputs}
    if weights is not None:
        shape = _fixed_dims(graph.outputs["f"])
        rows = len(next(iter(data.values())))
        data[weights] = np.ones((rows, *shape)) if chosen is None else np.eye(shape[-1])[chosen]
    whole = Graph(loss=score)
    looked_up = _looked_up(whole)
    wanted = [*(n for n, box in whole.inputs.items() if n in data and box.spec.kind == "float" and n != weights)]
    boxes = [box for boxes_of in looked_up.values() for box in boxes_of]
    values = whole.fprop(params, data, training=False)
    rows = len(next(iter(data.values())))
    grads = whole.bprop(values, inputs=[*wanted, *boxes])
    products = {name: _product(values[name], grads[name], rows) for name in wanted}
    for name, boxes_of in looked_up.items():
        each = [_product(values[box], grads[box], rows).sum(axis=1, keepdims=True) for box in boxes_of]
        products[name] = np.sum(each, axis=0)
    return {column: _of_column(inputs, products, rows) for column, inputs in columns.items()}


def _score(graph: Graph) -> tuple[Box, str | None]:
    """(g (N,), the name of an input with a weight for each output, if there are several)."""
    f = graph.outputs["f"]
    g = log(f) if isinstance(f, Softmax) else f
    if len(g.dims) == 1:
        return g, None
    name = "weights of outputs"
    return sum_of(g * Input(name, _fixed_dims(g)), axis=tuple(range(1, len(g.dims)))), name


def _fixed_dims(box: Box) -> tuple[int, ...]:
    """The shape of one example of a box."""
    return tuple(size for size in box.dims[1:] if isinstance(size, int))


def _looked_up(graph: Graph) -> dict[str, list[Box]]:
    """{input of whole numbers: the boxes that look them up}."""
    boxes: dict[str, list[Box]] = {}
    for box in graph.order:
        for child in box.children:
            if isinstance(child, Input) and child.spec.kind == "int" and box.spec.kind == "float":
                boxes.setdefault(graph.names[child], []).append(box)
    return boxes


def _product(value: Any, grad: Any, rows: int) -> np.ndarray:
    """(N, D) (value - its mean) * gradient of each row's own output: the objective is the mean over rows."""
    value = np.asarray(value, np.float64).reshape(rows, -1)
    return (value - value.mean(axis=0)) * np.asarray(grad, np.float64).reshape(rows, -1) * rows


def _of_column(inputs: Inputs, products: Mapping[str, np.ndarray], rows: int) -> np.ndarray:
    total = np.zeros(rows)
    for name, features in inputs.items():
        if name in products:
            total += (products[name] if features is None else products[name][:, features]).sum(axis=1)
    return total


def importance_of(
    model: Model, arrays: Arrays, weights: np.ndarray, columns: Mapping[str, Inputs],
    repeats: int, seed: int,
) -> dict[str, Any]:  # fmt: skip
    """{"measure", "rows", "repeats", "columns": [{"column", "increase", "deviation", "gradient_times_input"}]}, the
    most important column first, of arrays as the network sees them, with targets.

    increase, deviation : of the loss, over permutations. gradient_times_input : its mean size over the rows.
    """

    def loss(changed: Any) -> float:
        return float(model.evaluate(DataSet(dict(changed), weights))["loss"])

    grown = permutation_importance(loss, arrays, columns, repeats, seed)
    f = model.graph.predict(model.params, {n: a for n, a in arrays.items() if n in model.graph.predictor.inputs})
    f = np.asarray(f["f"] if isinstance(f, dict) else f)
    chosen = f.argmax(axis=-1) if model.notes.get("classes") and f.ndim == 2 else None
    slopes = gradient_times_input(model.graph, model.params, arrays, columns, chosen)
    entries = [
        {
            "column": name, "increase": increase, "deviation": deviation,
            "gradient_times_input": float(np.average(np.abs(slopes[name]), weights=weights)),
        }
        for name, (increase, deviation) in grown.items()
    ]  # fmt: skip
    entries.sort(key=lambda one: -one["increase"])
    return {"measure": "loss", "rows": len(weights), "repeats": repeats, "columns": entries}
