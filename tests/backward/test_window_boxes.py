import numpy as np
import pytest

import bprop as bp
from bprop.backward.window_boxes import Fold, Windows


@pytest.mark.parametrize("cls", [Windows, Fold])
def test_each_is_the_transpose_of_its_gradient(bare, rng, cls):
    for a, hyper in cls.examples(rng):
        box = bare(cls, **hyper)
        value = box.fprop(a)
        grad = rng.normal(size=value.shape)
        assert (value * grad).sum() == pytest.approx((a * box.bprop(grad, value, a)).sum())


@pytest.mark.parametrize("pool", [bp.max_pool2d, bp.mean_pool2d])
@pytest.mark.parametrize("stride", [None, 1])
def test_the_backward_graph_of_a_convolutional_network_computes_its_gradients(pool, stride):
    h = bp.tanh(bp.conv2d(bp.Input("x", (5, 5, 1)), bp.Parameter("W", (2, 2, 1, 3)), padding="same"))
    h = pool(h, size=2, stride=stride)
    graph = bp.Graph(loss=bp.mean(bp.square(h), axis=(1, 2, 3)))
    theta, x = graph.init(0), np.random.default_rng(0).normal(size=(4, 5, 5, 1))
    expected = graph.bprop(graph.fprop(theta, x=x))["W"]
    found = graph.backward().fprop(theta, x=x)["d objective / d W"]
    np.testing.assert_allclose(found, expected, rtol=1e-12)
