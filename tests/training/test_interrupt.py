"""Signals are noted, and acted upon between steps."""

import os
import signal
import threading
from types import SimpleNamespace

import pytest

from bprop.training.interrupt import CtrlC, Interrupt, Stopped, Terminated

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@pytest.mark.parametrize("number", SIGNALS)
def test_the_first_signal_is_noted(number):
    with Interrupt() as interrupt:
        assert interrupt.signal is None
        signal.raise_signal(number)
        assert interrupt.signal == number


def test_a_second_ctrl_c_interrupts_at_once():
    with pytest.raises(KeyboardInterrupt), Interrupt():
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)


def test_a_second_sigterm_is_only_noted():
    with Interrupt() as interrupt:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGTERM)
        assert interrupt.signal == signal.SIGTERM


def test_handlers_are_put_back():
    before = [signal.getsignal(number) for number in SIGNALS]
    with Interrupt():
        assert all(signal.getsignal(n) != handler for n, handler in zip(SIGNALS, before, strict=True))
    assert [signal.getsignal(number) for number in SIGNALS] == before


def test_handlers_are_put_back_after_an_error():
    before = [signal.getsignal(number) for number in SIGNALS]
    with pytest.raises(ZeroDivisionError), Interrupt():
        _ = 1 / 0
    assert [signal.getsignal(number) for number in SIGNALS] == before


def test_in_another_thread_handlers_are_left_alone():
    seen = []
    before = signal.getsignal(signal.SIGINT)

    def work():
        with Interrupt() as interrupt:
            seen.append((signal.getsignal(signal.SIGINT), interrupt.signal))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [(before, None)]


def test_a_signal_from_outside_is_noted():
    noted = threading.Event()
    with Interrupt() as interrupt:
        thread = threading.Thread(target=lambda: os.kill(os.getpid(), signal.SIGINT))
        thread.start()
        thread.join()
        noted.wait(0.01)  # the handler runs in this thread, between two instructions
        assert interrupt.signal == signal.SIGINT


def test_termination_is_a_system_exit_with_the_shells_code():
    fit = SimpleNamespace()
    ended = Terminated(fit)
    assert isinstance(ended, SystemExit)
    assert ended.code == 143
    assert ended.fit is fit


# --- exceptions while handlers are put in place, or back ---


class LimitError(Exception):
    """What a handler of another signal raises."""


def raising_at(monkeypatch, call):
    """signal.signal raises LimitError once it has done its work for the call-th time."""
    calls, put = [], signal.signal

    def signal_(number, handler):
        before = put(number, handler)
        calls.append(number)
        if len(calls) == call:
            raise LimitError
        return before

    monkeypatch.setattr("bprop.training.interrupt.signal.signal", signal_)


@pytest.mark.parametrize("call", [1, 2])
def test_an_exception_while_handlers_are_put_in_place_leaves_those_before(monkeypatch, call):
    before = [signal.getsignal(number) for number in SIGNALS]
    raising_at(monkeypatch, call)
    with pytest.raises(LimitError), Interrupt():
        raise AssertionError("it was not entered")
    monkeypatch.undo()
    assert [signal.getsignal(number) for number in SIGNALS] == before


def test_a_handler_that_could_not_be_put_back_acts_as_the_one_before(monkeypatch):
    came = []
    before = signal.signal(signal.SIGINT, lambda *args: came.append(args[0]))
    try:
        interrupt = Interrupt()
        raising_at(monkeypatch, 3)  # SIGTERM is put back first
        with pytest.raises(LimitError), interrupt:
            pass
        monkeypatch.undo()
        assert signal.getsignal(signal.SIGINT) == interrupt._note
        signal.raise_signal(signal.SIGINT)
        assert came == [signal.SIGINT]
        assert interrupt.signal is None
        signal.raise_signal(signal.SIGINT)
        assert came == [signal.SIGINT] * 2
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_signal_that_was_ignored_before_is_ignored_then(monkeypatch):
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        interrupt = Interrupt()
        raising_at(monkeypatch, 3)
        with pytest.raises(LimitError), interrupt:
            pass
        monkeypatch.undo()
        signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


# --- of Ctrl-C alone ---


@pytest.fixture
def usual():
    """Python's own handler of Ctrl-C, also where the tests run in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_of_ctrl_c_alone(usual):
    terminating = signal.getsignal(signal.SIGTERM)
    with CtrlC() as ctrl_c:
        assert ctrl_c.watches
        assert signal.getsignal(signal.SIGTERM) == terminating
        ctrl_c.check()
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(Stopped):
            ctrl_c.check()
    assert issubclass(Stopped, KeyboardInterrupt)


@pytest.mark.parametrize("handler", [signal.SIG_IGN, lambda number, frame: None])
def test_ctrl_c_that_does_not_interrupt_is_not_watched(usual, handler):
    signal.signal(signal.SIGINT, handler)
    with CtrlC() as ctrl_c:
        assert not ctrl_c.watches
        assert signal.getsignal(signal.SIGINT) is handler
        signal.raise_signal(signal.SIGINT)
        ctrl_c.check()
