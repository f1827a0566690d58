"""Stepping gives what graph.fprop and graph.bprop give, forward and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bprop as bp
from bprop import boxes, errors
from bprop.stepper import Stepper

CASES = [
    pytest.param(cls, index, id=f"{cls.__name__}-{index}")
    for cls in boxes.catalogue()
    for index in range(len(list(cls.examples(np.random.default_rng(1)))))
]


def same(stepper, graph, theta, data, inputs=(), **settings):
    """All values and gradients at the end, to the bit, of a stepper and of the graph."""
    values = graph.fprop(theta, data, **settings)
    assert set(stepper.values) == set(values)
    for name, value in values.items():
        assert np.asarray(stepper.values[name]).tobytes() == np.asarray(value).tobytes()
    if graph.loss is None:
        return
    grads = graph.bprop(values, inputs)
    for name, grad in grads.items():
        if name in stepper.gradients:
            assert stepper.gradients[name].tobytes() == np.asarray(grad).tobytes()
        else:
            assert not np.any(grad)  # a parameter that nothing reaches
    assert set(stepper.gradients) <= set(grads)


@pytest.fixture
def network(rng):
    graph = bp.mlp([4, 5, 3], dropout=0.3, l2=0.01, normalise="batch")
    return graph, graph.init(0), {"x": rng.normal(size=(6, 4)), "y": rng.integers(3, size=6)}


# --- the same numbers ---


def wire(cls, index):
    """A graph whose loss is the squared value of the one box, twice a child of what follows."""
    arrays = list(list(cls.examples(np.random.default_rng(1)))[index])
    hyper = arrays.pop() if isinstance(arrays[-1], dict) else {}
    arrays = [np.asarray(a) for a in arrays]
    whole = [a.dtype.kind != "f" for a in arrays]
    for pattern in (whole, [True, *whole[1:]], [True] * len(arrays)):
        children = [
            bp.Input(f"x{i}", a.shape[1:], dtype=a.dtype) if batched else bp.Parameter(f"p{i}", a.shape)
            for i, (a, batched) in enumerate(zip(arrays, pattern, strict=True))
        ]
        try:
            out = cls(*children, **hyper)
            given = out.dims[:1] == ("N",)
            per_example = bp.sum(bp.reshape(out * out + out, (-1, int(np.prod(out.dims[1:], dtype=int)))), axis=1)
            graph = bp.Graph(loss=per_example) if given else bp.Graph(outputs={"out": out})
        except errors.BpropError:
            continue
        data = {child.name: a for child, a in zip(children, arrays, strict=True)}
        theta = {name: data.pop(name) for name in graph.parameters}
        return graph, theta, data
    raise AssertionError(f"no graph can be made of example {index} of {cls.__name__}")


@pytest.mark.parametrize(("cls", "index"), CASES)
def test_every_box_is_stepped_through_to_the_same_bits(cls, index):
    graph, theta, data = wire(cls, index)
    inputs = [n for n, box in graph.inputs.items() if box.dtype == "float"] if graph.loss is not None else []
    stepper = Stepper(graph, theta, data, inputs=inputs)
    shown = []
    while not stepper.done:
        shown.append(str(stepper.step()))
    same(stepper, graph, theta, data, inputs)
    assert len(set(shown)) == len(shown)


@pytest.mark.parametrize("settings", [{}, {"training": False}, {"seed": 3}, {"weights": np.arange(6.0)},
                                      {"dtype": "float32"}])  # fmt: skip
def test_a_network_with_dropout_normalisation_and_weights(network, settings):
    same(Stepper(*network, **settings).run(), *network, **settings)


def test_an_unstable_graph_and_one_that_shares_a_box():
    x, y = bp.Input("x", (2,)), bp.Input("y", dtype="int")
    W = bp.Parameter("W", (2, 2))
    a = x @ W
    shared = bp.tanh(a) @ W + a * bp.sigmoid(a)
    for stable in (True, False):
        graph = bp.Graph(loss=bp.nll(bp.softmax(shared, name="f"), y), penalty=0.0 * bp.l2(W), stable=stable)
        theta, data = graph.init(0), {"x": np.array([[0.5, -1.0], [2.0, 0.1]]), "y": np.array([0, 1])}
        stepper = Stepper(graph, theta, data).run()
        same(stepper, graph, theta, data)
        assert ("f" in stepper.gradients) == (not stable)


@given(st.lists(st.integers(-6, 9), max_size=12))
def test_any_way_there_and_back_is_the_same(moves):
    graph = bp.mlp([3, 4, 2], dropout=0.5, l1=0.1)
    theta, data = graph.init(0), {"x": np.eye(3), "y": np.array([0, 1, 1])}
    walked = Stepper(graph, theta, data)
    place = 0
    for count in moves:
        place = min(max(place + count, 0), len(walked.moves))
        if count >= 0:
            walked.step(count)
        else:
            walked.back(-count)
        assert walked.position == place
    straight = Stepper(graph, theta, data).step(place)
    assert str(walked) == str(straight)
    for one, two in ((walked.values, straight.values), (walked.gradients, straight.gradients)):
        assert set(one) == set(two)
        assert all(np.asarray(one[name]).tobytes() == np.asarray(two[name]).tobytes() for name in one)


# --- where it goes ---


def test_what_is_not_yet_computed_is_not_there(network):
    stepper = Stepper(*network)
    assert set(stepper.values) == {"x", "y", *network[0].parameters, *network[0].constants}
    assert stepper.last is None
    assert stepper.next.name == "a1"
    assert not stepper.gradients
    assert "a1" in stepper.step().values
    assert "h1" not in stepper.values
    assert "a1" not in stepper.back().values


def test_to_goes_ahead_and_else_back(network):
    stepper = Stepper(*network)
    assert stepper.to("h1").last[0] == "fprop"
    assert stepper.last.name == "h1"
    assert stepper.to("h1").last.phase == "bprop"
    assert stepper.to("h1", "fprop").last.phase == "fprop"
    assert stepper.to("h1", "bprop").to("a2").last == stepper.last
    assert stepper.last.name == "a2"
    assert stepper.last.phase == "bprop"
    assert stepper.to(network[0].boxes["a1"]).last.name == "a1"
    assert stepper.done


def test_to_a_box_by_the_name_it_was_written_under_where_it_is_left_out(network):
    assert Stepper(*network, training=False).to("d1").last.name == "h1"


def test_run_goes_to_the_end_or_to_that_of_fprop(network):
    stepper = Stepper(*network)
    assert stepper.run("fprop").last.phase == "fprop"
    assert stepper.next.phase == "seed"
    assert stepper.run().done
    assert stepper.next is None
    assert stepper.step().done
    assert stepper.run("fprop").position == len(stepper.plan.nodes)
    assert stepper.back(99).position == 0


@pytest.mark.parametrize(
    ("go", "error", "says"),
    [
        (lambda s: s.to("h9"), errors.UnknownNameError, "no box is called 'h9'"),
        (lambda s: s.to("x"), errors.SettingError, "it is a leaf"),
        (lambda s: s.to("f", "bprop"), errors.SettingError, "bprop does not reach it"),
        (lambda s: s.to("h1", "up"), errors.SettingError, "'fprop', 'bprop' or 'update'"),
        (lambda s: s.run("bprop"), errors.SettingError, "'bprop'"),
        (lambda s: setattr(s, "example", 6), errors.DataError, "examples 0 to 5"),
        (lambda s: setattr(s, "example", -1), errors.DataError, "example -1"),
        (lambda s: setattr(s, "example", True), errors.DataError, "example True"),
    ],
)
def test_where_there_is_no_way_it_says_so(network, go, error, says):
    with pytest.raises(error, match=says):
        go(Stepper(*network))


def test_a_graph_without_a_loss_has_fprop_alone():
    x = bp.Input("x", (2,))
    stepper = Stepper(bp.Graph(outputs={"h": bp.tanh(x)}), {}, {"x": np.ones((3, 2))})
    assert [move.phase for move in stepper.moves] == ["fprop"]
    assert stepper.run().done


def test_a_chain_of_thousands_of_boxes():
    box = bp.Input("x") * bp.Parameter("w", ())
    for _ in range(3000):
        box = box + 0.5
    graph = bp.Graph(loss=box)
    stepper = Stepper(graph, {"w": np.array(1.0)}, {"x": np.ones(2)}).run()
    assert stepper.gradients["w"] == 1.0
    assert len(str(stepper).splitlines()) < 60
    assert stepper.back(6003).position == 0


def test_a_wrong_batch_is_refused(network):
    graph, theta, data = network
    with pytest.raises(errors.ShapeError, match="input 'x'"):
        Stepper(graph, theta, data | {"x": np.ones((6, 3))})


def test_its_name_is_public():
    assert bp.Stepper is Stepper
