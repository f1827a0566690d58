"""Sixty graphs, on pages of 420, 1024 and 1440 pixels, upwards and to the right: no boxes overlap, no text leaves its
frame, no edge crosses a box, and the drawing is not much larger than its boxes."""

import sys
from functools import reduce
from operator import add
from pathlib import Path

import numpy as np
import pytest
from tests.draw.test_layout import check

import bprop as bp

sys.path.insert(0, str(Path(__file__).parent.parent.parent))  # the fuzzers are no part of the package

from fuzz.graphs.case import make_graph
from fuzz.graphs.generate import generate

WIDTHS = (420, 1024, 1440)
HOSTILE = [
    "</text><script>",
    "層" * 30,
    "🧠" * 20,
    "a\nb",
    "W" * 80,
    "x\x00\x1b",
    "encoder.layers.11.attention.key.weight",
    "&<>\"'",
]


def total(terms, how):
    """A sum of many terms of one input."""
    x = bp.Input("x", (3,))
    make = (
        lambda k: bp.tanh(float(k + 2) * x),
        lambda k: bp.tanh(x * bp.Parameter(f"w{k}", (3,))),
        lambda k: bp.linear(x, bp.Parameter(f"W{k}", (3, 3)), bp.Parameter(f"b{k}", (3,))),
    )[how]
    return bp.Graph(outputs={"f": reduce(add, map(make, range(terms)))})


def fan(terms):
    """Many boxes of one into one."""
    x = bp.Input("x", (2,))
    return bp.Graph(outputs={"f": bp.concat(*(bp.tanh(x * bp.Parameter(f"w{k}", (2,))) for k in range(terms)))})


def columns(count):
    """Many inputs of one box."""
    inputs = [bp.Input(f"column {k}", (1,)) for k in range(count)]
    return bp.Graph(
        outputs={"f": bp.linear(bp.concat(*inputs), bp.Parameter("W", (count, 3)), bp.Parameter("b", (3,)))}
    )


def table(columns):
    return bp.tabular([0, 16, 2], {f"col{k}": (50, 8) for k in range(columns)}, l2=0.1)


def skips(length, apart):
    """A chain with skips over some boxes."""
    boxes = [bp.Input("x", (4,))]
    for k in range(length):
        boxes.append(bp.tanh(boxes[-1]) + boxes[max(0, k - apart)])
    return bp.Graph(outputs={"f": bp.tanh(boxes[-1])})


def dense(layers):
    boxes = [bp.Input("x", (2,))]
    for k in range(1, layers):
        boxes.append(
            bp.tanh(bp.linear(bp.concat(*boxes), bp.Parameter(f"W{k}", (2 * k, 2)), bp.Parameter(f"b{k}", (2,))))
        )
    return bp.Graph(outputs={"f": boxes[-1]})


def unrolled(steps):
    """Shared parameters, with a penalty."""
    W, U, b = bp.Parameter("W", (3, 3)), bp.Parameter("U", (3, 3)), bp.Parameter("b", (3,))
    h = bp.tanh(bp.Input("x0", (3,)) @ U + b)
    for t in range(1, steps):
        h = bp.tanh(bp.Input(f"x{t}", (3,)) @ U + h @ W + b)
    return bp.Graph(loss=bp.squared_error(h, bp.Input("y", (3,))), penalty=0.1 * bp.l2(W, U), outputs={"f": h})


def diamonds(count):
    h = bp.Input("x", (3,))
    for _ in range(count):
        h = bp.tanh(h) * bp.sigmoid(h)
    return bp.Graph(outputs={"f": bp.exp(h)})


def hostile(seed):
    x = bp.Input(HOSTILE[seed % len(HOSTILE)], (4,))
    boxes = [bp.tanh(x * bp.Parameter(f"w {name}", (4,)), name=f"tanh {name}") for name in HOSTILE]
    return bp.Graph(outputs={"f": bp.concat(*boxes), "g": reduce(add, boxes)})


def wired(seed):
    """Boxes that take any before them."""
    rng = np.random.default_rng(seed)
    boxes = [bp.Input("x", (3,)), bp.Input("z", (3,)), bp.Parameter("w", (3,)), bp.Parameter("v", (3,))]
    for k in range(int(rng.integers(10, 60))):
        one, other = (boxes[i] for i in rng.integers(max(0, len(boxes) - 12), len(boxes), 2))
        boxes.append([bp.add, bp.multiply][k % 2](one, other))
    last = boxes[-1] + boxes[0]
    return bp.Graph(
        loss=bp.squared_error(last, bp.Input("y", (3,))), penalty=0.1 * bp.l2(*boxes[2:4]), outputs={"f": last}
    )


GRAPHS = {
    **{f"fuzzed {seed}": lambda seed=seed: make_graph(generate(7 * seed)) for seed in range(24)},
    **{f"wired {seed}": lambda seed=seed: wired(seed) for seed in range(12)},
    **{f"hostile {seed}": lambda seed=seed: hostile(seed) for seed in (0, 1, 4)},
    **{f"sum {how}": lambda how=how: total(24, how) for how in range(3)},
    **{f"fan {terms}": lambda terms=terms: fan(terms) for terms in (6, 40)},
    **{f"columns {count}": lambda count=count: columns(count) for count in (4, 40)},
    **{f"table {columns}": lambda columns=columns: table(columns) for columns in (3, 20)},
    **{f"skips {apart}": lambda apart=apart: skips(40, apart) for apart in (1, 4, 15)},
    **{f"unrolled {steps}": lambda steps=steps: unrolled(steps) for steps in (4, 20)},
    **{f"diamonds {count}": lambda count=count: diamonds(count) for count in (2, 25)},
    "dense": lambda: dense(14), "backward": lambda: bp.mlp([6, 5, 4, 3], l2=0.1).backward(),
    "fifty layers": lambda: bp.mlp([8, *[6] * 49, 3], l1=1e-5, l2=1e-4),
    "narrowing": lambda: bp.mlp([99, 80, 64, 32, 16, 8, 4, 2], normalise="batch", dropout=0.5),
    "regression": lambda: bp.mlp([3, 4, 1], task="regression", target_scaling=(1.0, 2.0)),
    "parameters alone": lambda: bp.Graph(loss=bp.square(bp.Input("x") * bp.Parameter("w", ())), penalty=0.5),
    "one box": lambda: bp.Graph(outputs={"f": bp.tanh(bp.Input("x"))}),
}  # fmt: skip


def test_there_are_sixty():
    assert len(GRAPHS) >= 60


@pytest.mark.parametrize("name", GRAPHS)
def test_it_is_laid_out_well_on_every_page(name):
    graph = GRAPHS[name]()
    for number, width in enumerate(WIDTHS):
        turned = (len(name) + number) % 2
        settings = {"collapse": [False, "auto", True][number], "direction": ["up", "right"][turned], "width": width}
        check(graph.draw(**settings).layout)


def spread(layout):
    """The area of a drawing, in those of its boxes."""
    return layout.width * layout.height / sum(frame.width * frame.height for frame in layout.frames)


@pytest.mark.parametrize("how", range(3))
def test_a_sum_of_many_terms_is_not_much_larger_than_its_boxes(how):
    sizes = {terms: total(terms, how).draw(collapse=False).layout for terms in (6, 24, 96)}
    assert all(spread(layout) < 10 for layout in sizes.values())
    assert sizes[24].width < 2_100 and sizes[24].height < 1_300
    assert spread(sizes[96]) < 1.5 * spread(sizes[6])  # it does not grow


@pytest.mark.parametrize("columns", [5, 20, 80])
def test_a_table_of_embeddings_is_not_much_larger_than_its_boxes(columns):
    layout = table(columns).draw(collapse=True).layout
    assert spread(layout) < 12
    if columns <= 20:
        assert layout.width < 1_350  # more stand in several columns


@pytest.mark.parametrize("width", WIDTHS)
def test_a_drawing_keeps_to_the_page_if_its_boxes_can(width):
    for graph in (table(20), bp.mlp([8, *[6] * 49, 3]), fan(40), columns(40)):
        assert graph.draw(width=width, collapse=True).layout.width <= width
