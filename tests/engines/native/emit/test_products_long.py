"""Products that are cut into blocks: along k, along the columns, and along B's columns for inner products."""

import numpy as np
import pytest

from bprop.engines.native.emit import products
from bprop.engines.native.run.evaluate import evaluate

SIZES = [(30, 150, 133), (23, 129, 261), (12, 130, 96), (200, 17, 90), (40, 300, 3)]
"""(M, K, N): rows that make several tiles, with and without a rest, in each direction."""


@pytest.mark.parametrize("cache", [2**12, 2**14])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_blocks_add_up_to_the_product(monkeypatch, vectors, size, cache):
    monkeypatch.setattr(products, "CACHE", cache)
    M, K, N = size
    rng = np.random.default_rng(0)
    A, B, c = rng.normal(size=(M, K)), rng.normal(size=(K, N)), rng.normal(size=N)
    found = evaluate(lambda A, B, Bt, At, c: [A @ B + c, A @ Bt.T, At.T @ B], A, B, B.T.copy(), A.T.copy(), c)
    eps = np.finfo(np.float64).eps * 8 * K
    for one, wanted in zip(found, [A @ B + c, A @ B, A @ B], strict=True):
        np.testing.assert_allclose(one, wanted, rtol=0, atol=eps)
