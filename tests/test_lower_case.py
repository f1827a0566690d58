import pytest

import bprop as bp
from bprop.lower_case import function, snake


class Affine1(bp.Box):
    """scale a + offset, elementwise."""

    scale: float
    offset: float = 0.0

    def fprop(self, a):
        return self.scale * a + self.offset

    def bprop(self, grad, value, a):
        return grad * self.scale


@pytest.mark.parametrize(
    ("name", "lower"), [("LeakyRelu", "leaky_relu"), ("L2", "l2"), ("MatMul", "mat_mul"), ("Tanh", "tanh")]
)
def test_snake_case(name, lower):
    assert snake(name) == lower


def test_function_makes_the_lower_case_function_of_a_class():
    affine1 = function(Affine1)
    x = bp.Input("x")
    assert affine1.__name__ == "affine1" and affine1.__doc__ == Affine1.__doc__
    box = affine1(x, scale=3.0, name="h")
    assert type(box) is Affine1 and box.scale == 3.0 and box.name == "h"
