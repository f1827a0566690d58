"""Weights of examples: a column of the table, and a weight for each class."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bprop.errors import DataError, SettingError
from bprop.sources.answer import Answer
from bprop.sources.classes import Recognised
from bprop.sources.frame import Frame
from bprop.sources.limits import some

BALANCED = "balanced"


def example_weights(frame: Frame, name: str) -> np.ndarray:
    """A column of example weights. Raises DataError, naming the place, where one is missing or below 0."""
    if frame.block is not None:
        raise SettingError(f"--weights {name}: {frame.name} has no columns with names")
    values = some_weights(frame, name)
    if not values.any():
        raise DataError(f"{frame.label}, column {name!r}: all weights are 0")
    return values


def some_weights(frame: Frame, name: str) -> np.ndarray:
    """Example weights of some of the rows. They may all be 0."""
    values = frame.finite(name, "weight")
    if (values < 0).any():
        row = int((values < 0).argmax())
        raise DataError(f"{frame.where(row)}, column {name!r}: a weight must be 0 or more, not {values[row]:g}")
    return values


def class_weights(words: Sequence[str], answer: Answer, counts: np.ndarray | None) -> np.ndarray | None:
    """(C,) the weight of each class; None where there are no words.

    words : "balanced", for N / (C N_c), or CLASS=WEIGHT for some classes; the others have 1.
    counts : (C,) N_c, the rows of each class to train on; None for values.

    Raises SettingError for a word that is neither, a class that does not exist, and a task without classes.
    """
    if not words:
        return None
    if answer.classes is None or counts is None:
        raise SettingError(f"--class-weight {words[0]}: there are no classes to weight: the task is {answer.task}")
    if BALANCED in words:
        if len(words) > 1:
            raise SettingError("--class-weight balanced weights every class: leave out the other --class-weight")
        return counts.sum() / np.maximum(1, counts) / max(1, np.count_nonzero(counts))
    weights, named = np.ones(len(answer.classes)), set()
    for word in words:
        number, weight = _one(word, answer)
        if number in named:
            raise SettingError(f"--class-weight {word}: this class has a weight already")
        named.add(number)
        weights[number] = weight
    return weights


def _one(word: str, answer: Answer) -> tuple[int, float]:
    """(the number of the class, its weight) of CLASS=WEIGHT."""
    assert answer.classes is not None
    name, equals, text = word.rpartition("=")
    try:
        weight = float(text)
    except ValueError:
        weight = np.nan
    if not equals or not 0 < weight < np.inf:
        raise SettingError(
            f"--class-weight {word}: write balanced, or CLASS=WEIGHT with a number above 0, such as "
            f"{answer.classes[0]}=2"
        )
    number = int(Recognised(answer.classes, answer.join).numbers([name.strip()])[0])
    if number < 0:
        raise SettingError(f"--class-weight {word}: no class is called {name!r}; there are: {some(answer.classes)}")
    return number, weight


def weighted(weights: np.ndarray | None, of_class: np.ndarray | None, labels: np.ndarray) -> np.ndarray | None:
    """The weights (N,) of examples, times those of their classes (C,). None where all are 1."""
    if of_class is None:
        return weights
    return of_class[labels] if weights is None else weights * of_class[labels]
