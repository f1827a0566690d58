import numpy as np
import pytest

import bprop as bp
from bprop import boxes


@pytest.mark.parametrize(
    ("made", "kind", "expected"),
    [
        (lambda x: x + 2.0, "Add", [3, 4]),
        (lambda x: 2.0 + x, "Add", [3, 4]),
        (lambda x: x - 2.0, "Subtract", [-1, 0]),
        (lambda x: 2.0 - x, "Subtract", [1, 0]),
        (lambda x: x * 3.0, "Multiply", [3, 6]),
        (lambda x: 3.0 * x, "Multiply", [3, 6]),
        (lambda x: x / 2.0, "Divide", [0.5, 1]),
        (lambda x: 2.0 / x, "Divide", [2, 1]),
        (lambda x: -x, "Negative", [-1, -2]),
        (lambda x: x**2, "Power", [1, 4]),
        (lambda x: x @ np.array([[0.0, 1.0], [1.0, 0.0]]), "MatMul", [2, 1]),
        (lambda x: np.array([10.0, 20.0]) + x, "Add", [11, 22]),
        (lambda x: np.float64(3) * x, "Multiply", [3, 6]),
        (lambda x: [1, 2] * x, "Multiply", [1, 4]),
        (lambda x: 2.0**x, "Exp", [2, 4]),
        (lambda x: x**x, "Exp", [1, 4]),
        (lambda x: x[:, ::-1], "Slice", [2, 1]),
    ],
)
def test_operators_make_boxes(made, kind, expected):
    box = made(bp.Input("x", (2,)))
    assert type(box).__name__ == kind
    values = bp.Graph(outputs={"out": box}).fprop({}, x=[[1.0, 2.0]])
    np.testing.assert_allclose(values["out"], [expected], rtol=1e-15)


def test_an_array_at_the_left_of_matmul_makes_one_box():
    W = bp.Parameter("W", (3, 2))
    box = np.ones((4, 3)) @ W
    assert type(box) is boxes.MatMul and box.dims == (4, 2)


def test_a_box_is_not_iterable():
    with pytest.raises(TypeError):
        list(bp.Input("x", (4,)))


def test_a_number_at_the_left_is_the_first_child():
    x = bp.Input("x")
    for box in (2.0 + x, 2.0 - x, 2.0 * x, 2.0 / x):
        assert [type(child).__name__ for child in box.children] == ["Constant", "Input"]
    for box in (x + 2.0, x - 2.0, x * 2.0, x / 2.0):
        assert [type(child).__name__ for child in box.children] == ["Input", "Constant"]
