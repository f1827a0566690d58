import numpy as np
import pytest

import bprop as bp
from bprop import Input, Parameter, errors, init


def test_an_inputs_shape_is_one_examples():
    x = bp.Input("x", (784,))
    assert x.dims == ("N", 784)
    assert x.spec.kind == "float"
    assert x.children == ()


def test_an_input_may_hold_one_whole_number_an_example():
    y = bp.Input("y", (), dtype="int")
    assert y.dims == ("N",)
    assert y.spec.kind == "int"
    assert bp.Input("y", dtype=np.uint8).dtype == "int"


def test_a_parameter_has_no_batch_axis():
    W = bp.Parameter("W", (3, 4))
    assert W.dims == (3, 4)
    assert W.trainable
    assert not bp.Parameter("m", (3,), trainable=False).trainable


def test_one_size_is_a_shape_of_one_axis():
    assert bp.Parameter("b", 4).dims == (4,)
    assert bp.Input("x", np.int64(4)).dims == ("N", 4)


@pytest.mark.parametrize("shape", [(0,), (-1, 3), (2.5,), 2.5, None, "ab", (True,), ((2, 3),)])
def test_an_illegal_shape_is_refused_by_name(shape):
    with pytest.raises(errors.BoxError, match="'x'"):
        bp.Input("x", shape)
    with pytest.raises(errors.BoxError, match="'W'"):
        bp.Parameter("W", shape)


@pytest.mark.parametrize("dtype", ["floot", complex, object, "U3"])
def test_an_illegal_dtype_is_refused_by_name(dtype):
    with pytest.raises(errors.BoxError, match="'x'"):
        bp.Input("x", (2,), dtype=dtype)


@pytest.mark.parametrize("name", ["", 3, None])
def test_the_name_of_an_input_is_a_non_empty_string(name):
    with pytest.raises(errors.BoxError, match="name"):
        bp.Input(name, (2,))
    with pytest.raises(errors.BoxError, match="name"):
        bp.Parameter(name, (2,))


def test_an_initialiser_is_a_function_a_name_an_array_or_a_number():
    assert Parameter("b", (3,), init="zeros").init is init.zeros
    assert Parameter("b", (3,), init=0.5).init == init.Constant(0.5)
    W = Parameter("W", init=[[1, 2], [3, 4], [5, 6]])
    assert W.shape == (3, 2)
    np.testing.assert_array_equal(bp.Graph(outputs={"f": bp.Input("x", (3,)) @ W}).init()["W"], W.init.values)


@pytest.mark.parametrize(
    ("make", "error", "cure"),
    [
        (lambda: Parameter("W", (4, 3), init="xavier"), errors.BoxError, 'init="glorot_uniform"'),
        (lambda: Parameter("W", (4, 3), init="He_normall"), errors.BoxError, "did you mean 'he_normal'"),
        (lambda: Parameter("W", (4, 3), init=init.uniform), errors.BoxError, "uniform\\(0.1\\)"),
        (lambda: Parameter("W", (4, 3), init=np.ones((3, 4))), errors.ShapeError, r"\(3, 4\), the parameter \(4, 3\)"),
        (lambda: Parameter("W", (4, 3), init=lambda: 0), errors.BoxError, r"called as init\(rng, shape\)"),
        (lambda: Parameter("W", (4, 3), init=object()), errors.BoxError, r"a function init\(rng, shape\)"),
        (lambda: Parameter("W", 4, 3), errors.BoxError, r"is a tuple, \(4, 3\)"),
        (lambda: Parameter("W", np.ones((4, 3))), errors.BoxError, "init=array"),
        (lambda: Input("x", (None, 4)), errors.BoxError, r"one example, \(4,\): the batch axis is implicit"),
        (lambda: Input("x", ("N",)), errors.BoxError, r"one example, \(\): the batch axis is implicit"),
        (lambda: Input("x", -1), errors.BoxError, r"one example, \(\): the batch axis is implicit"),
        (lambda: Input("x", None), errors.BoxError, "positive whole numbers, not None"),
        (lambda: Parameter("W", (None, 4)), errors.BoxError, r"positive whole numbers, not \(None, 4\)"),
    ],
)
def test_what_is_no_initialiser_and_no_shape_is_refused_with_what_to_type(make, error, cure):
    with pytest.raises(error, match=cure):
        make()


def test_a_constant_is_a_copy_that_nobody_can_change():
    mine = np.array([1.0, 2.0])
    c = bp.Constant(mine)
    mine[0] = 9
    np.testing.assert_array_equal(c.value, [1, 2])
    with pytest.raises(ValueError, match="read-only"):
        c.value[0] = 9
    assert c.dims == (2,)


@pytest.mark.parametrize("value", ["text", None, [[1], [1, 2]], object(), 1j, {"a": 1}])
def test_only_a_number_or_an_array_can_be_a_constant(value):
    with pytest.raises(errors.BoxError, match="number or an array"):
        bp.Constant(value)


def test_a_leaf_computes_nothing():
    x = bp.Input("x", (2,))
    with pytest.raises(errors.GraphError, match="leaf"):
        x.fprop()
    assert x.bprop(np.ones(2), np.ones(2)) == ()


def test_leaves_are_immutable():
    for leaf, key in ((bp.Input("x", (2,)), "shape"), (bp.Parameter("W", (2,)), "init"), (bp.Constant(1.0), "value")):
        with pytest.raises(errors.BoxError, match="immutable"):
            setattr(leaf, key, None)
        with pytest.raises(errors.BoxError, match="immutable"):
            delattr(leaf, key)


def test_a_masked_array_is_no_constant():
    with pytest.raises(errors.DataError, match="Constant: 1 of 2 elements are masked"):
        bp.Constant(np.ma.masked_array([1.0, 2.0], [False, True]))
    np.testing.assert_array_equal(bp.Constant(np.ma.masked_array([1.0, 2.0])).value, [1.0, 2.0])


@pytest.mark.parametrize("error", [TypeError, ValueError])
def test_a_constant_that_makes_no_array_is_refused_by_its_type(error):
    class Elsewhere:
        def __array__(self, dtype=None, copy=None):
            raise error("its memory is on another machine")

    with pytest.raises(errors.BoxError, match="a Elsewhere cannot be part of a graph"):
        bp.Constant(Elsewhere())
