"""The count of updates has 64 bits: runs that pass 2^31, 2^32 and 2^53 updates are what they are elsewhere."""

from dataclasses import dataclass

import numpy as np
import pytest

import bprop as bp
from bprop import errors, schedules
from bprop.data import DataSet
from bprop.engines import Job, choose
from bprop.engines.engine import LAST, need_counts
from bprop.namespace import namespace

ROWS, BATCH, STEPS = 24, 4, 6
COUNTS = [2**31 - 4, 2**32 - 4, 2**53 - 4]


@dataclass(frozen=True)
class Alternating(bp.Rule):
    """theta <- theta - alpha (1 where t is even, 1/4 where it is odd) grad: a rule that looks at every bit of t."""

    def update(self, params, grads, state, rate, t):
        size = namespace(*params.values()).where((t & 1) == 0, 1.0, 0.25)
        return {name: p - rate * size * grads[name] for name, p in params.items()}, state


RULES = {
    "Adam": bp.Adam(0.01),
    "AdamW": bp.AdamW(0.01, weight_decay=0.1),
    "Adam that remembers long": bp.Adam(0.01, beta1=0.99, beta2=1 - 2**-52),
    "momentum": bp.SGD(0.1, momentum=0.9),
    "decrease": bp.SGD(0.1, decrease_constant=1e-10),
    "cosine": bp.Adam(schedules.cosine(0.01, 2**33)),
    "warm up": bp.SGD(schedules.warm_up(2**33, schedules.step(0.1, 0.5, 2**30)), momentum=0.9, nesterov=True),
    "step": bp.SGD(schedules.step(0.5, 0.5, 2**52)),
    "exponential": bp.SGD(schedules.exponential(0.1, 0.5, 2**33)),
    "one's own": Alternating(0.1),
}


def data():
    rng = np.random.default_rng(0)
    return DataSet({"x": rng.normal(size=(ROWS, 3)), "y": rng.integers(2, size=ROWS)})


def run(engine, rule, t, *, dtype="float64", dropout=0.3, epochs=2, cuts=(STEPS,)):
    """theta after epochs of STEPS updates from update number t on."""
    pytest.importorskip({"native": "llvmlite", "xla": "jax"}.get(engine, "numpy"))
    graph = bp.mlp([3, 4, 2], dropout=dropout)
    found = choose(engine).start(Job(graph, rule, data(), BATCH, np.dtype(dtype), 5), graph.init(1))
    for _ in range(epochs):
        found.set_order(np.arange(ROWS, dtype=np.int32))
        start = 0
        for count in cuts:
            assert found.steps(start, count, t).bad_step is None
            start, t = start + count, t + count
    return found.params()


def same(one, other, **how):
    for name, array in one.items():
        np.testing.assert_allclose(array, other[name], **how)


@pytest.mark.parametrize("t", COUNTS)
@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_native_counts_as_numpy_does(rule, t):
    same(run("native", rule, t), run("numpy", rule, t), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("t", COUNTS)
@pytest.mark.parametrize("name", ["Adam that remembers long", "warm up", "one's own"])
def test_xla_counts_as_numpy_does(name, t):
    same(run("xla", RULES[name], t), run("numpy", RULES[name], t), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("engine", ["native", "xla"])
def test_single_precision_counts_as_double(engine):
    for t in COUNTS:
        same(run(engine, RULES["AdamW"], t, dtype="float32"), run("numpy", RULES["AdamW"], t), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("engine", ["numpy", "native", "xla"])
def test_a_rule_that_has_settled_does_the_same_at_any_count(engine):
    settled = bp.Adam(0.01, beta1=0.5, beta2=0.9)  # 0.9^10000 is 0
    late = [run(engine, settled, t, dtype="float32", dropout=None) for t in COUNTS]
    for theta in late:
        same(theta, run(engine, settled, 10_000, dtype="float32", dropout=None), rtol=1e-5)
        same(theta, late[0], rtol=0)


@pytest.mark.parametrize("engine", ["native", "xla"])
@pytest.mark.parametrize("t", [2**31 - 4, 2**32 - 4])
def test_an_epoch_may_be_cut_where_the_count_grows(engine, t):
    whole = run(engine, RULES["Adam"], t)
    for cuts in ((4, 2), (2, 4), (3, 1, 2)):
        same(run(engine, RULES["Adam"], t, cuts=cuts), whole, rtol=0)


@pytest.mark.parametrize("engine", ["numpy", "native", "xla"])
def test_dropout_draws_anew_beyond_32_bits(engine):
    plain = bp.SGD(0.1)
    one, other = run(engine, plain, 8), run(engine, plain, 2**32 + 8)
    assert any((one[name] != other[name]).any() for name in one)


@pytest.mark.parametrize(("t", "count"), [(-1, 1), (LAST, 1), (2**63, 0), (10**30, 1), (0, -1)])
def test_a_count_that_64_bits_do_not_hold_is_refused(t, count):
    with pytest.raises(errors.SettingError, match="a run counts them from 0 to 9,223,372,036,854,775,807"):
        need_counts(t, count)


@pytest.mark.parametrize("engine", ["numpy", "native", "xla"])
def test_every_engine_refuses_such_a_count(engine):
    with pytest.raises(errors.SettingError, match="a run counts them"):
        run(engine, bp.SGD(0.1), LAST)
    with pytest.raises(errors.SettingError, match="a run counts them"):
        run(engine, bp.SGD(0.1), -5)
