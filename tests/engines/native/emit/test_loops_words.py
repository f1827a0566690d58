"""Reductions of numbers without a sign: what is above 2^31 is large, in every direction and at every length."""

import numpy as np
import pytest

from bprop.engines.native.run.evaluate import evaluate

FACTOR = np.uint32(2654435761)


@pytest.mark.parametrize("shape", [(5, 3), (3, 21), (40, 150), (7,), (300,)], ids=str)
def test_the_largest_and_the_smallest_word(shape):
    numbers = np.arange(1, 1 + int(np.prod(shape))).reshape(shape)

    def compute(n):
        words = n.astype(np.uint32) * FACTOR
        return [part for axis in (0, -1, None) for part in (words.max(axis=axis), words.min(axis=axis))]

    with np.errstate(over="ignore"):
        for found, wanted in zip(evaluate(compute, numbers), compute(numbers), strict=True):
            np.testing.assert_array_equal(found, wanted)
            assert wanted.dtype == np.uint32


@pytest.mark.parametrize("place", [0, 5, 31, 200, 299])
def test_one_large_word_among_small_ones_is_the_largest(place):
    """Partial results of a long row are brought together as words too, not as numbers with a sign."""
    numbers = np.arange(1, 301)
    numbers[place] = 2**31 + 7

    def compute(n):
        words = n.astype(np.uint32)
        return [words.max(axis=-1), (~words).min(axis=-1)]

    for found, wanted in zip(evaluate(compute, numbers), compute(numbers), strict=True):
        np.testing.assert_array_equal(found, wanted)
