"""Limits on the numbers that the boxes of a description may hold."""

import tracemalloc
from math import prod

import numpy as np
import pytest

import bprop as bp
from bprop import boxes, errors
from bprop.registry import registered
from bprop.structure import size_guard as module
from bprop.structure.size_guard import SizeLimit, cut_down

CATALOGUE = boxes.catalogue()


@pytest.mark.parametrize("cls", CATALOGUE, ids=lambda cls: cls.__name__)
def test_no_box_holds_more_numbers_than_the_bound(cls):
    for example in cls.examples(np.random.default_rng(1)):
        hyper = example[-1] if isinstance(example[-1], dict) else {}
        arrays = [np.asarray(a) for a in example if not isinstance(a, dict)]
        box = object.__new__(cls)
        box.__dict__.update({**cls.hyper_defaults, **hyper})
        extras = [np.ones(a.shape) if need == "noise" else np.ones(len(a)) for need in cls.needs for a in arrays[:1]]
        assert box.fprop(*arrays, *extras).size <= cls.size_limit(hyper, [a.shape for a in arrays])


def test_leaves_are_counted_for_three_examples():
    described = bp.Graph(outputs={"f": bp.Input("x", (4, 5)) @ bp.Parameter("W", (5, 2))}).describe()["boxes"]
    assert [registered(entry["type"]).size_limit(entry["hyper"], []) for entry in described[:2]] == [60, 10]


@pytest.mark.parametrize(
    ("kind", "shapes", "size"),
    [
        ("MatMul", [(4, 5), (5, 6)], 4 * 6),
        ("MatMul", [(3, 4, 5), (3, 5, 6)], 3 * 4 * 6),
        ("MatMul", [(7, 1, 4, 5), (3, 5, 6)], 7 * 3 * 4 * 6),
        ("MatMul", [(5,), (5, 6)], 6),
        ("MatMul", [(2, 4, 5), (5,)], 2 * 4),
        ("MatMul", [(5,), (5,)], 1),
        ("Linear", [(8, 2, 5), (5, 6), (6,)], 8 * 2 * 6),
        ("EnsembleLinear", [(8, 2, 5), (5, 6), (2, 5), (2, 6), (2, 6)], 8 * 2 * 6),
        ("Take", [(9, 4), (3, 2)], 3 * 2 * 4),
        ("Concat", [(3, 2), (3, 5)], 6 + 15),
        ("Add", [(3, 1, 4), (2, 1)], 3 * 2 * 4),
        ("Tanh", [(3, 7)], 21),
        ("Constant", [], 0),
    ],
)
def test_a_value_is_counted_by_the_shapes_of_the_children(kind, shapes, size):
    assert registered(kind).size_limit({}, shapes) == size


@pytest.fixture
def limits(monkeypatch):
    """Makes a SizeLimit of so many numbers in each box, and in all boxes together."""

    def make(each=10**9, together=10**9):
        monkeypatch.setattr(module, "EACH", each)
        monkeypatch.setattr(module, "TOGETHER", together)
        return SizeLimit(0)

    return make


def test_a_box_of_ones_own_declares_its_largest_size(limits):
    class Outer(bp.Box):
        """a_i b_j of each example."""

        @classmethod
        def size_limit(cls, hyper, shapes):
            return shapes[0][0] * shapes[0][1] * shapes[1][1]

        def fprop(self, a, b):
            return a[:, :, None] * b[:, None, :]

        def bprop(self, grad, value, a, b):
            return (grad * b[:, None, :]).sum(axis=2), (grad * a[:, :, None]).sum(axis=1)

    box = Outer(bp.Input("a", (4,)), bp.Input("b", (5,)))
    assert prod(box.spec.shapes[1]) == 60
    entry = {"name": "o", "type": Outer.type_key, "children": ["a", "b"], "hyper": {}}
    made = {child.name: child for child in box.children}
    limits(each=60).check(entry, made, Outer)
    with pytest.raises(errors.GraphError, match="'o' would hold 60 numbers"):
        limits(each=59).check(entry, made, Outer)


def concat(children):
    return {"name": "c", "type": "Concat", "children": children, "hyper": {"axis": -1}}


def test_a_box_beyond_the_limit_is_refused_by_name(limits):
    x = bp.Input("x", (10,))
    limits(each=60).check(concat(["x", "x"]), {"x": x}, boxes.Concat)
    with pytest.raises(errors.GraphError, match=r"'c' would hold 60 numbers .* 59 .* BPROP_MODEL_NUMBERS"):
        limits(each=59).check(concat(["x", "x"]), {"x": x}, boxes.Concat)


def test_the_sum_of_all_boxes_without_the_leaves_is_limited(limits):
    h = bp.Input("x", (10,))
    for _ in range(5):
        h = bp.tanh(h)
    described = bp.Graph(outputs={"f": h}).describe()
    bp.Graph.from_description(described, size_limit=limits(together=5 * 30))
    with pytest.raises(errors.GraphError, match=r"up to 'f' would together hold .* 149 .* BPROP_MODEL_NUMBERS"):
        bp.Graph.from_description(described, size_limit=limits(together=5 * 30 - 1))


def test_a_large_file_may_ask_for_more(limits):
    limits(each=10, together=20)
    assert (SizeLimit(0).each, SizeLimit(0).together) == (10, 20)
    assert (SizeLimit(1000).each, SizeLimit(1000).together) == (4000, 32_000)


@pytest.mark.parametrize(("text", "each"), [("1_000", 1000), ("2,000", 2000), ("", 10), ("-1", 10), ("lots", 10)])
def test_the_environment_variable_sets_another_limit(limits, monkeypatch, text, each):
    limits(each=10, together=20)
    monkeypatch.setenv("BPROP_MODEL_NUMBERS", text)
    assert SizeLimit(0).each == each
    assert SizeLimit(0).together == (20 if each == 10 else each)


def test_a_trusted_graph_has_no_limit(limits):
    x = bp.Input("x", (3000, 1))
    graph = bp.Graph(outputs={"f": x + bp.Constant(np.zeros(3))})
    assert bp.Graph.from_description(graph.describe()).outputs["f"].dims == ("N", 3000, 3)
    with pytest.raises(errors.GraphError, match="would hold"):
        bp.Graph.from_description(graph.describe(), size_limit=limits(each=20_000))


def test_a_large_model_of_shared_weights_is_within_the_limit_and_is_made_without_its_products():
    """Recurrent, 200 times the same 2048 x 2048 weights: far more multiplications than numbers."""
    x, W, b = bp.Input("x", (2048,)), bp.Parameter("W", (2048, 2048)), bp.Parameter("b", (2048,))
    h = x
    for _ in range(100):
        h = bp.tanh(bp.linear(bp.tanh(h @ W), W, b))
    described = bp.Graph(outputs={"f": h}).describe()
    tracemalloc.start()
    try:
        bp.Graph.from_description(described, size_limit=SizeLimit(2048 * 2049))
        assert tracemalloc.get_traced_memory()[1] < 8 * 2048 * 2048  # no copy of the weights
    finally:
        tracemalloc.stop()


# --- boxes of one's own: only their code says how large they are ---


class Tiled(bp.Box):
    """a, `times` x `times` times over; `seed` makes nothing larger."""

    times: int = 1
    shape: tuple = ()
    seed: int = 0
    least: int = 0

    def check(self):
        if self.seed < self.least:
            raise ValueError("the seed is too small")

    def fprop(self, a):
        return np.tile(a, (1, self.times * self.times, *self.shape))

    def bprop(self, grad, value, a):
        raise AssertionError("nobody asks for it")


def tiled(**hyper):
    """A description whose box has these hyper-parameters, made without making the box."""
    described = bp.Graph(outputs={"f": Tiled(bp.Input("x", (4,)))}).describe()
    described["boxes"][1]["hyper"] |= hyper
    return described


@pytest.mark.parametrize(
    "hyper",
    [
        {"times": 4000},
        {"times": 2**40},
        {"shape": {"tuple": [10**9]}},
        {"shape": {"tuple": [3000, 3000]}},
        {"times": 300, "shape": {"tuple": [1000]}},
        {"times": 2000, "seed": 50, "least": 40},
    ],
    ids=repr,
)
def test_a_box_of_ones_own_that_hyper_parameters_make_too_large_is_refused_before_it_is_made(limits, hyper):
    most = 10_000_000
    tracemalloc.start()
    try:
        with pytest.raises(
            errors.GraphError, match=r"the box 'f' \(.*Tiled\) would hold more than the 10,000,000 numbers"
        ):
            bp.Graph.from_description(tiled(**hyper), size_limit=limits(each=most))
        assert tracemalloc.get_traced_memory()[1] < 2 * 8 * 1.5 * most  # two batches, a little too large
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "hyper",
    [{"times": 20}, {"times": 900}, {"seed": 123456789}, {"seed": 10**30}, {"seed": 10**6, "least": 10**5}],
    ids=repr,
)
def test_a_box_of_ones_own_whose_hyper_parameters_are_large_and_make_nothing_large_is_made(limits, hyper):
    box = bp.Graph.from_description(tiled(**hyper), size_limit=limits(each=10_000_000)).outputs["f"]
    assert {name: box.hyper[name] for name in hyper} == hyper
    assert box.dims == ("N", 4 * hyper.get("times", 1) ** 2)


def test_whole_numbers_are_cut_down_wherever_they_are_but_in_arrays():
    hyper = {"n": 100, "share": 100.5, "flag": True, "name": "n", "none": None, "t": {"tuple": [9, -100]}}
    small = {"n": 32, "share": 100.5, "flag": True, "name": "n", "none": None, "t": {"tuple": [9, -32]}}
    assert cut_down(hyper, 32) == small
    assert cut_down(True, 32) is True
    kept = {"array": [100], "shape": [1], "dtype": "int64"}
    assert cut_down({"a": kept, "i": {"initialiser": "Constant", "value": 100}}, 32) == {
        "a": kept,
        "i": {"initialiser": "Constant", "value": 100},
    }
