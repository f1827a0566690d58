"""Many networks side by side: the small case runs, all peers train the same networks, and a table comes out."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))  # benchmarks are beside the package, not in it

from benchmarks import many

TASK = many.Task.of((4, 3, 2), networks=2, rows=43, batch_size=10, epochs=2)


@pytest.mark.parametrize("name", [name for name in many.PEERS if "joblib" not in name])
def test_a_peer_trains_the_networks_of_single_runs_or_returns_none(name):
    train, packages = many.PEERS[name]
    for package in packages:
        pytest.importorskip(package)
    thetas = train(TASK)
    if thetas is None:
        assert "TabM" in name
        return
    for theta, other in zip(thetas, many.single(TASK, "numpy"), strict=True):
        for parameter, array in other.items():
            np.testing.assert_allclose(theta[parameter], array, rtol=1e-4, atol=1e-6)


def test_a_row_has_the_time_of_each_peer_and_its_ratio(capsys):
    names = "train_many; K single runs; TabM of ensemble_linear"
    options = "--sizes 4-3-2 --networks 2 --rows 40 --batch-size 10 --epochs 1 --rounds 1 --peers"
    many.main([*options.split(), names])
    shown = capsys.readouterr().out
    assert "K = 2 networks 4-3-2, 40 rows" in shown
    assert [line.split(" | ")[0] for line in shown.splitlines() if line.startswith("| ")][2:] == [
        f"| {name}" for name in names.split("; ")
    ]


def test_other_networks_are_an_error():
    results = {"train_many": {"seconds": [1.0], "losses": np.zeros(2)}, "x": {"seconds": [2.0], "losses": np.ones(2)}}
    with pytest.raises(ValueError, match="other networks"):
        many.report(results)
