"""Signals are noted, and acted upon between steps."""

import os
import signal
import threading
from types import SimpleNamespace

import pytest

from bprop.training.interrupt import Interrupt, Terminated

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
