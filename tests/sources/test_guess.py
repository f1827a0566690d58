"""Classes or values."""

import numpy as np
import pytest

from bprop.sources.guess import MOST_CLASSES, guess_task, reasoned


def drawn(values, count, seed=0, **options):
    return np.random.default_rng(seed).choice(values, count, **options)


def rounded(mean, deviation, count, low=0, seed=0):
    return np.maximum(np.round(np.random.default_rng(seed).normal(mean, deviation, count)), low)


CLASSES = {
    "text": ["cat", "dog", "cat"],
    "letters": drawn(list("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), 500),
    "yes or no": [True, False, True],
    "0 and 1": [0, 1, 0, 1],
    "two values that stand once": np.arange(2),
    "whole floats": [3.0, 7.0, 3.0, 7.0],
    "-1 and 1": drawn([-1, 1], 60),
    "stars from 1 to 5": drawn(np.arange(1, 6), 60),
    "digits": drawn(np.arange(10), 1797),
    "months": drawn(np.arange(1, 13), 600),
    "100 kinds, 72 pictures each": np.repeat(np.arange(100), 72),
    "26 letters as numbers, 300 each": np.repeat(np.arange(1, 27), 300),
    "16 kinds of buildings": drawn([20, 30, 40, 45, 50, 60, 70, 75, 80, 85, 90, 120, 150, 160, 180, 190], 1460),
    "30 codes of three digits": drawn(np.random.default_rng(1).choice(np.arange(100, 1000), 30, replace=False), 900),
    "13 kinds of very different frequency": np.repeat(
        np.arange(1, 14), [245, 44, 150, 15, 130, 25, 90, 2, 50, 4, 80, 22, 60]
    ),
}
VALUES = {
    "fractions": [0.5, 1.0, 1.5, 2.0],
    "numbers that stand once": np.arange(50),
    "more kinds than are likely": np.repeat(np.arange(MOST_CLASSES + 1), 30),
    "rings of 300 shells": np.clip(rounded(10, 3, 300), 1, 29),
    "rings of 4,177 shells": np.clip(rounded(10, 3, 4177), 1, 29),
    "ages": np.clip(rounded(40, 12, 1000), 18, 90),
    "a few ages": np.clip(rounded(40, 12, 120), 18, 90),
    "ages of 40 people": np.clip(rounded(40, 5, 40), 18, 90),
    "scores from 0 to 100": drawn(np.arange(101), 2000),
    "counts": np.random.default_rng(0).poisson(6, 2000),
    "counts with a long tail": np.random.default_rng(0).geometric(0.15, 3000),
    "prices in steps of 500": 500 * np.round(np.random.default_rng(0).normal(40, 8, 3000)),
    "temperatures below 0": np.round(np.random.default_rng(0).normal(0, 8, 500)),
    "hours of the day, by chance": drawn(np.arange(24), 3000),
}


@pytest.mark.parametrize("name", CLASSES)
def test_few_values_and_names_are_classes(name):
    assert guess_task(np.asarray(CLASSES[name])) == "classification"


@pytest.mark.parametrize("name", VALUES)
def test_many_ordered_values_are_values(name):
    assert guess_task(np.asarray(VALUES[name])) == "regression"


@pytest.mark.parametrize("name", [*CLASSES, *VALUES])
def test_it_is_the_same_in_any_order_and_for_different_values_with_their_counts(name):
    y = np.asarray({**CLASSES, **VALUES}[name])
    values, counts = np.unique(y, return_counts=True)
    assert reasoned(values, counts) == reasoned(y) == reasoned(np.random.default_rng(3).permutation(y))


def test_the_reason_says_the_way_to_the_other_task():
    assert reasoned(np.array([0, 1] * 9))[1].endswith(
        "only 2 different whole numbers (to predict numbers: --task regression)"
    )
    assert reasoned(np.arange(50))[1] == (
        "because its 50 different whole numbers look like amounts (to predict classes: --task classification)"
    )
    assert reasoned(np.array(["a", "b"]))[1] == "because it is text"
    assert reasoned(np.array([0.5, 1]))[1] == "because it has numbers with fractions"
    assert reasoned(np.array([True, False]))[1] == "because it is yes or no"
