"""Runs that write checkpoints at an address: they are resumed bit for bit, and two never write to one place."""

import numpy as np
import pytest

import bprop as bp
from bprop.errors import ModelFileError
from bprop.remote import download
from bprop.training.checkpoints import Folder, Place


@pytest.fixture
def memory(monkeypatch):
    """A file system in memory, empty."""
    fsspec = pytest.importorskip("fsspec")
    monkeypatch.setattr(download, "_here", {})
    system = fsspec.filesystem("memory")
    system.store.clear()
    system.pseudo_dirs[:] = [""]
    yield system
    system.store.clear()


X = np.random.default_rng(0).normal(size=(24, 3))
DATA = {"x": X, "y": (X[:, 0] > 0).astype(int)}


def fit(epochs, **settings):
    graph = bp.mlp([3, 4, 2])
    return bp.train(graph, DATA, epochs=epochs, batch_size=8, engine="numpy", progress=False, **settings)


def names(memory, folder="/run"):
    return sorted(path.removeprefix(f"{folder}/") for path in memory.store if path.startswith(folder))


def test_a_run_is_resumed_bit_for_bit(memory):
    whole = fit(6)
    fit(3, checkpoint="memory://run/", every="1epochs")
    assert names(memory) == [f"step-{n:012}.bprop" for n in (3, 6, 9)]
    again = fit(6, checkpoint="memory://run/", every="1epochs", resume=True)
    assert again.history[-1].epoch == 6
    for name, array in whole.params.items():
        np.testing.assert_array_equal(array, again.params[name])
    assert names(memory) == [f"step-{n:012}.bprop" for n in (12, 15, 18)]


def test_a_checkpoint_is_one_file_or_a_folder(memory):
    fit(2, checkpoint="memory://one.bprop")
    assert sorted(memory.store) == ["/one.bprop"]
    assert len(fit(3, checkpoint="memory://one.bprop", resume=True).history) == 3
    assert bp.load("memory://one.bprop").history[-1].epoch == 3


def test_the_newest_checkpoint_that_is_whole_is_taken(memory, capsys):
    fit(3, checkpoint="memory://run/", every="1epochs")
    memory.pipe_file("/run/step-000000000009.bprop", b"damaged")
    assert fit(4, checkpoint="memory://run/", every="1epochs", resume=True).history[-1].epoch == 4
    assert "going back to the checkpoint before it" in capsys.readouterr().err


def test_a_checkpoint_that_cannot_be_reached_is_no_damaged_one(memory, monkeypatch):
    fit(3, checkpoint="memory://run/", every="1epochs")
    refuse = lambda *words, **more: (_ for _ in ()).throw(PermissionError("no"))  # noqa: E731
    monkeypatch.setattr(type(memory), "get_file", refuse)
    with pytest.raises(ModelFileError, match=r"step-000000000009.bprop: access is denied"):
        fit(4, checkpoint="memory://run/", every="1epochs", resume=True)


def test_a_run_that_begins_overwrites_no_other(memory):
    fit(2, checkpoint="memory://run/", every="1epochs")
    with pytest.raises(ModelFileError, match="memory://run/ holds the checkpoints of a run: resume it"):
        fit(2, checkpoint="memory://run/", every="1epochs")


def test_the_run_that_came_last_has_the_place(memory):
    first = Place("memory://run/", "1s", True)
    first.need_held()
    with Place("memory://run/", "1s", True) as second:
        second.need_held()
        with pytest.raises(ModelFileError, match="another run writes its checkpoints there now"):
            first.need_held()
        first.close()
        second.need_held()
    assert names(memory) == []


def test_a_run_without_its_place_trains_on_and_ends_with_an_error(memory, capsys):
    def take_over(record):
        if record.epoch == 2:
            Place("memory://run/", "1s", True)

    with pytest.raises(ModelFileError, match="another run writes its checkpoints there now") as info:
        fit(4, checkpoint="memory://run/", every="1epochs", callbacks=[take_over])
    assert len(info.value.fit.history) == 4
    assert "training goes on, the checkpoint before is kept" in capsys.readouterr().err
    assert max(Folder("memory://run").steps()) == 3


def test_where_nothing_can_be_written_no_training_begins(memory):
    for place in ("https://host/run/", "nosuch://run/"):
        with pytest.raises(ModelFileError, match="cannot write the checkpoint"):
            fit(2, checkpoint=place, every="1epochs")


def test_members_of_an_ensemble_have_places_of_their_own(memory):
    graphs = bp.train_many(bp.mlp([3, 2]), DATA, seeds=[0, 1], epochs=2, engine="numpy", checkpoint="memory://many")
    assert sorted(memory.store) == ["/many/m1.checkpoint", "/many/m2.checkpoint"]
    assert len(graphs) == 2


def test_a_mark_that_cannot_be_read_is_named(memory, monkeypatch):
    place = Place("memory://run/", "1s", True)
    refuse = lambda *words, **more: (_ for _ in ()).throw(PermissionError("no"))  # noqa: E731
    monkeypatch.setattr(type(memory), "cat_file", refuse)
    with pytest.raises(ModelFileError, match=r"cannot read memory://run/\.writer: access is denied"):
        place.need_held()
