import inspect

import pytest

import bprop as bp
from bprop import boxes
from bprop.lower_case import function, snake


@pytest.mark.parametrize(
    ("name", "lower"), [("LeakyRelu", "leaky_relu"), ("L2", "l2"), ("MatMul", "mat_mul"), ("Tanh", "tanh")]
)
def test_snake_case(name, lower):
    assert snake(name) == lower


def test_function_makes_the_lower_case_function_of_a_class():
    leaky_relu = function(boxes.LeakyRelu)
    assert leaky_relu.__name__ == "leaky_relu" and leaky_relu.__doc__ == boxes.LeakyRelu.__doc__
    box = leaky_relu(bp.Input("x"), slope=3.0, name="h")
    assert type(box) is boxes.LeakyRelu and box.slope == 3.0 and box.name == "h"


def test_a_function_has_the_signature_of_its_class():
    assert str(inspect.signature(bp.add).replace(return_annotation=inspect.Signature.empty)) == (
        "(a, b, *, name: str | None = None)"
    )
    parameters = inspect.signature(bp.leaky_relu).parameters
    assert list(parameters) == ["a", "slope", "name"]
    assert parameters["slope"].default == 0.01 and parameters["slope"].annotation is float
    assert inspect.signature(bp.leaky_relu) == inspect.signature(boxes.LeakyRelu)


def test_a_function_of_a_class_of_ones_own_has_its_signature():
    class Scaled(bp.Box):
        """beta a."""

        beta: float

        def fprop(self, a):
            return self.beta * a

        def bprop(self, grad, value, a):
            return self.beta * grad

    scaled = function(Scaled)
    parameters = inspect.signature(scaled).parameters
    assert list(parameters) == ["a", "beta", "name"] and parameters["beta"].default is inspect.Parameter.empty
    assert inspect.getdoc(scaled) == "beta a."
    assert inspect.signature(Scaled).return_annotation is Scaled
    assert scaled(a=bp.Input("x"), beta=2.0).beta == 2.0


def test_leaves_and_the_box_itself_have_their_own_signature():
    assert list(inspect.signature(bp.Input).parameters) == ["name", "shape", "dtype"]
    assert list(inspect.signature(bp.Box).parameters) == ["children", "name", "hyper"]


def test_children_may_be_passed_by_name():
    a, b = bp.Input("a"), bp.Input("b")
    assert bp.subtract(a, b=b).children == bp.subtract(b=b, a=a).children == (a, b)
    with pytest.raises(bp.errors.BoxError, match="takes 2 children"):
        bp.subtract(b=b)


@pytest.mark.parametrize("kind", bp.catalogue(), ids=lambda kind: kind.__name__)
def test_every_box_shows_its_children_and_hyper_parameters(kind):
    parameters = inspect.signature(kind).parameters
    assert list(parameters) == [*(n.lstrip("*") for n in kind.child_names()), *kind.hyper_defaults, "name"]
