"""How a run begins and ends: what callbacks are told, what is written last, and how a signal ends it."""

import errno
import signal
import threading

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.data import DataSet, Reader
from bprop.engines.numpy import NumpyRun
from bprop.training import Terminated, trainer
from bprop.training.checkpoints import writer
from bprop.training.progress import Silent

DATA = {"x": np.linspace(-1, 1, 8), "y": np.linspace(-2, 2, 8)}


def train(**settings):
    x, y = bp.Input("x"), bp.Input("y")
    graph = bp.Graph(loss=bp.squared_error(x * bp.Parameter("w", ()), y))
    settings = {"rule": bp.SGD(0.1), "batch_size": 2, "epochs": 3, "engine": "numpy", "progress": False} | settings
    return bp.train(graph, DATA, **settings)


class Listener:
    """Writes down what it is told."""

    def __init__(self, answer=None):
        self.heard, self.answer = [], answer

    def begin(self, fit):
        self.heard.append(("begin", fit.stopped, fit.updates, len(fit.history)))

    def __call__(self, record, fit):
        self.heard.append((record.epoch, fit.stopped, fit.updates, len(fit.history)))
        return self.answer

    def end(self, fit):
        self.heard.append(("end", fit.stopped, fit.updates, len(fit.history)))


def test_a_callback_is_told_of_the_beginning_every_epoch_and_the_end():
    listener = Listener()
    train(callbacks=[listener])
    begin, *epochs, end = listener.heard
    assert begin == ("begin", "running", 0, 0)
    assert epochs == [(1, "running", 4, 1), (2, "running", 8, 2), (3, "running", 12, 3)]
    assert end == ("end", "epochs", 12, 3)


def test_a_callback_is_told_of_the_end_that_it_made():
    listener = Listener(answer=True)
    assert train(callbacks=[listener]).stopped == "callback"
    assert listener.heard[-1] == ("end", "callback", 4, 1)


def test_a_callback_is_told_of_the_end_of_a_run_that_diverged():
    listener = Listener()
    with pytest.raises(errors.NonFiniteError) as caught:
        train(rule=bp.SGD(1e200), dtype="float64", callbacks=[listener])
    assert listener.heard[-1][:2] == ("end", "diverged")
    assert caught.value.fit.stopped == "diverged"


def test_sigterm_ends_the_program_and_ctrl_c_does_not(monkeypatch, capsys):
    def signals(number):
        class Signals(Silent):
            def steps(self, epoch, done, loss):
                signal.raise_signal(number)

        monkeypatch.setattr(trainer, "progress_of", lambda *args: Signals())

    signals(signal.SIGINT)
    assert train().stopped == "interrupted"
    signals(signal.SIGTERM)
    listener = Listener()
    with pytest.raises(Terminated) as caught:
        train(callbacks=[listener])
    assert caught.value.fit.stopped == "interrupted"
    assert listener.heard[-1][:2] == ("end", "interrupted")
    assert capsys.readouterr().err.count("interrupted in epoch") == 2


def test_a_second_ctrl_c_in_the_middle_of_a_stretch_leaves_the_fit_of_the_updates_it_names(monkeypatch):
    steps = NumpyRun.steps

    def interrupted(self, start, count, t):
        if t == 8:
            steps(self, start, 1, t)
            raise KeyboardInterrupt
        return steps(self, start, count, t)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt) as caught:
        patch.setattr(NumpyRun, "steps", interrupted)
        train()
    fit = caught.value.fit
    assert (fit.stopped, fit.updates) == ("failed", 8)
    assert fit.params["w"].tobytes() == train(epochs=2).params["w"].tobytes()


def test_the_last_checkpoint_is_of_the_end_and_there_is_none_on_the_way_before_it_is_time(tmp_path, monkeypatch):
    written = []
    write = trainer.CheckpointWriter.write
    monkeypatch.setattr(
        trainer.CheckpointWriter, "write", lambda self, model, position, *rest: (written.append(position.updates),
                                                                       write(self, model, position, *rest)),
    )  # fmt: skip
    train(checkpoint=tmp_path / "run")
    assert written == [12]
    assert train(resume=tmp_path / "run", epochs=4).updates == 16


def test_a_fit_says_how_it_was_trained():
    fit = train(validation=0.25, patience=2, seed=5)
    assert (
        fit.settings.items()
        >= {
            "rule": repr(bp.SGD(0.1)),
            "batch_size": 2,
            "seed": 5,
            "dtype": "float32",
            "examples": 6,
            "validation_examples": 2,
            "patience": 2,
            "monitor": "loss",
            "engine": "numpy",
            "epochs": 3,
            "shuffle": True,
        }.items()
    )
    plain = train().settings
    assert (plain["validation_examples"], plain["examples"]) == (None, 8)
    assert "patience" not in plain


def test_a_fit_that_was_not_trained_has_made_no_updates():
    fit = bp.Fit(bp.Graph(loss=bp.square(bp.Input("x"))), {})
    assert (fit.stopped, fit.best_epoch, fit.updates, dict(fit.settings)) == ("running", None, 0, {})


@pytest.mark.parametrize("engine", ["numpy", "native", "xla"])
@pytest.mark.parametrize("bad", [0, 1, 5])
def test_a_run_that_diverged_leaves_theta_as_the_last_good_update_made_it(engine, bad):
    needs = {"native": "llvmlite", "xla": "jax"}.get(engine)
    if needs:
        pytest.importorskip(needs)
    x = bp.Input("x")
    graph = bp.Graph(loss=bp.square(x * bp.Parameter("w", ())))
    rows = np.ones(8)
    rows[bad] = 1e200
    with pytest.raises(errors.NonFiniteError, match=f"step {bad + 1} of 8") as caught:
        bp.train(
            graph, {"x": rows}, rule=bp.SGD(0.05), params={"w": 1.0}, batch_size=1, epochs=2, shuffle=False,
            dtype="float64", engine=engine, progress=False,
        )  # fmt: skip
    fit = caught.value.fit
    assert fit.updates == bad
    assert fit.params["w"] == pytest.approx(0.9**bad, rel=1e-12)


class Watched(DataSet):
    """A set whose reader writes down what it is told, and allows few rows at a time."""

    told = []

    def reader(self, seed, epoch, shuffle=True):
        told = self.told

        class Writing(Reader):
            most = 4

            def reach(self, start, stop):
                told.append((start, stop))

            def close(self):
                told.append((seed, epoch, shuffle))

        return Writing()


def test_a_reader_is_told_what_is_visited_next_and_when_an_epoch_is_over(monkeypatch):
    class AllThatIsLeft:
        def next(self, remaining):
            return remaining

        def done(self, count):
            return 0.0

    monkeypatch.setattr(Watched, "told", [])
    monkeypatch.setattr(trainer, "Pace", AllThatIsLeft)
    graph = bp.Graph(loss=bp.square(bp.Input("x") * bp.Parameter("w", ())))
    bp.train(
        graph, Watched({"x": np.arange(9.0)}), batch_size=2, epochs=2, seed=7, rule=bp.SGD(1e-3), engine="numpy",
        progress=False,
    )  # fmt: skip
    stretches = [(0, 4), (4, 8), (8, 10)]  # the last batch is not full
    assert Watched.told == [*stretches, (7, 0, True), *stretches, (7, 1, True)]


def test_a_callback_is_told_of_the_end_of_a_run_that_another_one_ended_with_an_error():
    def fails(record, fit):
        raise LookupError("mine")

    listener = Listener()
    with pytest.raises(LookupError, match="mine"):
        train(callbacks=[listener, fails])
    assert listener.heard[-1] == ("end", "failed", 4, 1)


def test_an_update_that_spoils_one_parameter_of_several_is_to_blame():
    x, w, v = bp.Input("x"), bp.Parameter("w", ()), bp.Parameter("v", ())
    graph = bp.Graph(loss=bp.square(x * w) + bp.square(x * v * 0.0))
    with pytest.raises(errors.NonFiniteError, match=r"step 3 of 4 \(update 3\)") as caught:
        bp.train(
            graph, {"x": [0.0, 0.0, 1e100, 0.0]}, rule=bp.SGD(1e150), params={"w": 1.0, "v": 2.0}, batch_size=1,
            epochs=2, shuffle=False, dtype="float64", engine="numpy", progress=False,
        )  # fmt: skip
    assert caught.value.fit.updates == 2
    assert caught.value.fit.params == {"w": 1.0, "v": 2.0}


@pytest.mark.parametrize("at", [1, 2])
@pytest.mark.parametrize("often", [False, True])
def test_a_time_limit_that_ends_while_a_checkpoint_is_written_ends_the_run(monkeypatch, tmp_path, at, often):
    """A handler of SIGALRM raises TimeoutError, which is an OSError, but no fault of the disk."""
    written, records = [], []

    def fsync(file):
        written.append(file)
        if len(written) == at:  # the file is flushed, and the folder
            raise TimeoutError("time is up")

    monkeypatch.setattr("os.fsync", fsync)
    if often:
        monkeypatch.setattr(writer, "clock", iter(range(0, 10**9, 10**6)).__next__)
    with pytest.raises(TimeoutError, match="time is up"):
        train(checkpoint=tmp_path / "at.checkpoint", callbacks=[lambda record, fit: records.append(record)])
    assert len(records) == (0 if often else 3)


def test_a_disk_that_answers_too_late_is_told_of(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(writer, "clock", iter(range(0, 10**9, 10**6)).__next__)
    failed = []

    def fsync(file):
        failed.append(file)
        raise TimeoutError(errno.ETIMEDOUT, "Connection timed out")

    monkeypatch.setattr("os.fsync", fsync)
    with pytest.raises(errors.ModelFileError, match="Connection timed out") as caught:
        train(checkpoint=tmp_path / "at.checkpoint")
    assert caught.value.fit.updates == 12
    assert "training goes on" in capsys.readouterr().err
    assert len(failed) > 1


def test_training_in_another_thread_leaves_signals_alone_and_gives_the_same_bits():
    before, found = [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)], []

    def look(record, fit):
        found.append([signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)])

    thread = threading.Thread(target=lambda: found.append(train(callbacks=[look]).params))
    thread.start()
    thread.join()
    assert found[:-1] == [before] * 3
    assert found[-1]["w"].tobytes() == train().params["w"].tobytes()


def test_a_callback_may_train_another_network_and_ctrl_c_ends_the_one_that_runs():
    inner = []

    def nested(record, fit):
        inner.append(train(callbacks=[lambda record, fit: signal.raise_signal(signal.SIGINT)]))

    outer = train(callbacks=[nested])
    assert (outer.stopped, [fit.stopped for fit in inner]) == ("epochs", ["interrupted"] * 3)


@pytest.mark.parametrize(
    "failure", [MemoryError(), OSError(24, "Too many open files"), errors.DataError("a full disk")]
)
def test_whatever_ends_training_the_fit_so_far_is_with_the_error(failure):
    def fail(record, fit):
        if record.epoch == 3:
            raise failure

    x = bp.Input("x")
    graph = bp.Graph(loss=bp.square(x * bp.Parameter("w", ()) - 1))
    settings = {"params": {"w": 2.0}, "dtype": "float64", "engine": "numpy", "progress": False}
    with pytest.raises(type(failure)) as caught:
        bp.train(graph, {"x": np.ones(8)}, epochs=9, callbacks=[fail], **settings)
    fit = caught.value.fit
    assert (fit.stopped, len(fit.history)) == ("failed", 3)
    assert fit.params["w"] == bp.train(graph, {"x": np.ones(8)}, epochs=3, **settings).params["w"]
