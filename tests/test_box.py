import numpy as np
import pytest

import bprop as bp
from bprop import boxes, errors
from bprop.box import REQUIRED, as_box, function, plain, registered, registry, snake


class Affine1(bp.Box):
    """scale a + offset, elementwise."""

    scale: float
    offset: float = 0.0

    def fprop(self, a):
        return self.scale * a + self.offset

    def bprop(self, grad, value, a):
        return grad * self.scale


@pytest.fixture
def x():
    return bp.Input("x", (4,))


def test_a_box_cannot_be_made_without_fprop_and_bprop(x):
    class Half(bp.Box):
        def fprop(self, a):
            return a

    with pytest.raises(TypeError, match="bprop"):
        Half(x)


def test_annotations_are_the_hyper_parameters(x):
    box = Affine1(x, scale=2.0)
    assert box.hyper == {"scale": 2.0, "offset": 0.0}
    assert Affine1.hyper_defaults == {"scale": REQUIRED, "offset": 0.0}
    np.testing.assert_array_equal(box.fprop(np.array([1.0, 2.0])), [2, 4])


def test_class_variables_are_not_hyper_parameters():
    assert boxes.Dropout.hyper_defaults == {"rate": 0.5}
    assert boxes.Add.hyper_defaults == {}


def test_hyper_parameters_are_inherited_and_their_defaults_overridden(x):
    class Shifted(Affine1):
        offset = 5.0

    class Steeper(Affine1):
        scale: float = 3.0
        power: int = 1

    assert Shifted(x, scale=1.0).offset == 5.0
    assert Affine1(x, scale=1.0).offset == 0.0
    assert Steeper(x).hyper == {"scale": 3.0, "offset": 0.0, "power": 1}


def test_string_annotations_count_too(x):
    class Later(Affine1):
        __annotations__ = {"kind": "str", "table": "ClassVar[int]"}
        kind = "a"
        table = 3

    assert Later(x, scale=1.0).hyper == {"scale": 1.0, "offset": 0.0, "kind": "a"}


def test_a_missing_an_unknown_and_an_ill_typed_hyper_parameter_are_refused(x):
    with pytest.raises(errors.BoxError, match="needs the hyper-parameter 'scale'"):
        Affine1(x)
    with pytest.raises(errors.BoxError, match="no hyper-parameter 'slop'; it has: scale, offset"):
        Affine1(x, scale=1.0, slop=2.0)
    for bad in ("2", True, None, [1.0]):
        with pytest.raises(errors.BoxError, match="scale must be float"):
            Affine1(x, scale=bad)
    with pytest.raises(errors.BoxError, match="axis must be int"):
        bp.concat([x, x], axis=1.0)


def test_the_wrong_number_of_children_is_refused_with_their_names(x):
    with pytest.raises(errors.BoxError, match=r"Linear takes 3 children \(h, W, b\), got 1"):
        bp.linear(x)
    with pytest.raises(errors.BoxError, match=r"takes 1 child \(a\), got 2; its hyper-parameters \(scale, offset\)"):
        Affine1(x, 3.0)
    with pytest.raises(errors.BoxError, match="got 0"):
        boxes.L2()
    with pytest.raises(errors.BoxError, match="got 0"):
        bp.concat([])


def test_the_wrong_kind_of_name_is_refused(x):
    for name in ("", 3, b"h"):
        with pytest.raises(errors.BoxError, match="name"):
            bp.tanh(x, name=name)


def test_shapes_that_do_not_fit_are_refused_naming_box_children_and_shapes(x):
    W, b = bp.Parameter("W1", (5, 3)), bp.Parameter("b1", (3,))
    with pytest.raises(errors.ShapeError) as caught:
        bp.linear(x, W, b, name="a1")
    for part in ("Linear 'a1'", "h=Input 'x' (N, 4)", "W=Parameter 'W1' (5, 3)", "b=Parameter 'b1' (3,)"):
        assert part in str(caught.value)


def test_children_of_a_box_that_takes_any_number_are_named_by_position(x):
    with pytest.raises(errors.ShapeError, match=r"child 0=Input 'x' \(N, 4\), child 1=Parameter 'W' \(2,\)"):
        bp.concat([x, bp.Parameter("W", (2,))])


def test_an_axis_or_an_index_out_of_range_is_a_shape_error(x):
    with pytest.raises(errors.ShapeError, match="axis 5"):
        bp.sum(x, axis=5)
    with pytest.raises(errors.ShapeError, match="index 7"):
        x[:, 7]


def test_numbers_of_the_wrong_kind_are_a_dtype_error(x):
    with pytest.raises(errors.DTypeError, match="int input"):
        bp.nll(bp.softmax(x), bp.Input("y", ()))


def test_a_child_that_is_no_number_is_refused(x):
    with pytest.raises(errors.BoxError, match="str cannot be part of a graph"):
        bp.tanh("x")
    with pytest.raises(errors.BoxError, match="NoneType cannot be part"):
        x + None


def test_boxes_are_immutable(x):
    box = Affine1(x, scale=2.0)
    with pytest.raises(errors.BoxError, match="immutable"):
        box.scale = 3.0
    with pytest.raises(errors.BoxError, match="immutable"):
        box.children = ()
    with pytest.raises(errors.BoxError, match="immutable"):
        del box.scale
    assert box.scale == 2.0 and box.children == (x,)


def test_bind_makes_a_copy_with_another_value(x):
    box = bp.dropout(x, 0.5)
    bound = box.bind(rate=0.25)
    assert (box.rate, bound.rate) == (0.5, 0.25)
    assert bound.children == box.children and bound.spec == box.spec


def test_dims_and_repr_show_the_shape(x):
    h = bp.tanh(x, name="h")
    assert h.dims == ("N", 4)
    assert repr(h) == "<Tanh 'h' (N, 4)>"
    assert repr(bp.tanh(x)) == "<Tanh (N, 4)>"


def test_child_names_leave_out_what_the_pass_hands_over():
    assert boxes.Linear.child_names() == ("h", "W", "b")
    assert boxes.Dropout.child_names() == ("a",)
    assert boxes.BatchNorm.child_names() == ("a", "gain", "shift", "mean", "variance")
    assert boxes.Concat.child_names() == ("*parts",)


# --- operators ---


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


def test_a_box_is_not_iterable(x):
    with pytest.raises(TypeError):
        list(x)


def test_boxes_are_compared_by_identity(x):
    assert bp.tanh(x) != bp.tanh(x)
    assert len({x, x, bp.Input("x", (4,))}) == 2


# --- the registry ---


def test_ours_are_registered_by_name_and_yours_by_module_and_name():
    assert registered("Tanh") is boxes.Tanh
    assert Affine1.type_key == f"{__name__}:Affine1"
    assert registered(Affine1.type_key) is Affine1
    assert registered("NoSuchBox") is None


def test_the_registry_given_is_a_copy():
    registry().clear()
    assert registered("Tanh") is boxes.Tanh


def test_a_custom_box_does_not_replace_ours_of_the_same_name(x):
    class Tanh(bp.Box):
        def fprop(self, a):
            return a

        def bprop(self, grad, value, a):
            return grad

    assert registered("Tanh") is boxes.Tanh
    assert type(bp.tanh(x)) is boxes.Tanh


# --- helpers ---


def test_as_box_keeps_boxes_and_wraps_numbers(x):
    assert as_box(x) is x
    assert type(as_box(2)) is bp.Constant


def test_plain_makes_hyper_parameters_that_describe_themselves():
    assert plain(np.float32(0.5)) == 0.5 and type(plain(np.float32(0.5))) is float
    assert plain([1, [np.int64(2), 3]]) == (1, (2, 3))
    found = plain(slice(np.int64(1), None, np.int8(2)))
    assert found == slice(1, None, 2) and type(found.start) is type(found.step) is int


@pytest.mark.parametrize(
    ("name", "lower"), [("LeakyRelu", "leaky_relu"), ("L2", "l2"), ("MatMul", "mat_mul"), ("Tanh", "tanh")]
)
def test_snake_case(name, lower):
    assert snake(name) == lower


def test_function_makes_the_lower_case_function_of_a_class(x):
    affine1 = function(Affine1)
    assert affine1.__name__ == "affine1" and affine1.__doc__ == Affine1.__doc__
    box = affine1(x, scale=3.0, name="h")
    assert type(box) is Affine1 and box.scale == 3.0 and box.name == "h"


def test_a_box_that_needs_noise_must_say_which(x):
    class Noisy(bp.Box):
        needs = ("noise",)

        def fprop(self, a, noise):
            return a + noise

        def bprop(self, grad, value, a, noise):
            return grad

    with pytest.raises(errors.BpropError, match="define `noise`"):
        Noisy(x)


def test_a_number_at_the_left_is_the_first_child(x):
    for box in (2.0 + x, 2.0 - x, 2.0 * x, 2.0 / x):
        assert [type(child).__name__ for child in box.children] == ["Constant", "Input"]
    for box in (x + 2.0, x - 2.0, x * 2.0, x / 2.0):
        assert [type(child).__name__ for child in box.children] == ["Input", "Constant"]
