"""Callbacks: begin, step, epoch and end; what they are called with, and how they stop training."""

import numpy as np
import pytest

import bprop as bp
from bprop.errors import SettingError
from bprop.training.hooks import Hooks, read_callbacks
from bprop.training.members import Member, train_members

rng = np.random.default_rng(0)
DATA = {"x": rng.normal(size=(40, 4)), "y": rng.integers(3, size=40)}


def train(callbacks, **settings):
    settings = {"batch_size": 4, "epochs": 3, "engine": "numpy", "progress": False} | settings
    return bp.train(bp.mlp([4, 3]), DATA, callbacks=callbacks, **settings)


class Notes:
    """Notes every call. every : updates between two calls of step. stop : the event at which it stops training."""

    def __init__(self, every=4, stop=None):
        self.every, self.stop, self.calls, self.records = every, stop, [], []

    def begin(self, fit):
        self.calls.append(("begin", fit.updates))
        return self.stop == "begin"

    def step(self, record, fit):
        self.calls.append(("step", record.updates, fit.updates))
        self.records.append(record)
        return self.stop == ("step", record.updates)

    def epoch(self, record):
        self.calls.append(("epoch", record.epoch))

    def end(self, fit):
        self.calls.append(("end", fit.stopped, fit.updates))


@pytest.fixture(params=["numpy", "native", "xla"])
def engine(request):
    pytest.importorskip({"numpy": "numpy", "native": "llvmlite", "xla": "jax"}[request.param])
    return request.param


def test_an_object_hears_of_the_beginning_of_updates_of_epochs_and_of_the_end(engine):
    notes = Notes(every=4)
    train([notes], engine=engine, epochs=2)
    assert notes.calls[0] == ("begin", 0) and notes.calls[-1] == ("end", "epochs", 20)
    assert [call for call in notes.calls if call[0] == "epoch"] == [("epoch", 1), ("epoch", 2)]
    steps = [call[1] for call in notes.calls if call[0] == "step"]
    assert steps == sorted(set(steps)) and all(call[1] == call[2] for call in notes.calls if call[0] == "step")
    if engine == "xla":  # it does several updates together
        assert [at // 4 for at in steps] == sorted({at // 4 for at in steps}) and steps[-1] == 20
    else:
        assert steps == [4, 8, 12, 16, 20]


def test_steps_give_the_same_bits_as_none(engine):
    with_steps, without = train([Notes(every=3)], engine=engine), train([], engine=engine)
    for name, array in without.params.items():
        np.testing.assert_array_equal(with_steps.params[name], array)
    assert [r.loss for r in with_steps.history] == [r.loss for r in without.history]


def test_the_record_of_a_step_is_that_of_the_epoch_so_far():
    notes = Notes(every=5)
    fit = train([notes])
    half, whole = notes.records[:2]
    assert (half.epoch, half.updates, half.validation) == (1, 5, None)
    assert (whole.loss, whole.metrics) == (fit.history[0].loss, fit.history[0].metrics) != (half.loss, half.metrics)
    assert half.examples_per_second == pytest.approx(20 / half.seconds)


@pytest.mark.parametrize(("stop", "updates", "epochs"), [("begin", 0, 0), (("step", 16), 16, 1), (("step", 20), 20, 2)])
def test_begin_and_step_stop_training_where_they_are(stop, updates, epochs, tmp_path):
    fit = train([Notes(every=4, stop=stop)], checkpoint=tmp_path / "run")
    assert (fit.stopped, fit.updates, len(fit.history)) == ("callback", updates, epochs)
    whole, rest = train([]), train([], resume=tmp_path / "run")
    np.testing.assert_array_equal(whole.params["W1"], rest.params["W1"])
    assert [r.loss for r in whole.history] == [r.loss for r in rest.history]


def test_a_resumed_run_calls_step_after_the_same_updates(tmp_path):
    train([Notes(every=4, stop=("step", 12))], checkpoint=tmp_path / "run")
    notes = Notes(every=4)
    train([notes], resume=tmp_path / "run")
    assert notes.calls[0] == ("begin", 12)
    assert [call[1] for call in notes.calls if call[0] == "step"] == [16, 20, 24, 28]


def test_a_function_may_take_the_record_alone():
    seen = []
    train([lambda record: seen.append(record.epoch), lambda *both: seen.append(len(both)), lambda: seen.append("none")])
    assert seen[:3] == [1, 2, "none"]


def test_no_fit_is_made_for_callbacks_that_do_not_take_one():
    def never():
        raise AssertionError("a fit was made")

    def brief(record, fit):
        return fit is None

    brief.needs_fit = False
    assert Hooks([lambda record: None]).epoch("record", never) is False
    assert Hooks([brief]).epoch("record", never) is True
    Hooks([brief]).begin(never)
    made = []
    assert Hooks([brief, lambda record, fit: made.append(fit)]).epoch("record", lambda: "fit") is False
    assert made == ["fit"]


def test_all_callbacks_are_called_and_only_true_stops_training():
    called = []
    answers = [lambda record, fit, answer=answer: called.append(answer) or answer for answer in (True, None, "yes")]
    assert Hooks(answers).epoch("record", lambda: None)
    assert called == [True, None, "yes"]
    assert not Hooks(answers[1:]).epoch("record", lambda: None)


def test_a_callback_that_derives_from_callback_has_the_hooks_that_it_defines():
    class Mine(bp.Callback):
        def end(self, fit):
            self.stopped = fit.stopped

    mine = Mine()
    assert Hooks([mine]).until_due(0) is None  # no stretch is cut for a step that nobody wants
    train(mine)
    assert mine.stopped == "epochs"


def test_numbers_called_as_hooks_are_no_hooks():
    class Counts:
        step = epoch = 0

        def __call__(self, record, fit):
            self.epoch += 1

    counts = Counts()
    train([counts])
    assert counts.epoch == 3


class OfKeras:
    def on_epoch_end(self, epoch, logs=None):
        pass


@pytest.mark.parametrize(
    ("callback", "said"),
    [
        (3, "a callback is a function, called as callback.record, fit., or an object with a method begin, step"),
        (OfKeras(), "it has on_epoch_end, which bprop does not call"),
        (Notes, "Notes is a class: give an object, Notes()"),
        (lambda record, fit, more: None, r"called as <lambda>\(record, fit\): give 'more' a default"),
        (lambda record, *, key: None, "give 'key' a default"),
        (Notes(every=0), "every of the callback Notes is a number of updates, 1 or more, not 0"),
        (Notes(every="2steps"), "not '2steps'"),
    ],
)
def test_a_callback_that_cannot_be_called_is_refused_before_training(callback, said):
    with pytest.raises(SettingError, match=said):
        train([callback])


def test_one_callback_needs_no_list():
    notes = Notes()
    assert read_callbacks(notes) == [notes] and read_callbacks(print) == [print]
    assert read_callbacks(()) == []


def test_steps_are_those_of_one_network():
    part = bp.Graph.read_set(bp.mlp([4, 3]), DATA)
    members = [Member(0, part, part), Member(1, part, part)]
    with pytest.raises(SettingError, match="follows the updates of one network"):
        train_members(bp.mlp([4, 3]), members, lambda n: bp.SGD(0.1), {"callbacks": [Notes()], "epochs": 1})


def test_a_callback_that_does_not_tell_its_arguments_gets_all_of_them():
    calls = []

    class Untold:
        __signature__ = "none"

        def __call__(self, *arguments):
            calls.append(len(arguments))

    train(Untold(), epochs=1)
    assert calls == [2]
