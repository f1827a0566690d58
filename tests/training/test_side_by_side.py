import os
import signal
import threading

import pytest

from bprop.engines.many import cores_here
from bprop.training.side_by_side import side_by_side


def test_results_come_in_the_order_of_the_items_whoever_computes_them():
    assert side_by_side(lambda n: n * n, range(20), threads=3) == [n * n for n in range(20)]
    assert side_by_side(lambda n: n, [], threads=3) == []


def test_calls_are_at_work_at_the_same_time_on_one_core_each():
    both = threading.Barrier(2, timeout=30)

    def meet(_):
        both.wait()
        return cores_here()

    assert side_by_side(meet, [0, 1], threads=2) == [1, 1]


def test_one_thread_or_one_item_is_computed_here():
    here = threading.current_thread()
    for items, threads in (([0, 1], 1), ([0], 8)):
        assert all(thread is here for thread in side_by_side(lambda _: threading.current_thread(), items, threads))


def test_an_error_is_raised():
    def fail(n):
        if n == 1:
            raise ValueError("of mine")

    with pytest.raises(ValueError, match="of mine"):
        side_by_side(fail, range(4), threads=2)


def test_a_signal_reaches_the_main_thread_meanwhile():
    came = threading.Event()
    before = signal.signal(signal.SIGTERM, lambda *_: came.set())

    def send(n):
        if n == 0:
            os.kill(os.getpid(), signal.SIGTERM)
        return came.wait(30)

    try:
        assert side_by_side(send, [0, 1], threads=2) == [True, True]
    finally:
        signal.signal(signal.SIGTERM, before)
