"""How many updates a turn makes, from turns whose seconds are made up."""

import numpy as np
import pytest

from bprop.playing.serving.pace import FASTER, LONGEST, MOST, SHORTEST, SPREAD, Pace


def turns(news, update, noise=0.0, count=200):
    """The updates of each turn, when a turn of n updates takes news + n update seconds, times noise."""
    pace, rng, chosen = Pace(), np.random.default_rng(0), []
    for _ in range(count):
        chosen.append(pace.count)
        pace.done(pace.count, (news + pace.count * update) * rng.uniform(1 - noise, 1 + noise))
    return chosen


@pytest.mark.parametrize("noise", [0.0, 0.3])
@pytest.mark.parametrize("update", [1e-6, 1e-4, 3e-3])
@pytest.mark.parametrize("news", [1e-3, 0.03, 2.0])
def test_updates_take_as_long_as_their_news_within_bounds(news, update, noise):
    wanted = min(max(news, SHORTEST), LONGEST) / update
    typical = np.median(turns(news, update, noise)[50:])
    factor = SPREAD * (1.1 if noise == 0 else 4)
    assert wanted / factor - 1 <= typical <= wanted * factor + 1


def test_there_is_always_an_update_and_never_too_many():
    assert set(turns(0.01, 5.0)[1:]) <= {1, 2}
    assert max(turns(1e-12, 1e-12)) == MOST


def test_it_grows_by_steps():
    pace = Pace()
    pace.done(1, 1e-6)
    assert pace.count == FASTER
