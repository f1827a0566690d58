"""The events of a training that callbacks hear of."""

from types import SimpleNamespace

import pytest

from bprop.errors import ModelFileError, NonFiniteError
from bprop.training.events import from_begin_to_end
from bprop.training.hooks import Hooks
from bprop.training.interrupt import Terminated


class Listener:
    def __init__(self):
        self.heard = []

    def begin(self, fit):
        self.heard.append(("begin", fit.stopped))

    def end(self, fit):
        self.heard.append(("end", fit.stopped))


def fit(stopped, failure=None):
    return SimpleNamespace(stopped=stopped, failure=failure)


def raising(error):
    def train():
        raise error

    return train


def test_a_training_is_told_of_at_its_beginning_and_its_end():
    listener = Listener()
    assert from_begin_to_end(Hooks([listener]), fit, lambda: fit("epochs")).stopped == "epochs"
    assert listener.heard == [("begin", "running"), ("end", "epochs")]


@pytest.mark.parametrize("error", [NonFiniteError("no", fit("diverged")), Terminated(fit("interrupted"))])
def test_an_error_with_a_fit_of_its_own_ends_with_that(error):
    listener = Listener()
    with pytest.raises(type(error)):
        from_begin_to_end(Hooks([listener]), fit, raising(error))
    assert listener.heard[-1] == ("end", error.fit.stopped)


@pytest.mark.parametrize("error, failure", [(RuntimeError("mine"), "RuntimeError: mine"), (KeyError(), "KeyError"),
                                            (KeyboardInterrupt(), "KeyboardInterrupt")])  # fmt: skip
def test_any_other_error_has_the_fit_so_far(error, failure):
    listener = Listener()
    with pytest.raises(type(error)) as raised:
        from_begin_to_end(Hooks([listener]), fit, raising(error))
    assert (raised.value.fit.stopped, raised.value.fit.failure) == ("failed", failure)
    assert listener.heard[-1] == ("end", "failed")


@pytest.mark.parametrize("whole, stopped", [(False, "epochs"), (True, "failed")])
def test_the_fit_of_one_of_several_is_replaced_by_that_of_all(whole, stopped):
    error = ModelFileError("full")
    error.fit = fit("epochs")
    with pytest.raises(ModelFileError):
        from_begin_to_end(Hooks([]), fit, raising(error), whole=whole)
    assert error.fit.stopped == stopped


def test_an_error_on_the_way_to_the_fit_does_not_hide_the_first():
    def broken(stopped, failure=None):
        return fit(stopped) if stopped == "running" else 1 / 0

    with pytest.raises(RuntimeError, match="mine"):
        from_begin_to_end(Hooks([]), broken, raising(RuntimeError("mine")))
