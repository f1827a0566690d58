"""Blocks of rows, each computed by one thread from the first kernel to the last: no thread waits for another."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from threading import Thread
from typing import Any

WORK = 20_000_000
"""Rows times weights of a block, about: so much that calling the code costs little beside it."""
FEWEST, MOST = 512, 2048
"""Rows of a block. A wide network needs some for its weights to be read seldom; more would leave the cache."""


def rows_of_block(weights: int) -> int:
    """The rows of a block for a network of so many weights: a power of 2.

    >>> from bprop.engines.native.run.row_blocks import rows_of_block
    >>> rows_of_block(7_400), rows_of_block(15_000), rows_of_block(4_000_000)
    (2048, 1024, 512)
    """
    rows = max(1, WORK // max(weights, 1))
    return min(MOST, max(FEWEST, 1 << (rows.bit_length() - 1)))


def share_out(starts: Iterable[int], workers: Sequence[Callable[[Iterator[int]], Any]]) -> None:
    """Call each worker on a thread of its own, the first one here, with the starts of blocks that are left.

    A worker takes the next start when it is done with a block. An exception in one lets the others end after their
    block, and is raised here. Where the system allows no more threads, those that there are do the work.
    """
    left, errors = deque(starts), list[BaseException]()

    def blocks() -> Iterator[int]:
        while left:
            with suppress(IndexError):  # another thread was quicker
                start = left.popleft()
                yield start

    def work(worker: Callable[[Iterator[int]], Any]) -> None:
        try:
            worker(blocks())
        except BaseException as error:
            left.clear()
            errors.append(error)

    others: list[Thread] = []
    try:
        with suppress(RuntimeError, MemoryError):  # what Python raises where it cannot start a thread
            for worker in workers[1:]:
                others.append(Thread(target=work, args=(worker,), name="bprop-rows", daemon=True))
                others[-1].start()
        workers[0](blocks())
    finally:
        left.clear()
        for thread in others:
            if thread.ident is not None:  # it was started
                thread.join()
    if errors:
        raise errors[0]
