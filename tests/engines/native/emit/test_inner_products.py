"""Products whose sum runs along the vectors: what NumPy gives, on any number of threads, whatever lies beside a row."""

import numpy as np
import pytest

pytest.importorskip("llvmlite")

from bprop.engines.native.emit import products
from bprop.engines.native.run.evaluate import evaluate


def test_inner_products_are_shared_out_too(steps, monkeypatch):
    monkeypatch.setattr("bprop.engines.native.schedule.shares.SHARED_FROM", 1)
    monkeypatch.setattr(products, "CACHE", 8 * 1024)
    rng = np.random.default_rng(0)
    arrays = [np.zeros((37, 21)), rng.normal(size=(37, 900)), rng.normal(size=(21, 900))]
    found = steps(lambda xp, _, a, b: [a @ b.T, None, None], arrays, counts=(1, 2, 3, 5))
    np.testing.assert_allclose(found[0][0], arrays[1] @ arrays[2].T, rtol=0, atol=1e-11)
    for other in found[1:]:
        np.testing.assert_array_equal(other[0], found[0][0])


def test_padding_beyond_a_row_is_never_part_of_a_sum(same):
    """Rows that end within a vector: what a kernel writes there must be 0, for inner products read whole vectors."""

    def step(xp, a, b, c):
        h = xp.log(a * 0.0 + 2.0)  # log(0) = -inf in the padding, if that were computed and kept
        return [None, None, xp.exp(h) @ xp.exp(-b).T]

    rng = np.random.default_rng(0)
    same(step, [rng.normal(size=(5, 43)), rng.normal(size=(6, 43)), np.zeros((5, 6))], steps=2)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(1, 500, 7), (2, 203, 9), (3, 97, 1), (5, 64, 4), (7, 130, 21)])
def test_tiles_of_any_size_are_summed_over_their_lanes(shape, dtype, vectors):
    (M, K, N), rng = shape, np.random.default_rng(0)
    a, b = rng.normal(size=(M, K)), rng.normal(size=(N, K))
    (product,) = evaluate(lambda a, b: [a @ b.T], a, b, dtype=dtype)
    np.testing.assert_allclose(product, a @ b.T, rtol=0, atol=np.finfo(dtype).eps * 50 * np.sqrt(K))
