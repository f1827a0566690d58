"""Whatever keeps a checkpoint from being written is told in a line; training goes on, and nothing learned is lost."""

import errno
import os

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.training import trainer
from bprop.training.checkpoints import file
from bprop.training.checkpoints.writer import as_file_error

FAILURES = [
    OSError(errno.EMFILE, "Too many open files"),
    OSError(errno.ENOMEM, "Cannot allocate memory"),
    OSError(errno.EDQUOT, "Disk quota exceeded"),
    MemoryError(),
]


def train(**settings):
    rng = np.random.default_rng(0)
    data = {"x": rng.normal(size=(60, 4)), "y": rng.integers(2, size=60)}
    settings = {"epochs": 6, "engine": "numpy", "progress": False, "validation": 0.2, "patience": 6} | settings
    return bp.train(bp.mlp([4, 5, 2]), data, **settings)


def bits(fit):
    return {name: array.tobytes() for name, array in fit.params.items()}


def failing(monkeypatch, numbers, failure):
    """The checkpoints of these numbers fail."""
    real, calls = file.write, []

    def write(*arguments):
        calls.append(arguments)
        if len(calls) in numbers:
            raise failure
        real(*arguments)

    monkeypatch.setattr(file, "write", write)


@pytest.mark.parametrize("failure", FAILURES, ids=str)
def test_on_the_way_it_is_told_and_later_ones_are_written(tmp_path, monkeypatch, capsys, failure):
    failing(monkeypatch, (3, 4), failure)
    fit = train(checkpoint=tmp_path / "run", every="1epochs")
    said = capsys.readouterr().err
    assert said.count("training goes on, the checkpoint before is kept") == 2
    assert (str(getattr(failure, "strerror", "")) or "not enough memory").lower() in said.lower()
    assert bits(fit) == bits(train())
    assert bits(train(resume=tmp_path / "run")) == bits(fit)


@pytest.mark.parametrize("failure", FAILURES, ids=str)
def test_at_the_end_the_fit_is_with_the_error(tmp_path, monkeypatch, failure):
    failing(monkeypatch, (8,), failure)
    with pytest.raises(errors.ModelFileError) as caught:
        train(checkpoint=tmp_path / "run", every="1epochs")
    whole = train()
    assert bits(caught.value.fit) == bits(whole)  # of the best epoch, as training would have given them
    assert (caught.value.fit.stopped, caught.value.fit.best_epoch) == (whole.stopped, whole.best_epoch)


@pytest.mark.parametrize("failure", FAILURES, ids=str)
def test_at_the_start_training_does_not_begin(tmp_path, monkeypatch, failure):
    failing(monkeypatch, (1,), failure)
    monkeypatch.setattr(trainer.Trainer, "run", lambda self: pytest.fail("training was started"))
    with pytest.raises(errors.ModelFileError):
        train(checkpoint=tmp_path / "run", every="1epochs")


def test_a_best_model_for_which_there_is_no_memory_ends_no_run(tmp_path, monkeypatch, capsys):
    def short(self):
        raise MemoryError

    monkeypatch.setattr(trainer.Trainer, "_best", short)
    fit = train(checkpoint=tmp_path / "run", every="1epochs")
    assert "not enough memory" in capsys.readouterr().err
    assert bits(fit) == bits(train())


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="the system does not list open files")
def test_too_many_open_files_for_a_while_lose_nothing(tmp_path, capsys):
    resource = pytest.importorskip("resource")
    before, held = resource.getrlimit(resource.RLIMIT_NOFILE), []

    def use_up(record, fit):
        if record.epoch == 2:
            try:
                while True:
                    held.append(os.open(os.devnull, os.O_RDONLY))
            except OSError:
                pass
        if record.epoch == 4:
            while held:
                os.close(held.pop())

    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (len(os.listdir("/proc/self/fd")) + 30, before[1]))
        fit = train(checkpoint=tmp_path / "run", every="1epochs", callbacks=[use_up])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
        for number in held:
            os.close(number)
    assert capsys.readouterr().err.count("Too many open files; nothing was changed; training goes on") == 2
    assert bits(train(resume=tmp_path / "run")) == bits(fit)


def test_what_was_made_for_the_checkpoint_is_let_go(tmp_path):
    class Large:
        gone = False

        def __del__(self):
            Large.gone = True

    def save():
        copy = Large()
        raise MemoryError(id(copy))

    try:
        save()
    except MemoryError as error:
        as_file_error(error)
        assert Large.gone
