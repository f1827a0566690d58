"""A box in full."""

import re

import numpy as np
import pytest

import bprop as bp
from bprop.errors import SettingError, UnknownNameError


@pytest.fixture
def stepper(rng):
    graph = bp.mlp([20, 30, 3])
    return bp.Stepper(graph, graph.init(0), {"x": rng.normal(size=(4, 20)), "y": [0, 1, 2, 0]}, example=2)


def numbers(stepper, name):
    """All numbers of the pages of a box, of its value and of its gradient."""
    pages = int(match[1]) if (match := re.search(r"page 1 of (\d+)", stepper.view(name))) else 1
    lines = [line for page in range(1, pages + 1) for line in stepper.view(name, page).splitlines()[1:]]
    parts, part = {"value": [], "gradient": []}, None
    for line in lines:
        word = line.split()[0] if line.startswith("  ") and not line.startswith("   ") else ""
        part = word if word in parts else part
        if line.startswith("      ["):
            parts[part] += [float(x) for x in line.partition("]")[2].split()]
    return parts


def test_every_number_of_a_large_parameter_and_of_its_gradient_can_be_read(stepper):
    parts = numbers(stepper.run(), "W1")
    np.testing.assert_allclose(parts["value"], stepper.values["W1"].ravel(), rtol=1e-3)
    np.testing.assert_allclose(parts["gradient"], stepper.gradients["W1"].ravel(), rtol=1e-3, atol=1e-12)


def test_of_a_box_with_examples_the_chosen_one_is_shown(stepper):
    np.testing.assert_allclose(numbers(stepper.run(), "h1")["value"], stepper.values["h1"][2], rtol=1e-3)
    assert "of which example 2" in stepper.view("h1")
    assert "over all 4 examples" in stepper.view("b2")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("f", "no gradient: loss is computed from a2 directly. Graph(..., stable=False)"),
        ("y", "whole numbers have none"), ("x", "Stepper(..., inputs=['x']) asks for it"), ("b1", "not yet"),
    ],
)  # fmt: skip
def test_a_box_without_a_gradient_says_why(stepper, name, why):
    assert why in stepper.view(name)


def test_a_page_or_a_box_that_there_is_not_is_refused(stepper):
    with pytest.raises(SettingError, match=r"the pages of W1 are 1 to \d+"):
        stepper.view("W1", 99)
    with pytest.raises(UnknownNameError, match="no box is called 'W9'"):
        stepper.view("W9")


def test_the_way_to_a_parameter_is_its_gradient_and_then_its_update():
    graph = bp.mlp([3, 4, 2], l2=0.1)
    stepper = bp.Stepper(graph, graph.init(0), {"x": np.eye(3), "y": [0, 1, 1]}, rule=bp.SGD(0.1))
    places = [(stepper.to("W2").last.phase, stepper.last.name) for _ in range(3)]
    assert places == [("bprop", "l2_1"), ("bprop", "a2"), ("update", "W2")]
    assert stepper.to("W2").last.phase == "update"  # there is none ahead
    assert stepper.to("W2", "bprop").last.name == "a2"
