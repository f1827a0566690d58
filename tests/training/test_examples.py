"""The sets of a training."""

import numpy as np
import pytest

import bprop as bp
from bprop.training import examples
from bprop.training.examples import is_mapped, is_set, is_too_wide

ROWS = 40


@pytest.fixture
def mapped(tmp_path):
    rng = np.random.default_rng(0)
    np.save(tmp_path / "x.npy", rng.normal(size=(ROWS, 4)))
    return {"x": np.load(tmp_path / "x.npy", mmap_mode="r"), "y": rng.integers(0, 2, ROWS)}


def test_a_share_is_told_from_a_set():
    assert not any(map(is_set, (None, 0.1, 1, True, "0.1", np.float64(0.1))))
    assert all(map(is_set, ({}, (1, 2), [1], iter([]), np.ones(3))))


def test_arrays_that_lie_in_files_are_known(mapped):
    assert is_mapped(np.asarray(mapped["x"])[3:])
    assert not is_mapped(mapped["y"])


@pytest.mark.parametrize("engine", ["numpy", "native"])
def test_a_memory_map_that_does_not_fit_is_converted_in_windows_to_the_same_bits(mapped, engine, monkeypatch):
    graph, of = (
        bp.mlp([4, 5, 2]),
        {"epochs": 2, "batch_size": 7, "engine": engine, "progress": False, "validation": 0.2},
    )
    plain = bp.train(graph, mapped, **of)
    monkeypatch.setattr(examples, "data_memory", lambda: 0)
    seen = []
    monkeypatch.setattr(examples, "is_too_wide", lambda data, dtype: seen.append(is_too_wide(data, dtype)) or seen[-1])
    fed = bp.train(graph, mapped, **{**of, "validation": {n: a[:9] for n, a in mapped.items()}})
    whole = bp.train(graph, {**mapped, "x": np.array(mapped["x"])}, **{**of, "validation": None})
    assert seen == [True, False]
    assert all(np.array_equal(fed.params[name], whole.params[name]) for name in whole.params)
    assert plain.settings["examples"] == 32


def test_a_batch_is_no_larger_than_the_set(mapped):
    with pytest.raises(bp.errors.SettingError, match="batch_size 41 is larger than the training set of 40 examples"):
        bp.train(bp.mlp([4, 2]), lambda: [mapped], batch_size=41, progress=False)
    fit = bp.train(bp.mlp([4, 2]), lambda: [mapped], progress=False, engine="numpy", epochs=1)
    assert fit.settings["batch_size"] == 40
