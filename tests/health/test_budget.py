"""A share of the time, by a clock set by hand."""

import pytest

from bprop.health.budget import Budget


@pytest.fixture
def clock():
    class Clock:
        now = 100.0

        def __call__(self):
            return self.now

    return Clock()


def test_the_first_time_is_free(clock):
    assert Budget(0.02, clock).allows


def test_what_cost_a_second_is_allowed_again_after_fifty(clock):
    budget = Budget(0.02, clock)
    with budget.spending():
        clock.now += 1.0
    assert not budget.allows
    clock.now += 49.9
    assert not budget.allows
    clock.now += 0.2
    assert budget.allows


def test_the_last_cost_counts(clock):
    budget = Budget(0.5, clock)
    for cost in (10.0, 1.0):
        with budget.spending():
            clock.now += cost
    clock.now += 2.0
    assert budget.allows
