"""The allowance of messages, with a clock that is set by hand."""

from bprop.web.allowance import Allowance


def test_a_burst_is_free_and_then_the_rate_holds():
    now = [0.0]
    allowance = Allowance(rate=10, burst=3, clock=lambda: now[0])
    assert [allowance.take() for _ in range(3)] == [0, 0, 0]
    assert allowance.take() == 0.1
    now[0] = 0.1  # it has waited
    assert allowance.take() == 0.1
    now[0] = 100.0
    assert [allowance.take() for _ in range(4)] == [0, 0, 0, 0.1]


def test_a_message_that_is_refused_takes_nothing():
    now = [0.0]
    allowance = Allowance(rate=10, burst=2, clock=lambda: now[0])
    assert [allowance.refuses() for _ in range(4)] == [0, 0, 0.1, 0.1]
    now[0] = 0.1
    assert allowance.refuses() == 0 and allowance.refuses() > 0
