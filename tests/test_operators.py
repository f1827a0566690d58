import operator

import numpy as np
import pytest

import bprop as bp
from bprop import boxes, errors


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


x, W = bp.Input("x", (3,)), bp.Parameter("W", (3, 2))


def test_arrays_of_numpy_and_pandas_on_the_left_make_one_box():
    for array in (np.array([1.0, 2.0, 3.0]), np.float64(2.0), pytest.importorskip("pandas").Series([1.0, 2.0, 3.0])):
        assert type(array * x) is boxes.Multiply and (array - x).dims == ("N", 3)
    assert type(np.array([1.0, 2.0, 3.0]) ** x) is boxes.Exp


def test_tensors_of_torch_make_one_box_on_either_side():
    torch = pytest.importorskip("torch")
    assert type(torch.ones(3) * x) is boxes.Multiply and type(x + torch.ones(3)) is boxes.Add
    assert (torch.ones(4, 3) @ W).dims == (4, 2)
    with pytest.raises(errors.BoxError, match=r"tanh computes on arrays.*type bp\.tanh"):
        torch.tanh(x)


def test_abs_plus_and_transposed_are_boxes():
    assert type(abs(x)) is boxes.Abs and +x is x
    assert W.T.dims == (2, 3) and x.T.dims == (3, "N") and bp.Parameter("b", (2,)).T.name == "b"


@pytest.mark.parametrize(
    ("typed", "cure"),
    [
        (lambda: np.tanh(x), "type bp.tanh"),
        (lambda: np.maximum(x, 0), "type bp.(maximum|relu)"),
        (lambda: np.dot(x, W), "type bp.matmul"),
        (lambda: np.sum(x), "type bp.sum"),
        (lambda: np.mean(x, axis=1), "type bp.mean"),
        (lambda: np.concatenate([x, x]), "type bp.concat"),
        (lambda: np.sinh(x), "a box of your own"),
        (lambda: np.asarray(x), r"then values\[box\]"),
        (lambda: float(x), "bp.exp"),
        (lambda: int(x), r"then values\[box\]"),
        (lambda: len(x), "box.dims"),
        (lambda: x > 0, "bp.relu"),
        (lambda: x <= W, "bp.clip"),
        (lambda: x == 0, r"then values\[box\]"),
        (lambda: x == np.zeros(3), r"then values\[box\]"),
        (lambda: max(x, 0), "bp.relu"),
        (lambda: x[:, [0, 2]], r"bp.concat\(a\[:, 0:1\]"),
        (lambda: bp.tanh([x, x]), r"bp.concat\(\[a, b\]\)"),
        (lambda: bp.tanh("h1"), r"graph\['h1'\]"),
    ],
)
def test_what_a_box_cannot_do_says_what_to_type(typed, cure):
    with pytest.raises(TypeError, match=cure):
        typed()


@pytest.mark.parametrize(
    ("name", "cure"),
    [("tanh", "type bp.tanh"), ("sum", "type bp.sum"), ("view", "type bp.reshape"), ("ndim", "box.dims"),
     ("backward", "graph.bprop"), ("numpy", "graph.fprop")],
)  # fmt: skip
def test_attributes_of_arrays_say_what_to_type(name, cure):
    with pytest.raises(AttributeError, match=cure):
        getattr(x, name)
    assert not hasattr(x, name) and not hasattr(x, "__wrapped__") and not hasattr(x, "nothing")


def test_boxes_are_equal_to_themselves_alone_and_can_be_keys():
    same = bp.Input("x", (3,))
    assert x == x and x != same and x != None and x != "x"  # noqa: E711
    assert {x: 1, same: 2}[x] == 1 and x in [W, x] and bool(x)


def test_a_hyper_parameter_may_have_the_name_of_an_attribute():
    class Softer(bp.Box):
        T: float

        def fprop(self, a):
            return a / self.T

        def bprop(self, grad, value, a):
            return grad / self.T

    assert Softer(x, T=2.0).T == 2.0


def test_a_list_at_the_left_of_matmul_is_the_first_child():
    box = [[1.0, 2.0, 3.0], [0.0, 1.0, 0.0]] @ W
    assert type(box) is boxes.MatMul
    assert box.children[1] is W
    np.testing.assert_array_equal(box.children[0].value, [[1.0, 2.0, 3.0], [0.0, 1.0, 0.0]])


@pytest.mark.parametrize("compare", [operator.gt, operator.ge, operator.lt, operator.le])
@pytest.mark.parametrize("other", [1.0, bp.Input("b")])
def test_a_box_is_not_compared_and_says_what_to_write(compare, other):
    sign = {operator.gt: ">", operator.ge: ">=", operator.lt: "<", operator.le: "<="}[compare]
    with pytest.raises(errors.BoxError, match=f"box {sign} "):
        compare(bp.Input("a"), other)
