"""When a run is looked at, and that it does not notice."""

import numpy as np
import pytest

import bprop as bp
from bprop.data import DataSet
from bprop.engines.engine import Job
from bprop.errors import SettingError
from bprop.health.probe import HealthProbe, sample_rows

X = np.random.default_rng(0).normal(size=(300, 4))
DATA = {"x": X, "y": (X[:, 0] > 0).astype(int) + (X[:, 1] > 0)}
GRAPH = bp.mlp([4, 5, 3], dropout=0.2, l2=1e-3)


def job(rule=None, rows=300, graph=GRAPH):
    data = DataSet({name: array[:rows] for name, array in DATA.items()})
    return Job(graph, rule or bp.SGD(0.1), data, 10, np.dtype("float32"), 0)


class Clock:
    def __init__(self, cost):
        self.now, self.cost, self.looks = 0.0, cost, 0

    def __call__(self):
        return self.now


def looked(wanted, cost, epoch_seconds, epochs=20):
    """The epochs that were looked at, by a clock set by hand: a look takes `cost`."""
    clock, found = Clock(cost), []
    probe = HealthProbe(job(), wanted, epochs, clock)

    def look(run, t):
        clock.now += cost
        return {}

    probe._look = look
    for epoch in range(1, epochs + 1):
        clock.now += epoch_seconds
        if probe(None, 30 * epoch) is not None:
            found.append(epoch)
    return found


def test_true_looks_after_every_epoch_and_false_never():
    assert looked(True, 10.0, 1.0) == list(range(1, 21))
    assert looked(False, 0.0, 1.0) == []


def test_auto_looks_after_every_epoch_where_that_costs_little():
    assert looked("auto", 0.019, 1.0) == list(range(1, 21))


@pytest.mark.parametrize("cost", [0.03, 0.1, 0.2])
def test_auto_spends_a_fiftieth_of_the_time_and_sees_the_first_and_the_last_epoch(cost):
    found = looked("auto", cost, 1.0)
    assert found[0] == 1
    assert found[-1] == 20
    assert cost * (len(found) - 2) <= 0.02 * 20
    assert looked("auto", 5.0, 1.0) == [1, 20]


@pytest.mark.parametrize("wanted", [None, "yes", 1, 0, 2.5])
def test_other_wishes_are_refused(wanted):
    with pytest.raises(SettingError, match="health is True"):
        HealthProbe(job(), wanted, 20)


def test_the_sample_is_spread_over_the_rows_and_small():
    rows = sample_rows(job())
    assert len(rows) == 256
    assert (rows[0], rows[-1]) == (0, 299)
    assert len(np.unique(rows)) == 256
    assert list(sample_rows(job(rows=5, graph=GRAPH))) == [0, 1, 2, 3, 4]
    assert len(sample_rows(job(graph=bp.mlp([4, 1000, 1000, 3])))) == 33
    assert len(sample_rows(job(graph=bp.mlp([4, 9000, 9000, 3])))) == 16


# --- in a run ---


def train(**settings):
    given = {"rule": bp.Adam(0.01), "batch_size": 10, "epochs": 3, "engine": "numpy", "progress": False, **settings}
    return bp.train(GRAPH, DATA, **given)


@pytest.mark.parametrize("engine", ["numpy", "native", "xla"])
def test_a_run_that_is_looked_at_learns_the_same_to_the_bit(engine):
    if engine != "numpy":
        pytest.importorskip({"native": "llvmlite", "xla": "jax"}[engine])
    plain, looked_at = train(engine=engine), train(engine=engine, health=True)
    assert [record.health for record in plain.history] == [None] * 3
    assert all(record.health["boxes"]["h1"]["saturated"] is not None for record in looked_at.history)
    for name, array in plain.params.items():
        assert looked_at.params[name].tobytes() == array.tobytes()
    assert [record.loss for record in plain.history] == [record.loss for record in looked_at.history]


@pytest.mark.parametrize("engine", ["native", "xla"])
def test_all_engines_are_seen_alike(engine):
    pytest.importorskip({"native": "llvmlite", "xla": "jax"}[engine])
    here, there = (train(engine=e, health=True, dtype="float64").history[-1].health for e in ("numpy", engine))
    for name, found in here["parameters"].items():
        known = {what: value for what, value in found.items() if value is not None}
        assert {what: there["parameters"][name][what] for what in known} == pytest.approx(known, rel=1e-6)


def test_health_survives_file_and_resumed_run(tmp_path):
    whole = train(health=True, epochs=4)
    train(health=True, epochs=2, checkpoint=tmp_path / "c")
    again = train(health=True, epochs=4, resume=tmp_path / "c")
    assert [record.health for record in again.history] == [record.health for record in whole.history]
    again.save(tmp_path / "net.bprop")
    assert bp.load(tmp_path / "net.bprop").history[-1].health == whole.history[-1].health


def test_a_resumed_run_need_not_look(tmp_path):
    train(epochs=2, checkpoint=tmp_path / "c")
    again = train(health="auto", epochs=4, resume=tmp_path / "c")
    assert [record.health is None for record in again.history][:3] == [True, True, False]


def test_weights_and_an_optax_rule_are_fine():
    optax = pytest.importorskip("optax")
    fit = train(rule=optax.adam(0.01), engine="xla", health=True, weights=np.linspace(0, 1, 300))
    assert fit.history[-1].health["parameters"]["W1"]["update_ratio"] is None
