"""The order of kernels: the same as that of a search through all pairs of them, which the queue does without."""

import numpy as np
import pytest

from bprop.engines.native.schedule.kernels import Kernel
from bprop.engines.native.schedule.queue import Queue
from bprop.engines.trace.tape import Tape


def by_pairs(kernels, stored, in_place):
    """(the order, what is left), found by looking at every pair of kernels again and again."""
    pending = sorted(kernels, key=lambda k: (bool(k.targets), max(a.number for a, _ in k.outputs)))
    order, done = [], set()
    while pending:
        ready = [k for k in pending if all(a in done or a not in stored for a in k.reads)]
        free = [
            k
            for k in ready
            if k.targets and in_place(k) and not any(k.targets & o.reads for o in pending if o is not k)
        ]
        plain = [k for k in ready if not k.targets]
        if not free and not plain:
            break
        pending.remove((free or plain)[0])
        order.append((free or plain)[0])
        done |= order[-1].writes
    return order, pending


def random_kernels(rng, count):
    """(kernels, stored arrays): some compute arrays of arrays before them, some update one or two leaves."""
    tape = Tape(np.dtype("float64"))
    leaves = [tape.leaf(f"state {i}", (3,), tape.dtype) for i in range(count // 2)]
    arrays, kernels = [], []
    targets = list(rng.permutation(len(leaves)))
    for i in range(count):
        reads = {one for group in (arrays, leaves) for one in group if rng.random() < 2 / (len(group) + 1)}
        array = tape.make("op", tuple(sorted(reads, key=lambda a: a.number)), i, (3,), tape.dtype)
        updated = [leaves[targets.pop()] for _ in range(rng.integers(1, 3)) if targets and rng.random() < 0.5]
        kernels.append(Kernel([(array, leaf) for leaf in updated] or [(array, None)], None, reads))
        arrays += [] if updated else [array]
    return [kernels[i] for i in rng.permutation(count)], set(arrays)


@pytest.mark.parametrize("seed", range(60))
def test_kernels_come_in_the_order_that_a_search_through_all_pairs_finds(seed):
    rng = np.random.default_rng(seed)
    kernels, stored = random_kernels(rng, int(rng.integers(2, 25)))
    moved = {id(kernel) for kernel in kernels if rng.random() < 0.2}
    in_place = lambda kernel: id(kernel) not in moved  # noqa: E731
    queue = Queue(kernels, stored, in_place)
    order, left = by_pairs(kernels, stored, in_place)
    assert list(queue) == order
    assert queue.waiting() == left


def test_the_random_kernels_have_both_complete_orders_and_updates_that_block_each_other():
    left = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        kernels, stored = random_kernels(rng, int(rng.integers(2, 25)))
        left.append(len(by_pairs(kernels, stored, lambda kernel: True)[1]))
    assert 10 < sum(count == 0 for count in left) < 50
