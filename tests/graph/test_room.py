"""How many numbers the value of a box described would hold."""

import numpy as np
import pytest

import bprop as bp
from bprop import boxes, errors
from bprop.graph.room import need_room, numbers

CATALOGUE = boxes.catalogue()


@pytest.mark.parametrize("cls", CATALOGUE, ids=lambda cls: cls.__name__)
def test_no_box_holds_more_than_it_is_said_to(cls):
    for example in cls.examples(np.random.default_rng(1)):
        hyper = example[-1] if isinstance(example[-1], dict) else {}
        arrays = [np.asarray(a) for a in example if not isinstance(a, dict)]
        box = object.__new__(cls)
        box.__dict__.update({**cls.hyper_defaults, **hyper})
        extras = [np.ones(a.shape) if need == "noise" else np.ones(len(a)) for need in cls.needs for a in arrays[:1]]
        assert box.fprop(*arrays, *extras).size <= numbers(cls.__name__, hyper, [a.shape for a in arrays])


def test_leaves_are_counted_for_three_examples():
    described = bp.Graph(outputs={"f": bp.Input("x", (4, 5)) @ bp.Parameter("W", (5, 2))}).describe()["boxes"]
    assert [numbers(entry["type"], entry["hyper"], []) for entry in described[:2]] == [60, 10]


def test_what_needs_more_is_refused_and_named():
    x = bp.Input("x", (10,))
    entry = {"name": "c", "type": "Concat", "children": ["x", "x"], "hyper": {"axis": -1}}
    need_room(entry, {"x": x}, 60)
    with pytest.raises(errors.GraphError, match="'c' would hold 60 numbers"):
        need_room(entry, {"x": x}, 59)


def test_a_graph_that_is_trusted_has_all_the_room():
    x = bp.Input("x", (3000, 1))
    graph = bp.Graph(outputs={"f": x + bp.Constant(np.zeros(3))})
    assert bp.Graph.from_description(graph.describe()).outputs["f"].dims == ("N", 3000, 3)
    with pytest.raises(errors.GraphError, match="would hold"):
        bp.Graph.from_description(graph.describe(), room=20_000)
