"""Counts of updates take 32 bits as long as these hold all of an epoch's, and 64 from then on."""

import numpy as np
import pytest

pytest.importorskip("jax")

from bprop.engines import choose
from bprop.engines.xla.compilation import Function


@pytest.mark.parametrize(("made", "kind"), [(2**31 - 6, np.int32), (2**31 - 5, np.int64)])
@pytest.mark.parametrize("start", [0, 2])
def test_an_epoch_whose_last_update_32_bits_count_is_counted_in_32_bits(job, monkeypatch, made, kind, start):
    run = choose("xla").start(job(), job().graph.init(0))  # five steps
    run.set_order(np.arange(20, dtype=np.int32))
    seen, call = [], Function.__call__
    monkeypatch.setattr(Function, "__call__", lambda self, *args: seen.append(args) or call(self, *args))
    run.steps(start, 1, made + start)
    (args,) = seen
    assert type(args[-2]) is kind
    assert [int(count) for count in args[-4:-1]] == [start, 1, made + start]


def test_the_rates_of_a_part_are_those_of_its_own_updates(job, monkeypatch):
    """A stretch may be done in parts, each with the rates of its updates."""
    run = choose("xla").start(job(), job().graph.init(0))
    seen, rates, parts = [], run._rates, run._parts
    monkeypatch.setattr(run, "_parts", lambda start, count: [*parts(start, 3), *parts(start + 3, count - 3)])
    monkeypatch.setattr(run, "_rates", lambda t, count: seen.append((t, count)) or rates(t, count))
    run.set_order(np.arange(20, dtype=np.int32))
    run.steps(0, 5, 10)
    assert seen == [(10, 3), (13, 2)]
