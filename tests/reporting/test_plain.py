"""Records as a page takes them: bounded, and null for what is not finite."""

import json
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bprop.record import Record
from bprop.reporting.plain import MOST_HEALTH, MOST_RECORDS, early, number, plain, plain_history, spread, text


def records(count, boxes=0):
    row = dict.fromkeys(("value_mean", "value_std", "gradient_norm", "gradient_std", "saturated", "dead"), 0.5)
    health = {"boxes": {f"h{k}": row for k in range(boxes)}, "parameters": {}, "layers": [], "first_not_finite": None}
    return [Record(k + 1, k, 1.0, 0.0, 1.0, {"accuracy": 0.5}, health=health if boxes else None) for k in range(count)]


@given(st.floats())
def test_a_number_is_short_and_finite_or_none(value):
    found = number(value)
    assert (found is None) == (not np.isfinite(value))
    assert found is None or abs(found - value) <= 1e-4 * abs(value)


@given(st.integers(0, 3000), st.integers(1, 600))
def test_a_spread_has_both_ends_and_is_bounded(count, most):
    found = spread(count, most)
    assert len(found) == min(count, most) if count else not found
    if count:
        assert found[0] == 0
        assert found[-1] == (count - 1 if min(count, most) > 1 else 0)


def test_long_histories_are_thinned_and_keep_the_best_and_the_last():
    found = plain_history(records(20_000), best=777)
    assert len(found) <= MOST_RECORDS + 1
    assert {1, 777, 20_000} <= {record["epoch"] for record in found}


def test_health_is_thinned_by_what_it_takes():
    found = plain_history(records(400, boxes=100))
    kept = [record for record in found if record["health"]]
    assert len(kept) == MOST_HEALTH // 600
    assert found[-1]["health"] is not None
    assert kept[0]["health"]["boxes"]["h3"] == [0.5] * 6


def test_rare_looks_at_the_health_are_kept():
    history = records(5000)
    looked = records(5000, boxes=1)
    for place in (0, 13, 777, 4999):
        history[place] = looked[place]
    for most in (2, 40):
        found = plain_history(history, most=most)
        assert len(found) <= 2 * most + 2
        if most == 40:
            assert [record["epoch"] for record in found if record["health"]] == [1, 14, 778, 5000]


def test_what_is_not_finite_is_null():
    record = Record(1, 1, float("nan"), 0.0, float("inf"), {"rmse": float("nan")}, {"loss": float("inf")})
    found = plain(record)
    assert (found["loss"], found["objective"], found["metrics"]["rmse"], found["validation"]["loss"]) == (None,) * 4
    json.dumps(found, allow_nan=False)


def test_text_is_one_short_line():
    assert text("a\n b") == "a b"
    assert len(text("x" * 500)) == 80


@given(st.integers(0, 3000), st.integers(1, 600))
def test_early_places_are_as_many_and_their_distances_grow(count, most):
    found = early(count, most)
    assert len(found) == min(count, most) if count else not found
    assert found == sorted(set(found))
    if count:
        assert (found[0], found[-1]) == (0, count - 1 if len(found) > 1 else 0)
    steps = [b - a for a, b in pairwise(found)]
    assert all(later >= sooner - 1 for sooner, later in pairwise(steps[:-1]))


def test_of_two_thousand_epochs_the_first_hundred_are_seen():
    found = early(2000, 66)
    assert len([place for place in found if place < 100]) > 25
    assert len([place for place in spread(2000, 66) if place < 100]) < 5


def test_looks_at_the_health_are_thinned_where_they_are_many_and_late():
    found = plain_history(records(2000, boxes=100))
    kept = [record["epoch"] for record in found if record["health"]]
    assert len([epoch for epoch in kept if epoch <= 100]) > 25
    assert kept[-1] == 2000
