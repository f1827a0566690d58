from inspect import unwrap

import numpy as np
import pytest

import bprop as bp
from bprop.errors import GraphError
from bprop.structure.naming import RESERVED


@pytest.fixture
def x():
    return bp.Input("x", (2,))


def test_unnamed_boxes_get_names_from_their_type_in_order(x):
    first = bp.tanh(x)
    graph = bp.Graph(outputs={"f": bp.leaky_relu(bp.tanh(first)) + 1.0})
    assert list(graph.boxes) == ["x", "tanh_1", "tanh_2", "leaky_relu_1", "constant_1", "f"]
    assert graph.boxes["tanh_1"] is first


def unrolled(steps):
    """Each step needs the one before as its second term."""
    W, U = bp.Parameter("W", (2, 2)), bp.Parameter("U", (2, 2))
    h = bp.tanh(bp.Input("x0", (2,)) @ U)
    for t in range(1, steps):
        h = bp.tanh(bp.Input(f"x{t}", (2,)) @ U + h @ W)
    return bp.Graph(outputs={"f": bp.sigmoid(h)})


def test_names_of_an_unrolled_network_run_in_the_order_of_computation():
    graph = unrolled(4)
    inputs = {t: next(box for box in graph.boxes.values() if graph.boxes[f"x{t}"] in box.children) for t in range(4)}
    numbers = [int(graph.names[inputs[t]].removeprefix("mat_mul_")) for t in range(4)]
    assert numbers == sorted(numbers)
    assert [graph.names[box] for box in graph.order if isinstance(box, bp.Tanh)] == [f"tanh_{t}" for t in range(1, 5)]


def test_a_graph_of_a_file_keeps_its_names():
    described = unrolled(4).describe()
    swapped = {"mat_mul_1": "mat_mul_9", "mat_mul_2": "mat_mul_1"}  # as an older bprop may have numbered them
    for entry in described["boxes"]:
        entry["name"] = swapped.get(entry["name"], entry["name"])
        entry["children"] = [swapped.get(child, child) for child in entry["children"]]
    again = bp.Graph.from_description(described)
    assert again.describe() == described
    assert set(swapped.values()) <= again.boxes.keys() and "mat_mul_2" not in again.boxes
    more = bp.Graph(outputs={"g": bp.tanh(again.outputs["f"]) * bp.sigmoid(again.outputs["f"])})
    assert len(more.boxes) == len(again.boxes) + 3  # with boxes of one's own all are numbered anew


def test_an_unnamed_output_takes_its_name_and_a_named_one_keeps_its_own(x):
    h, f = bp.tanh(x, name="h"), bp.tanh(x)
    graph = bp.Graph(outputs={"hidden": h, "f": f, "also_f": f})
    assert graph.name_of(h) == "h"
    assert graph.name_of("hidden") == "h"
    assert graph.name_of(f) == "f"
    assert graph.name_of("also_f") == "f"


def test_a_generated_name_does_not_collide_with_a_chosen_one(x):
    graph = bp.Graph(outputs={"tanh_2": bp.tanh(bp.tanh(bp.tanh(x)), name="tanh_1")})
    assert list(graph.boxes) == ["x", "tanh_3", "tanh_4", "tanh_1"]


def test_two_boxes_of_one_name_are_refused(x):
    with pytest.raises(GraphError, match=r"two boxes have the name 'h'.*Tanh 'h' \(N, 2\).*Relu 'h' \(N, 2\)"):
        bp.Graph(outputs={"f": bp.tanh(x, name="h") + bp.relu(x, name="h")})
    with pytest.raises(GraphError, match="two boxes have the name 'x'"):
        bp.Graph(outputs={"f": x + bp.Parameter("x", (2,))})


def test_an_output_called_like_another_box_is_refused(x):
    h = bp.tanh(x, name="h")
    with pytest.raises(GraphError, match="'h'"):
        bp.Graph(outputs={"h": bp.relu(h)})
    with pytest.raises(GraphError, match="'h'"):
        bp.Graph(outputs={"h": bp.relu(h, name="g")})


@pytest.mark.parametrize("name", RESERVED)
def test_an_input_cannot_be_called_like_an_argument_of_fprop(name):
    with pytest.raises(GraphError, match=f"cannot be called '{name}'"):
        bp.Graph(outputs={"f": bp.tanh(bp.Input(name, (2,)))})


def test_every_argument_of_fprop_that_an_input_could_shadow_is_reserved():
    taken = {*unwrap(bp.Graph.fprop).__kwdefaults__, *bp.Graph.predict.__kwdefaults__}
    assert taken <= set(RESERVED)


def test_other_boxes_may_be_called_so(x):
    graph = bp.Graph(outputs={"f": x * bp.Parameter("weights", (2,))})
    assert graph.fprop({"weights": np.ones(2)}, x=[[1.0, 2.0]])["f"].tolist() == [[1, 2]]


def test_boxes_of_several_ends_are_numbered_by_their_depth_from_the_leaves():
    """A short branch beside a long one: its first box comes with the first of the other, not with the last ones."""
    x, w, u = bp.Input("x"), bp.Parameter("w", ()), bp.Parameter("u", ())
    first = x * w
    second = first * w
    third = second * w
    beside = x * u
    end = beside * u
    graph = bp.Graph(loss=bp.square(third), outputs={"end": end})
    assert [graph.names[box] for box in (first, beside, second)] == ["multiply_1", "multiply_2", "multiply_3"]
    assert graph.names[third] == "multiply_4"
