"""The sets of a training."""

import numpy as np
import pytest

import bprop as bp
from bprop.data import DataSet
from bprop.training import examples
from bprop.training.examples import is_mapped, is_set, is_too_wide, training_sets
from bprop.training.settings import TrainSettings

ROWS = 40


@pytest.fixture
def mapped(tmp_path):
    rng = np.random.default_rng(0)
    np.save(tmp_path / "x.npy", rng.normal(size=(ROWS, 4)))
    return {"x": np.load(tmp_path / "x.npy", mmap_mode="r"), "y": rng.integers(0, 2, ROWS)}


def test_a_share_is_told_from_a_set():
    assert not any(map(is_set, (None, 0.1, 1, True, "0.1", np.float64(0.1))))
    assert all(map(is_set, ({}, (1, 2), [1], iter([]), np.ones(3))))


def test_mapped_arrays_are_too_wide_where_their_copies_do_not_fit_into_memory(mapped, monkeypatch):
    data = DataSet({"x": mapped["x"]})
    copied = ROWS * 4 * 4  # bytes in float32
    for room, wide in ((copied - 1, True), (copied, False)):
        monkeypatch.setattr(examples, "data_memory", lambda room=room: room)
        assert is_too_wide(data, np.dtype("float32")) is wide
        assert not is_too_wide(data, np.dtype("float64"))  # they are used as they lie in the file


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


DATA = {"x": np.arange(40.0).reshape(10, 4), "y": np.arange(10) % 2}


class Rows:
    """A data set in the way of PyTorch: it has a length, and a row (x, y) for each number."""

    def __len__(self):
        return 10

    def __getitem__(self, k):
        return DATA["x"][k], DATA["y"][k]


def sets_of(data, **settings):
    ready = TrainSettings(**settings)
    return training_sets(ready, bp.mlp([4, 2]), data, np.dtype("float64"))


def batches():
    yield DATA


def test_rows_that_come_anew_are_divided_by_the_seed_as_arrays_are():
    fed, held, batch = sets_of(Rows(), validation=0.3, seed=5, batch_size=2)
    plain, kept, _ = sets_of(DATA, validation=0.3, seed=5, batch_size=2)
    assert (len(fed), len(held), batch) == (7, 3, 2)
    assert sorted(held.arrays["y"].tolist()) == sorted(kept.arrays["y"].tolist())
    np.testing.assert_array_equal(held.arrays["x"], kept.arrays["x"])
    assert len(plain) == 7


def test_rows_that_come_anew_may_have_a_validation_set_of_arrays_with_weights():
    fed, held, _ = sets_of(Rows(), validation=DATA, validation_weights=np.arange(10.0))
    assert len(fed) == 10
    np.testing.assert_array_equal(held.weights, np.arange(10.0))
    assert sets_of(Rows())[1:] == (None, 10)


@pytest.mark.parametrize(
    ("data", "settings", "said"),
    [
        (Rows(), {"class_weight": "balanced"}, f"class_weight: {examples.OF_BATCHES}"),
        (Rows(), {"weights": np.ones(10)}, f"weights: {examples.OF_BATCHES}"),
        (DATA, {"validation": batches, "validation_weights": [1.0]}, f"validation_weights: {examples.OF_BATCHES}"),
        (
            batches,
            {"validation": 0.3},
            "validation=0.3 is a share, but batches that come one after the other cannot be divided: give a "
            "validation set of its own",
        ),
        (
            Rows(),
            {"validation": "0.3"},
            "validation is a set like the data, or a share in (0, 1), not '0.3'; a set is (X, y), say",
        ),
    ],
)
def test_what_cannot_be_done_with_rows_that_come_anew_is_refused(data, settings, said):
    with pytest.raises(bp.errors.SettingError) as caught:
        sets_of(data, **settings)
    assert str(caught.value) == said
