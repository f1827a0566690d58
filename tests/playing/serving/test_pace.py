"""How many updates a turn makes, from turns whose seconds are made up."""

import pytest

from bprop.playing.serving.pace import LONGEST, MOST, SHORTEST, Pace


def settled(news, update, turns=60):
    """The updates of a turn, when a turn of n updates takes news + n update seconds."""
    pace = Pace()
    for _ in range(turns):
        pace.done(pace.count, news + pace.count * update)
    return pace.count


@pytest.mark.parametrize("update", [1e-6, 1e-4, 3e-3])
@pytest.mark.parametrize("news", [1e-3, 0.03, 2.0])
def test_updates_take_as_long_as_their_news_within_bounds(news, update):
    wanted = min(max(news, SHORTEST), LONGEST) / update
    assert 0.4 * wanted - 1 <= settled(news, update) <= 2 * wanted


def test_there_is_always_an_update_and_never_too_many():
    assert settled(0.01, 5.0) == 1
    assert settled(0.0, 1e-12) == MOST


def test_it_grows_by_steps():
    pace = Pace()
    pace.done(1, 1e-6)
    assert pace.count == 4
