"""Checkpoints in a folder: when they are written, which are kept, and what a damaged one does."""

import os
import signal

import numpy as np
import pytest
import safetensors

import bprop as bp
from bprop import errors
from bprop.disk.unfinished import UNFINISHED
from bprop.training import trainer
from bprop.training.checkpoints import file, resume, writer
from bprop.training.checkpoints.folder import KEPT, Folder
from bprop.training.progress import Silent

ENGINES = {"numpy": "numpy", "xla": "jax", "native": "llvmlite"}


@pytest.fixture(params=ENGINES)
def engine(request):
    pytest.importorskip(ENGINES[request.param])
    return request.param


def network():
    x, y = bp.Input("x", (4,)), bp.Input("y", (), dtype="int")
    W1, b1, W2, b2 = (bp.Parameter(n, s) for n, s in {"W1": (4, 6), "b1": (6,), "W2": (6, 3), "b2": (3,)}.items())
    f = bp.softmax(bp.linear(bp.dropout(bp.tanh(bp.linear(x, W1, b1)), 0.3), W2, b2))
    return bp.Graph(loss=bp.nll(f, y), penalty=1e-3 * bp.l2(W1, W2), outputs={"f": f})


def data():
    rng = np.random.default_rng(0)
    return {"x": rng.normal(size=(30, 4)), "y": rng.integers(3, size=30)}


def train(engine="numpy", examples=None, **settings):
    settings = {
        "rule": bp.SGD(bp.schedules.cosine(0.2, 60), momentum=0.9),
        "batch_size": 2,
        "epochs": 5,
        "seed": 3,
        "validation": 0.2,
        "patience": 4,
    } | settings
    return bp.train(network(), examples or data(), engine=engine, progress=False, **settings)


def same_run(one, two):
    """The same bits, but for the time taken."""
    assert {n: a.tobytes() for n, a in one.params.items()} == {n: a.tobytes() for n, a in two.params.items()}
    timeless = [
        [{k: v for k, v in r.to_dict().items() if k not in ("seconds", "examples_per_second")} for r in fit.history]
        for fit in (one, two)
    ]
    assert timeless[0] == timeless[1]
    assert (one.stopped, one.best_epoch, one.updates) == (two.stopped, two.best_epoch, two.updates)


@pytest.fixture
def written(monkeypatch):
    """The number of updates of every checkpoint written."""
    found, write = [], file.write

    def noting(path, model, *rest):
        found.append(model.updates)
        write(path, model, *rest)

    monkeypatch.setattr(file, "write", noting)
    return found


# --- when ---


@pytest.mark.parametrize(
    ("every", "when"),
    [
        ("1epochs", [0, 12, 24, 36, 48, 60, 60]),
        ("2epochs", [0, 24, 48, 60]),
        ("25steps", [0, 25, 50, 60]),
        ("7steps", [0, *range(7, 60, 7), 60]),
        ("1h", [0, 60]),
    ],
)
def test_checkpoints_come_as_often_as_asked(tmp_path, written, every, when):
    train(checkpoint=tmp_path / "run", every=every)
    assert sorted(set(written)) == sorted(set(when))


def test_in_a_resumed_run_they_come_at_the_same_steps(tmp_path, written):
    train(checkpoint=tmp_path / "run", every="25steps", epochs=3)
    del written[:]
    train(checkpoint=tmp_path / "run", every="25steps", resume=True)
    assert written == [50, 60]


def test_steps_are_rounded_to_what_the_engine_does_together(tmp_path):
    pytest.importorskip("jax")
    whole = train("xla")
    train("xla", epochs=2, checkpoint=tmp_path / "run", every="1steps")
    same_run(train("xla", resume=tmp_path / "run"), whole)


# --- resuming ---


@pytest.mark.parametrize("every", ["5steps", "1epochs"])
def test_a_run_goes_on_from_every_checkpoint_that_was_ever_there(engine, tmp_path, monkeypatch, every):
    monkeypatch.setattr("bprop.training.checkpoints.folder.KEPT", 1000)
    whole = train(engine, checkpoint=tmp_path / "run", every=every)
    for path in list(Folder(tmp_path / "run").steps().values())[::3]:
        same_run(train(engine, resume=path), whole)


def test_a_run_interrupted_is_continued_by_the_same_call(engine, tmp_path, monkeypatch, capsys):
    place = {"checkpoint": tmp_path / "run", "every": "1h", "resume": True}
    with monkeypatch.context() as patch:

        class Signals(Silent):
            def steps(self, epoch, done, loss):
                signal.raise_signal(signal.SIGINT)

        patch.setattr(trainer, "progress_of", lambda *args: Signals())
        assert train(engine, **place).stopped == "interrupted"
    assert f"resume={str(tmp_path / 'run')!r} continues it" in capsys.readouterr().err
    same_run(train(engine, **place), train(engine))


def test_resume_true_begins_where_there_is_nothing(tmp_path):
    same_run(train(checkpoint=tmp_path / "run", every="1epochs", resume=True), train())
    same_run(train(checkpoint=tmp_path / "file", resume=True), train())
    same_run(train(checkpoint=tmp_path / "file", resume=True), train())


def test_resume_true_needs_a_place():
    with pytest.raises(errors.SettingError, match="give checkpoint="):
        train(resume=True)


def test_other_data_are_noticed(tmp_path):
    train(checkpoint=tmp_path / "run", every="1epochs", epochs=1)
    other = data()
    other["x"][3, 1] += 1e-6
    with pytest.raises(errors.ModelFileError, match="checksum of the"):
        train(examples=other, resume=tmp_path / "run")


def test_checkpoints_without_checksums_of_the_data_are_resumed(tmp_path, monkeypatch):
    settings = resume.fingerprint

    def of_old(*args):
        return {key: value for key, value in settings(*args).items() if "checksum" not in key}

    with monkeypatch.context() as patch:
        patch.setattr(resume, "fingerprint", of_old)
        train(checkpoint=tmp_path / "run", epochs=2)
    same_run(train(resume=tmp_path / "run"), train())


# --- what is kept ---


def test_a_few_are_kept_and_the_best(tmp_path):
    fit = train(checkpoint=tmp_path / "run", every="1epochs", epochs=12, patience=12)
    kept = sorted(os.listdir(tmp_path / "run"))
    assert kept == ["best.bprop", *(f"step-{12 * e:012}.bprop" for e in range(12 - KEPT + 1, 13))]
    best = bp.load(tmp_path / "run" / "best.bprop")
    assert len(best.history) == fit.best_epoch
    assert {n: a.tobytes() for n, a in best.params.items()} == {n: a.tobytes() for n, a in fit.params.items()}


def test_the_best_is_known_without_early_stopping_and_after_resuming(tmp_path):
    settings = {"patience": None, "epochs": 12}
    train(checkpoint=tmp_path / "whole", every="1epochs", **settings)
    for epochs in (2, 7, 12):
        train(checkpoint=tmp_path / "parts", every="1epochs", resume=True, **(settings | {"epochs": epochs}))
    one, two = (bp.load(tmp_path / name / "best.bprop") for name in ("whole", "parts"))
    assert {n: a.tobytes() for n, a in one.params.items()} == {n: a.tobytes() for n, a in two.params.items()}
    losses = [
        record.validation["loss"] for record in bp.load(next(iter(Folder(tmp_path / "whole").steps().values()))).history
    ]
    assert losses.index(min(losses)) + 1 == len(one.history)


@pytest.mark.parametrize("lost", range(1, 7))
def test_a_run_that_was_killed_as_it_wrote_and_is_resumed_has_the_same_best(tmp_path, monkeypatch, lost):
    """Killed before the n-th file of all: a step's file never says that an epoch is done whose best is not written."""

    class Killed(BaseException):
        pass

    def writing(times):
        def write(real):
            def counted(*arguments):
                times.append(1)
                if len(times) == lost:
                    raise Killed
                real(*arguments)

            return counted

        return write

    wrong = data() | {"y": (data()["y"] + 1) % 3}  # the better trained, the worse: the best is not the last
    settings = {"patience": None, "epochs": 4, "every": "1epochs", "validation": wrong}
    train(checkpoint=tmp_path / "whole", **settings)
    with monkeypatch.context() as patch:
        counting = writing([])
        patch.setattr(writer, "write_model", counting(writer.write_model))
        patch.setattr(file, "write", counting(file.write))
        with pytest.raises(Killed):
            train(checkpoint=tmp_path / "parts", **settings)
    train(checkpoint=tmp_path / "parts", resume=True, **settings)
    one, two = (bp.load(tmp_path / name / "best.bprop") for name in ("whole", "parts"))
    assert len(one.history) == len(two.history) < 4
    assert {n: a.tobytes() for n, a in one.params.items()} == {n: a.tobytes() for n, a in two.params.items()}


def test_without_a_validation_set_there_is_no_best(tmp_path):
    train(checkpoint=tmp_path / "run", every="1epochs", validation=None, patience=None)
    assert "best.bprop" not in os.listdir(tmp_path / "run")


def test_notes_travel_with_checkpoints(tmp_path):
    fit = train(checkpoint=tmp_path / "run", every="1epochs", notes={"classes": ["a", "b", "c"]})
    assert fit.notes == {"classes": ["a", "b", "c"]}
    for name in os.listdir(tmp_path / "run"):
        assert bp.load(tmp_path / "run" / name).notes == fit.notes


def test_what_killed_processes_left_is_cleared_away(tmp_path):
    train(checkpoint=tmp_path / "run", every="1epochs", epochs=1)
    (tmp_path / "run" / f".step-000000000012.bprop.{9:016x}{UNFINISHED}").write_bytes(b"half")
    (tmp_path / "run" / ".step-000000000012.bprop.99.tmp").write_bytes(b"half")  # as bprop 0.1 called it
    os.utime(tmp_path / "run" / ".step-000000000012.bprop.99.tmp", (0, 0))
    (tmp_path / "run" / ".lock").write_text("of a process that was killed")
    train(checkpoint=tmp_path / "run", every="1epochs", resume=True)
    assert not [name for name in os.listdir(tmp_path / "run") if name.startswith(".")]


# --- damage ---


@pytest.mark.parametrize("damage", [lambda c: c[: len(c) // 2], lambda c: b"", lambda c: c[:-9] + b"\x00" + c[-8:]])
def test_a_damaged_checkpoint_is_passed_over_for_the_one_before(tmp_path, capsys, damage):
    train(checkpoint=tmp_path / "run", every="1epochs", epochs=4)
    newest, second, *_ = Folder(tmp_path / "run").steps().values()
    newest.write_bytes(damage(newest.read_bytes()))
    second.write_bytes(b"")
    fit = train(checkpoint=tmp_path / "run", every="1epochs", resume=True)
    assert capsys.readouterr().err.count("going back to the checkpoint before it") == 2
    same_run(fit, train())
    for path in Folder(tmp_path / "run").steps().values():
        bp.load(path)


def test_a_checkpoint_that_a_living_run_removes_meanwhile_is_passed_over_for_a_newer_one(tmp_path, monkeypatch, capsys):
    whole = train(checkpoint=tmp_path / "run", every="1epochs", epochs=4)
    newer = next(iter(Folder(tmp_path / "run").steps().values()))
    aside = newer.rename(tmp_path / "aside")
    real = file.read_model

    def late(path, own):
        if aside.exists():
            aside.rename(newer)
            for old in list(Folder(tmp_path / "run").steps().values())[1:]:
                old.unlink()
        return real(path, own)

    monkeypatch.setattr(file, "read_model", late)
    same_run(train(resume=tmp_path / "run", epochs=4), whole)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("call", "failure"),
    [
        ((os, "open"), PermissionError(13, "Permission denied")),
        ((os, "open"), OSError(24, "Too many open files")),
        ((safetensors, "safe_open"), MemoryError()),
    ],
    ids=["permission", "open_files", "memory"],
)
def test_a_checkpoint_that_cannot_be_read_now_is_neither_passed_over_nor_removed(tmp_path, monkeypatch, call, failure):
    whole = train(checkpoint=tmp_path / "run", every="1epochs", epochs=4)
    newest = next(iter(Folder(tmp_path / "run").steps().values()))
    with monkeypatch.context() as patch:
        real = getattr(*call)

        def failing(path, *rest, **more):
            if str(path) == str(newest):
                raise failure
            return real(path, *rest, **more)

        patch.setattr(*call, failing)
        said = str(getattr(failure, "strerror", "not enough memory")).lower()
        with pytest.raises(errors.UnreadableError, match=f"{newest.name}: cannot be read: {said}"):
            train(checkpoint=tmp_path / "run", every="1epochs", resume=True)
    assert newest in Folder(tmp_path / "run").steps().values()
    same_run(train(resume=tmp_path / "run", epochs=4), whole)


def test_where_all_are_damaged_the_error_says_so(tmp_path):
    train(checkpoint=tmp_path / "run", every="1epochs")
    for path in Folder(tmp_path / "run").steps().values():
        path.write_bytes(b"")
    with pytest.raises(errors.ModelFileError, match="none of its checkpoints can be read"):
        train(resume=tmp_path / "run")


def test_a_folder_without_checkpoints_cannot_be_resumed(tmp_path):
    with pytest.raises(errors.ModelFileError, match="no checkpoint in this folder"):
        train(resume=tmp_path)


# --- refused before anything is trained ---


def test_the_checkpoints_of_another_run_are_not_overwritten(tmp_path):
    train(checkpoint=tmp_path / "run", every="1epochs", epochs=1)
    train(checkpoint=tmp_path / "other", every="1epochs", epochs=1)
    for more in ({}, {"resume": tmp_path / "other"}):
        with pytest.raises(errors.ModelFileError, match="holds the checkpoints of a run"):
            train(checkpoint=tmp_path / "run", every="1epochs", **more)


def test_every_needs_a_place_and_no_file(tmp_path):
    with pytest.raises(errors.SettingError, match="say where"):
        train(every="1epochs")
    (tmp_path / "file").write_bytes(b"mine")
    with pytest.raises(errors.SettingError, match="is a file"):
        train(checkpoint=tmp_path / "file", every="1epochs")
    assert (tmp_path / "file").read_bytes() == b"mine"


def test_a_folder_that_cannot_be_written_is_said_before_training(tmp_path, monkeypatch):
    def full(*args):
        raise errors.ModelFileError("cannot write: No space left on device")

    monkeypatch.setattr(file, "write", full)
    monkeypatch.setattr(trainer.Trainer, "run", lambda self: pytest.fail("training was started"))
    with pytest.raises(errors.ModelFileError, match="No space left"):
        train(checkpoint=tmp_path / "run", every="1epochs")


def test_a_place_below_no_folder_or_in_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    for place in (tmp_path / "absent" / "run", tmp_path / "file" / "run"):
        with pytest.raises(errors.ModelFileError, match="there is no folder"):
            train(checkpoint=place, every="1epochs")


# --- a disk that fails on the way ---


def test_checkpoints_that_fail_on_the_way_are_told_of_and_lose_nothing(tmp_path, monkeypatch, capsys):
    real, calls = file.write, []

    def failing(*arguments):
        calls.append(arguments)
        if len(calls) in (2, 3):
            raise errors.ModelFileError("cannot write: No space left on device; nothing was changed")
        real(*arguments)

    monkeypatch.setattr(file, "write", failing)
    fit = train(checkpoint=tmp_path / "run", every="1epochs")
    assert capsys.readouterr().err.count("training goes on") == 2
    same_run(fit, train())
    same_run(train(resume=tmp_path / "run"), fit)
