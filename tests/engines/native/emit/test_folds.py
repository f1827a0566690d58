"""Folds equal NumPy's, and threads may share them by examples."""

import numpy as np
import pytest

from bprop.engines.native.run.evaluate import evaluate
from bprop.namespace import fold

pytest.importorskip("llvmlite")
CASES = [((3, 4, 2, 5), (5,), (1,), (1,)), ((2, 3, 4, 2, 3, 6), (6, 9), (2, 2), (1, 1)),
         ((1, 3, 3, 2, 2, 17), (5, 5), (1, 1), (2, 2)), ((2, 2, 2, 3, 3, 1), (5, 7), (2, 2), (1, 1))]  # fmt: skip


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("shape", "sizes", "step", "apart"), CASES)
def test_windows_are_added_up_where_they_overlap_and_the_rest_is_0(shape, sizes, step, apart, dtype):
    grad = np.random.default_rng(0).normal(size=shape).astype(dtype)
    (found,) = evaluate(lambda g: [2 * fold(g, sizes, step, apart)], grad, dtype=dtype)
    np.testing.assert_allclose(found, 2 * fold(grad, sizes, step, apart), rtol=1e-5 if dtype == "float32" else 1e-13)


def test_a_fold_leaves_zeros_between_its_rows(dirty_padding):
    grad = np.ones((2, 3, 2 * 5))
    assert dirty_padding(lambda g: [fold(g.reshape(2, 3, 2, 5), (4,), (1,), (1,))], grad) == []
