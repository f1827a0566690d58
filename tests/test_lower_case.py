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
