"""Which epochs are looked at, by a clock set by hand."""

from itertools import pairwise

import pytest

from bprop.health.looks import Looks


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def looked_at(epochs, cost, seconds=1.0, first_cost=None, first=1, stop=None):
    """The epochs that are looked at where an epoch takes `seconds` and a look `cost`."""
    clock, found = Clock(), []
    looks = Looks(epochs, 0.02, clock)
    for epoch in range(first, (stop or epochs) + 1):
        clock.now += seconds
        if looks.due(epoch):
            with looks.looking(epoch):
                clock.now += cost if found or first_cost is None else first_cost
            found.append(epoch)
    return found


def test_looks_that_cost_little_are_taken_after_every_epoch():
    assert looked_at(20, 0.019) == list(range(1, 21))
    assert looked_at(20, 0.0) == list(range(1, 21))


def test_looks_crowd_where_training_begins():
    assert looked_at(20, 0.1) == [1, 2, 4, 8, 20]


def test_two_thousand_short_epochs_are_seen_from_their_beginning():
    """A look costs as much as three epochs, the first, which warms up, as a hundred."""
    found = looked_at(2000, 0.003, 0.001, first_cost=0.1)
    assert found[:2] == [1, 2]
    assert len([epoch for epoch in found if epoch <= 100]) >= 6
    assert found[-1] == 2000
    factors = [later / sooner for sooner, later in pairwise(found) if sooner > 5]
    assert max(factors) < 2.5


@pytest.mark.parametrize("cost", [0.001, 0.02, 0.03, 0.1, 0.2])
@pytest.mark.parametrize("epochs", [20, 300, 5000])
def test_all_but_the_first_take_a_fiftieth_of_the_time(cost, epochs):
    found = looked_at(epochs, cost)
    assert (found[0], found[-1]) == (1, epochs)
    assert (len(found) - 2) * cost <= 0.02 * epochs


def test_a_look_that_costs_more_than_all_epochs_may_is_taken_first_and_last():
    assert looked_at(20, 5.0) == [1, 20]
    assert looked_at(1, 5.0) == [1]


def test_a_run_that_is_continued_is_looked_at_from_where_it_goes_on():
    found = looked_at(1000, 0.1, first=500)
    assert found[0] == 500
    assert found[-1] == 1000
    assert 3 < len(found) < 200


def test_a_run_that_ends_early_has_spent_no_more_seconds_than_planned():
    found = looked_at(1000, 0.1, stop=30)
    assert (len(found) - 1) * 0.1 <= 0.02 * 1000


def test_a_run_of_a_tenth_of_a_second_may_spend_as_much_again():
    found = looked_at(2000, 0.003, 50e-6, first_cost=0.05)
    assert found[:2] == [1, 2]
    assert 10 <= len(found) <= 35
    assert found[-1] == 2000
