"""The functions that are compiled."""

import numpy as np
import pytest

import bprop as bp

pytest.importorskip("jax")
tracer = pytest.importorskip("bprop.engines.xla.tracer")


def test_a_sum_over_many_steps_is_exact_to_rounding():
    """100,000 losses of 0.1 in float32: adding them up plainly would be off by 1e-3."""
    x, w = bp.Input("x"), bp.Parameter("w", ())
    graph = bp.Graph(loss=bp.abs(x + 0.0 * w))
    fit = bp.train(graph, {"x": np.full(100_000, 0.1)}, batch_size=1, epochs=1, engine="xla", progress=False)
    assert fit.history[0].loss == pytest.approx(float(np.float32(0.1)), rel=1e-9)


@pytest.mark.parametrize("unrolled", [1, 2, 3])
@pytest.mark.parametrize("count", [0, 1, 5, 6])
def test_the_loop_does_each_step_once_and_in_order(unrolled, count):
    digits = tracer.loop(count, lambda i, carry: carry * 10 + i + 1, 0, unrolled)
    assert int(digits) == int("0" + "".join(str(i + 1) for i in range(count)))
