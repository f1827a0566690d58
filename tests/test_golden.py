"""Files of every format version that there was keep loading: one of each lies in tests/golden."""

from pathlib import Path

import numpy as np
import pytest

import bprop as bp
from bprop import model as models
from bprop.model import read_model

GOLDEN = Path(__file__).parent / "golden"
X = [[0.5, -1.0, 2.0, 0.0]]
PREDICTED = {
    1: [[0.31067598, 0.2915074, 0.39781663]],
    2: [[0.013003507629036903, 0.7482313513755798, 0.23876512050628662]],
}
LOSSES = dict.fromkeys((1, 2), (1.1104984283447266, 1.766694704691569))


def test_there_is_a_file_of_every_version():
    assert set(PREDICTED) == set(LOSSES) == set(range(1, models.FORMAT + 1))
    for version in PREDICTED:
        assert (GOLDEN / f"format-{version}.model").is_file()


@pytest.mark.parametrize("version", PREDICTED)
def test_a_model_of_every_version_loads_and_predicts(version):
    net = bp.load(GOLDEN / f"format-{version}.model")
    np.testing.assert_allclose(net.predict(x=X), PREDICTED[version], rtol=1e-5)
    last = net.history[-1]
    assert (last.loss, last.validation_loss) == LOSSES[version]
    assert net.notes["classes"] == ["a", "b", "c"]
    assert ("scaling" in net.notes) == (version > 1)
    assert (len(net.history), last.epoch, last.updates) == (3, 3, 12)
    assert net.graph.boxes["h1"].rate == 0.3
    assert not net.graph.parameters["mean"].trainable


@pytest.mark.parametrize("version", PREDICTED)
def test_a_checkpoint_of_every_version_holds_the_position_of_the_run(version):
    net, training, arrays = read_model(GOLDEN / f"format-{version}.checkpoint")
    assert training["position"]["updates"] == 12
    assert training["settings"]["rule"] == repr(bp.SGD(0.1, momentum=0.9))
    assert len([name for name in arrays if name.startswith("rule/")]) == 6
    assert [name for name in arrays if name.startswith("best/")] == [f"best/{name}" for name in sorted(net.params)]


def test_a_loaded_model_can_be_trained_further(tmp_path):
    net = bp.load(GOLDEN / "format-1.model")
    rng = np.random.default_rng(7)
    data = {"x": rng.normal(size=(24, 4)), "y": rng.integers(3, size=24)}
    fit = bp.train(
        net.graph, data, rule=bp.SGD(0.1, momentum=0.9), batch_size=5, epochs=4, seed=1, validation=0.25, patience=5,
        engine="numpy", progress=False, resume=GOLDEN / "format-1.checkpoint",
    )  # fmt: skip
    assert [record.epoch for record in fit.history] == [1, 2, 3, 4]
    assert fit.history[2].loss == LOSSES[1][0]
