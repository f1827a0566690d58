import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bprop as bp
from bprop import boxes, errors

NUMPY = {boxes.Sum: np.sum, boxes.Mean: np.mean, boxes.Max: np.max}


@st.composite
def reductions(draw):
    shape = tuple(draw(st.lists(st.integers(1, 3), min_size=1, max_size=3)))
    axes = draw(st.lists(st.integers(0, len(shape) - 1), min_size=1, unique=True))
    axes = tuple(i - len(shape) if draw(st.booleans()) else i for i in axes)
    return shape, draw(st.sampled_from([None, axes, axes[0]])), draw(st.booleans())


@pytest.mark.parametrize("cls", NUMPY, ids=lambda cls: cls.__name__)
@given(reduction=reductions())
def test_values_are_numpys_and_gradients_the_transpose(cls, reduction):
    shape, axis, keepdims = reduction
    rng = np.random.default_rng(0)
    a = rng.permutation(int(np.prod(shape))).reshape(shape) / 7.0  # no ties
    box = object.__new__(cls)
    box.__dict__.update(axis=axis, keepdims=keepdims)
    value = np.asarray(box.fprop(a))
    np.testing.assert_array_equal(value, NUMPY[cls](a, axis=axis, keepdims=keepdims))

    grad, da = rng.normal(size=value.shape), 1e-6 * rng.normal(size=shape)
    sent = box.bprop(grad, value, a)
    assert sent.shape == shape
    change = NUMPY[cls](a + da, axis=axis, keepdims=keepdims) - value  # linear for a change this small
    np.testing.assert_allclose((grad * change).sum(), (sent * da).sum(), atol=1e-12)


def test_max_shares_the_gradient_among_ties(bare):
    a, box = np.array([[1.0, 3.0, 3.0], [2.0, 0.0, 1.0]]), bare(boxes.Max, axis=1)
    np.testing.assert_array_equal(box.bprop(np.array([6.0, 5.0]), box.fprop(a), a), [[0, 3, 3], [5, 0, 0]])


def test_axes_count_the_batch():
    x = bp.Input("x", (3, 4))
    assert bp.sum(x).dims == ()
    assert bp.sum(x, axis=1).dims == ("N", 4)
    assert bp.mean(x, (1, 2)).dims == ("N",)
    assert bp.max(x, -1, keepdims=True).dims == ("N", 3, 1)
    assert bp.sum(x, axis=0).dims == (3, 4)


@pytest.mark.parametrize("axis", [3, -4, (0, 0)])
def test_an_axis_that_is_not_there_or_there_twice_is_a_shape_error(axis):
    with pytest.raises(errors.ShapeError, match="axis"):
        bp.sum(bp.Input("x", (3, 4)), axis=axis)


def test_a_number_has_no_axis_but_can_be_reduced_over_all():
    s = bp.Parameter("s", ())
    with pytest.raises(errors.ShapeError, match="axis"):
        bp.sum(s, axis=0)
    assert bp.sum(s).dims == ()


def test_an_axis_that_is_no_whole_number_is_refused():
    with pytest.raises(errors.DTypeError):
        bp.mean(bp.Input("x", (3, 4)), axis=1.5)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_an_infinite_gradient_of_a_maximum_reaches_the_largest_alone_and_in_its_precision(dtype, bare):
    a, grad = np.array([[1.0, 3.0, 3.0]], dtype), np.array([np.inf], dtype)
    box = bare(boxes.Max, axis=1)
    sent = box.bprop(grad, box.fprop(a), a)
    np.testing.assert_array_equal(sent, [[0.0, np.inf, np.inf]])
    assert sent.dtype == dtype


def test_the_maximum_of_infinities_is_infinite_and_they_share_the_gradient(bare):
    a = np.array([[-np.inf, -np.inf], [np.inf, 3.0], [-np.inf, 1.0]])
    box = bare(boxes.Max, axis=1)
    value = box.fprop(a)
    np.testing.assert_array_equal(value, [-np.inf, np.inf, 1.0])
    np.testing.assert_array_equal(box.bprop(np.ones(3), value, a), [[0.5, 0.5], [1.0, 0.0], [0.0, 1.0]])


@pytest.mark.parametrize("engine", ["numpy", "native", "xla"])
def test_a_mean_overflows_where_its_sum_does(engine):
    pytest.importorskip({"native": "llvmlite", "xla": "jax"}.get(engine, "numpy"))
    x, y, w = bp.Input("x", (2,)), bp.Input("y"), bp.Parameter("w", ())
    graph = bp.Graph(loss=bp.absolute_error(bp.mean(x, axis=1) * w, y))
    data = {"x": np.full((1, 2), 3e38), "y": np.zeros(1)}
    with pytest.raises(errors.NonFiniteError, match="infinity"):
        bp.train(graph, data, epochs=1, engine=engine, progress=False)


def test_the_log_of_a_mean_of_exp_is_exact_near_0_and_holds_for_infinite_logarithms(bare):
    box = bare(boxes.LogMeanExp, axis=1)
    a = np.array([[-1e-20, -3e-20], [1000.0, 1000.0], [0.0, -np.inf], [-np.inf, -np.inf], [np.inf, 0.0]])
    with np.errstate(all="ignore"):
        value = box.fprop(a)
        grad = box.bprop(np.full(5, 2.0), value, a)
    np.testing.assert_allclose(value, [-2e-20, 1000, -np.log(2), -np.inf, np.inf], rtol=1e-15)
    np.testing.assert_array_equal(grad[:4], [[1, 1], [1, 1], [2, 0], [0, 0]])


def test_the_log_of_a_mean_of_exp_keeps_axes_on_demand(bare):
    a = np.log([[0.2, 0.4], [0.1, 0.3]])
    for axis, keepdims in ((None, False), (None, True), (0, True), ((0, 1), False), (-1, False)):
        value = bare(boxes.LogMeanExp, axis=axis, keepdims=keepdims).fprop(a)
        np.testing.assert_allclose(value, np.log(np.exp(a).mean(axis=axis, keepdims=keepdims)), rtol=1e-14)


def test_logsumexp_neither_overflows_nor_loses_what_is_small(bare):
    from bprop import boxes

    a = np.array(
        [[1000.0, 1000.0], [-1000.0, -1001.0], [0.0, -50.0], [-np.inf, -np.inf], [np.inf, 0.0], [2.0, -np.inf]]
    )
    expected = [1000 + np.log(2), -1000 + np.log1p(np.exp(-1)), np.exp(-50), -np.inf, np.inf, 2.0]
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        np.testing.assert_allclose(bare(boxes.LogSumExp, axis=1).fprop(a), expected, rtol=1e-15)
    assert np.isnan(bare(boxes.LogSumExp, axis=0).fprop(np.array([np.nan, 1.0])))


def test_the_shares_of_logsumexp_are_those_of_softmax(bare, rng):
    from bprop import boxes

    a = rng.normal(size=(3, 4))
    value = bare(boxes.LogSumExp, axis=1).fprop(a)
    np.testing.assert_allclose(
        bare(boxes.LogSumExp, axis=1).bprop(np.ones(3), value, a), bare(boxes.Softmax).fprop(a), rtol=1e-13
    )


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("logsumexp", lambda a, **of: np.log(np.exp(a).sum(**of))),
        ("log_mean_exp", lambda a, **of: np.log(np.exp(a).mean(**of))),
    ],
)
def test_functions_of_exponentials_hand_their_settings_on(name, function):
    x, make = bp.Input("x", (3, 2)), getattr(bp, name)
    a = np.random.default_rng(0).normal(size=(4, 3, 2))
    for of in ({"axis": 1}, {"axis": -1, "keepdims": True}, {"axis": (1, 2)}, {"axis": 1, "keepdims": True}):
        box = make(x, name="s", **of)
        assert box.name == "s"
        np.testing.assert_allclose(box.fprop(a), function(a, **of), rtol=1e-12)
    np.testing.assert_allclose(make(x).fprop(a), function(a), rtol=1e-12)
