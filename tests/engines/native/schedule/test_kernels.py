"""What a kernel writes and updates, and which operations need one of their own."""

import numpy as np
import pytest

from bprop.engines.native.schedule.kernels import (
    ALONE,
    FREE,
    MOVING,
    PRODUCTS,
    VIEWS,
    Kernel,
    is_reduction,
    stands_alone,
)
from bprop.engines.trace.functions import new_tape

FLOAT = np.dtype("float64")


@pytest.fixture
def leaves():
    tape = new_tape(FLOAT)
    return [tape.leaf(name, (3, 4), FLOAT) for name in "ab"]


def test_a_kernel_writes_leaves_in_place_and_other_arrays_where_they_are_kept(leaves):
    a, b = leaves
    new, kept = a + b, a * b
    kernel = Kernel([(new, a), (kept, None)])
    assert kernel.shape == (3, 4)
    assert kernel.targets == {a}
    assert kernel.writes == {a, kept}


def test_products_reductions_and_parts_put_together_have_kernels_of_their_own(leaves):
    a, b = leaves
    xp = a.tape.functions
    row_sums = a.sum(axis=1)
    assert is_reduction(row_sums) and stands_alone(row_sums)
    for array, alone in ((a @ b.T, True), (xp.concatenate([a, b]), True), (a + b, False), (a.T, False)):
        assert not is_reduction(array)
        assert stands_alone(array) == alone


def test_views_cost_nothing_and_all_that_is_not_elementwise_reads_elsewhere():
    assert VIEWS < FREE and PRODUCTS < ALONE
    assert VIEWS | ALONE < MOVING and not FREE & ALONE
