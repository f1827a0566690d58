"""The defaults of every box: saved graphs and the documentation rely on them."""

import numpy as np
import pytest

import bprop as bp
from bprop import boxes

DEFAULTS = {
    "BatchNorm": {"epsilon": 1e-5, "decay": 0.9},
    "Concat": {"axis": -1},
    "Conv1d": {"stride": 1, "padding": "valid", "dilation": 1, "groups": 1},
    "Conv2d": {"stride": 1, "padding": "valid", "dilation": 1, "groups": 1},
    "Dropout": {"rate": 0.5},
    "Elu": {"alpha": 1.0},
    "Focal": {"gamma": 2.0},
    "GaussianNoise": {"scale": 0.1},
    "Huber": {"delta": 1.0},
    "LabelSmoothing": {"smoothing": 0.1},
    "LayerNorm": {"epsilon": 1e-5},
    "LeakyRelu": {"slope": 0.01},
    "LogMeanExp": {"axis": None, "keepdims": False},
    "LogSumExp": {"axis": None, "keepdims": False},
    "Max": {"axis": None, "keepdims": False},
    "Mean": {"axis": None, "keepdims": False},
    "Normalise": {"epsilon": 1e-5},
    "RmsNorm": {"epsilon": 1e-5},
    "Stack": {"axis": 1},
    "Sum": {"axis": None, "keepdims": False},
    "Waves": {"scale": 1.0},
}


@pytest.mark.parametrize(("name", "defaults"), DEFAULTS.items(), ids=DEFAULTS)
def test_hyper_parameters_have_the_defaults_that_are_documented(name, defaults):
    assert getattr(boxes, name).hyper_defaults == defaults


@pytest.mark.parametrize("cls", [cls for cls in boxes.catalogue() if "wanted" in cls.bprop.__code__.co_varnames])
def test_a_box_called_without_wanted_returns_all_gradients(cls, bare):
    for example in cls.examples(np.random.default_rng(1)):
        hyper = example[-1] if isinstance(example[-1], dict) else {}
        arrays = [np.asarray(a) for a in example if not isinstance(a, dict)]
        box = bare(cls, **hyper)
        value = box.fprop(*arrays)
        every = box.bprop(value, value, *arrays, wanted=(True,) * len(arrays))
        for one, untold in zip(every, box.bprop(value, value, *arrays), strict=True):
            np.testing.assert_array_equal(one, untold)
        for left_out in range(len(arrays)):
            wanted = tuple(i != left_out for i in range(len(arrays)))
            for i, one in enumerate(box.bprop(value, value, *arrays, wanted=wanted)):
                assert (one is None) == (i == left_out)
                assert one is None or np.array_equal(one, every[i])


def test_the_logistic_function_is_a_half_at_0_and_symmetric():
    a = np.array([-800.0, -2.0, -0.5, 0.0, 0.5, 2.0, 800.0])
    f = bp.Graph(outputs={"f": bp.sigmoid(bp.Input("a"))}).fprop({}, a=a)["f"]
    np.testing.assert_allclose(f[1:-1], [1 / (1 + np.exp(-v)) for v in a[1:-1]], rtol=1e-15)
    assert (f[0], f[3], f[-1]) == (0.0, 0.5, 1.0)
    np.testing.assert_allclose(f + f[::-1], 1.0, rtol=1e-15)
