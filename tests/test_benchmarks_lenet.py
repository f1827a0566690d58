"""The benchmark of LeNet-5: all peers train the same network, and its report has a row for each."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))  # benchmarks are no part of the package

from benchmarks import lenet


def test_a_parameter_goes_to_pytorch_and_back():
    params = lenet.network().init(0)
    assert sum(array.size for array in params.values()) == 61_706
    for name, array in params.items():
        np.testing.assert_array_equal(lenet.ours(name, lenet.theirs(name, array)), array.astype("float32"))


@pytest.mark.parametrize("name", ["torch", "native"])
def test_a_peer_comes_to_the_theta_of_numpy(name):
    pytest.importorskip({"torch": "torch", "native": "llvmlite"}[name])
    assert set(lenet.peers([name], 4, 8)) == {name}


def test_a_peer_that_computes_something_else_is_no_peer(monkeypatch):
    right = lenet.with_bprop

    def wrong(engine, data, batch, params):
        return right("numpy", data, batch, {name: array + (engine == "native") for name, array in params.items()})

    monkeypatch.setattr(lenet, "with_bprop", wrong)
    with pytest.raises(ValueError, match=r"native is .* away from NumPy"):
        lenet.peers(["native"], 4, 8)


def test_the_ratio_is_the_median_of_the_rounds():
    rows = lenet.lines({"torch": [1e-3, 2e-3, 4e-3], "native": [1e-3, 1e-3, 1e-3]}, 32)
    assert rows == ["| 32 | torch | 2,000 | 1.00 |", "| 32 | native | 1,000 | 0.50 |"]
