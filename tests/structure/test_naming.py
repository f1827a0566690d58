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
