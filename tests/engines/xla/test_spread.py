"""A run spread over devices computes what a run on one device computes. Here on one device; on four: test_together."""

import numpy as np
import pytest

import bprop as bp
from bprop.data import DataSet
from bprop.engines import Job
from bprop.errors import SettingError

pytest.importorskip("jax")

from bprop.engines.xla import spread
from bprop.engines.xla.devices import Devices
from bprop.engines.xla.run import XlaRun
from bprop.engines.xla.sets import Source
from bprop.engines.xla.spread import Dealt, SpreadRun, need_equal_parts


@pytest.fixture
def job(network, rows):
    """job(count, batch_size, weighted): of the small network, in float64."""

    def make(count=37, batch_size=8, weighted=False):
        arrays = rows(count)
        weights = np.random.default_rng(1).random(count) + 0.5 if weighted else None
        data = DataSet({"x": arrays["x"], "y": arrays["y"].astype(np.int32)}, weights)
        return Job(network(), bp.Adam(0.01), data, batch_size, np.dtype("float64"), 3, data, None, data.mean_weight)

    return make


def trained(run, job, cut):
    run.set_order(job.data.order(0, 0))
    run.steps(0, cut, 0)
    stretch = run.steps(cut, job.steps_per_epoch - cut, cut)
    return {**stretch.sums, **run.evaluate("validation")}, run.params()


@pytest.mark.parametrize(("weighted", "chunk"), [(False, 64 * 2**20), (True, 600)])
def test_a_spread_run_does_the_steps_of_a_run_on_one_device(job, monkeypatch, weighted, chunk):
    monkeypatch.setattr(spread, "CHUNK", chunk)
    one = job(weighted=weighted)
    theta = one.graph.init(0)
    sums, params = trained(XlaRun(one, theta), one, 2)
    own_sums, own_params = trained(SpreadRun(one, theta, Devices.every()), one, 2)
    assert own_sums == pytest.approx(sums, rel=1e-12)
    for name, array in params.items():
        np.testing.assert_allclose(own_params[name], array, rtol=1e-10, atol=1e-14)


def test_the_sets_of_a_run_are_put_in_chunks_in_the_order_of_the_visits(job, monkeypatch):
    one = job(count=20, batch_size=4)
    monkeypatch.setattr(spread, "CHUNK", 300)
    dealt = Dealt(Source.of(one.data, one), Devices.every(), 4, 1)
    order = np.random.default_rng(0).permutation(20).astype(np.int32)
    dealt.set_order(order)
    assert 1 <= dealt.steps < 5
    visited = [
        np.asarray(part.arrays["x"])[part.start : part.start + part.count].reshape(-1, 3) for part in dealt.parts(1, 4)
    ]
    np.testing.assert_allclose(np.concatenate(visited), one.data.arrays["x"][order[4:]], rtol=1e-6)


def test_a_run_says_how_many_processes_and_devices_decide_its_bits(job):
    one = job()
    facts = SpreadRun(one, one.graph.init(0), Devices.every()).surroundings()
    assert facts["processes"] == "1" and facts["devices"] == str(len(Devices.every()))


def test_a_batch_is_dealt_in_equal_parts():
    need_equal_parts(32, 4)
    with pytest.raises(SettingError, match=r"a batch of 33 rows .* 4 devices .* give a batch size of 32 or 36"):
        need_equal_parts(33, 4)
    with pytest.raises(SettingError, match="give a batch size of 4"):
        need_equal_parts(3, 4)
