from math import erf, exp, log, sqrt, tanh

import numpy as np
import pytest

import bprop as bp
from bprop import boxes

ACTIVATIONS = sorted(boxes.Activation.__subclasses__(), key=lambda cls: cls.__name__)
OURS = [cls for cls in ACTIVATIONS if ":" not in cls.type_key]


@pytest.mark.parametrize(
    ("cls", "hyper", "a", "expected"),
    [
        (boxes.Sigmoid, {}, 0.0, 0.5),
        (boxes.Sigmoid, {}, 2.0, 1 / (1 + exp(-2))),
        (boxes.Sigmoid, {}, -2.0, exp(-2) / (1 + exp(-2))),
        (boxes.Tanh, {}, 0.5, tanh(0.5)),
        (boxes.Relu, {}, -3.0, 0.0),
        (boxes.Relu, {}, 3.0, 3.0),
        (boxes.LeakyRelu, {}, -3.0, -0.03),
        (boxes.LeakyRelu, {"slope": 0.5}, -3.0, -1.5),
        (boxes.LeakyRelu, {}, 3.0, 3.0),
        (boxes.Elu, {}, -1.0, exp(-1) - 1),
        (boxes.Elu, {"alpha": 2.0}, -1.0, 2 * (exp(-1) - 1)),
        (boxes.Elu, {}, 1.5, 1.5),
        (boxes.Silu, {}, 2.0, 2 / (1 + exp(-2))),
        (boxes.Softplus, {}, 0.0, log(2)),
        (boxes.Softplus, {}, 1.0, log(1 + exp(1))),
        (boxes.Gelu, {}, 0.0, 0.0),
    ],
)
def test_values_are_the_definitions(cls, hyper, a, expected, bare):
    assert bare(cls, **hyper).fprop(np.array([a]))[0] == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize(
    ("cls", "hyper", "a", "slope"),
    [
        (boxes.Sigmoid, {}, 0.0, 0.25),
        (boxes.Tanh, {}, 0.0, 1.0),
        (boxes.Relu, {}, 2.0, 1.0),
        (boxes.Relu, {}, 0.0, 0.0),  # at the kink: 0, as stated
        (boxes.LeakyRelu, {"slope": 0.2}, -2.0, 0.2),
        (boxes.Elu, {"alpha": 2.0}, -1.0, 2 * exp(-1)),
        (boxes.Gelu, {}, 0.0, 0.5),
        (boxes.Silu, {}, 0.0, 0.5),
        (boxes.Softplus, {}, 0.0, 0.5),
    ],
)
def test_derivatives_are_the_definitions(cls, hyper, a, slope, bare):
    box, a = bare(cls, **hyper), np.array([a])
    assert box.bprop(np.array([3.0]), box.fprop(a), a)[0] == pytest.approx(3 * slope, rel=1e-14)


def test_gelu_is_near_the_exact_a_phi_of_a(bare):
    a = np.linspace(-5, 5, 101)
    exact = [x * (1 + erf(x / sqrt(2))) / 2 for x in a]
    np.testing.assert_allclose(bare(boxes.Gelu).fprop(a), exact, atol=5e-4)


@pytest.mark.parametrize("cls", OURS, ids=lambda cls: cls.__name__)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_huge_pre_activations_neither_overflow_nor_warn(cls, dtype, bare):
    box, a = bare(cls), np.array([-1e4, -1000, -100, 100, 1000, 1e4], dtype)
    value = box.fprop(a)
    grad = box.bprop(np.ones_like(a), value, a)
    assert np.isfinite(value).all() and np.isfinite(grad).all()
    assert value.dtype == grad.dtype == dtype


def test_saturated_units_have_the_limits_values(bare):
    a = np.array([-1000.0, 1000.0])
    np.testing.assert_array_equal(bare(boxes.Sigmoid).fprop(a), [0, 1])
    np.testing.assert_array_equal(bare(boxes.Tanh).fprop(a), [-1, 1])
    np.testing.assert_array_equal(bare(boxes.Elu).fprop(a), [-1, 1000])
    np.testing.assert_array_equal(bare(boxes.Softplus).fprop(a), [0, 1000])
    np.testing.assert_array_equal(bare(boxes.Silu).fprop(a), [0, 1000])
    np.testing.assert_array_equal(bare(boxes.Gelu).fprop(a), [0, 1000])


def test_the_small_side_of_the_sigmoid_keeps_its_digits(bare):
    a = np.array([-700.0, -50.0])
    np.testing.assert_allclose(bare(boxes.Sigmoid).fprop(a), np.exp(a), rtol=1e-14)
    np.testing.assert_allclose(bare(boxes.Softplus).fprop(a), np.exp(a), rtol=1e-14)
    np.testing.assert_allclose(bare(boxes.Elu).fprop(np.array([-1e-12])), [-1e-12], rtol=1e-11)


@pytest.mark.parametrize("cls", OURS, ids=lambda cls: cls.__name__)
def test_an_activation_keeps_the_shape(cls):
    assert cls(bp.Input("a", (3, 2))).dims == ("N", 3, 2)
    assert cls(bp.Parameter("a", ())).dims == ()


def test_the_functions_take_hyper_parameters_and_a_name():
    a = bp.Input("a", (3,))
    h = bp.leaky_relu(a, slope=0.3, name="h1")
    assert (h.slope, h.name) == (0.3, "h1")
    assert bp.elu(a, alpha=0.5).alpha == 0.5


@pytest.mark.parametrize("engine", ["numpy", "native", "xla"])
def test_a_clipped_unit_passes_no_gradient_however_steep_the_next_box(engine):
    pytest.importorskip({"native": "llvmlite", "xla": "jax"}.get(engine, "numpy"))
    x, w = bp.Input("x", (2,)), bp.Parameter("w", (2,))
    graph = bp.Graph(loss=bp.sum(bp.sqrt(bp.clip(x * w, 0.0, 9.0)), axis=1))  # the root of 0 is infinitely steep
    data, params = {"x": np.array([[-3.0, 4.0]])}, {"w": np.ones(2)}
    run = bp.train(graph, data, params=params, rule=bp.SGD(0.5), epochs=1, engine=engine, progress=False)
    np.testing.assert_allclose(run.params["w"], [1.0, 0.5], rtol=1e-6)


def test_in_onnx_they_have_their_settings(op):
    a = bp.Input("a", (4,))
    assert bp.sigmoid(a).onnx(op, "a") == ("Sigmoid", "a", {})
    assert bp.leaky_relu(a, slope=0.25).onnx(op, "a") == ("LeakyRelu", "a", {"alpha": 0.25})
    assert bp.elu(a, alpha=0.75).onnx(op, "a") == ("Elu", "a", {"alpha": 0.75})
