"""Whether targets are classes or values, where nobody says so."""

from __future__ import annotations

import numpy as np

FEW = 10  # up to so many different whole numbers are classes: 0 and 1, 1 to 5, the digits
SOME = 20  # up to so many are classes unless they spread as measures do
MOST_CLASSES = 100  # more different whole numbers than this are values
EXAMPLES = 5  # rows of a class, at least, on average: with fewer, more than FEW whole numbers are values
SPARSE = 10  # codes leave out most numbers: half of them have no neighbour that is nearer than so many steps
BALANCED = 0.25  # of the variance by chance: classes that were collected are more alike in number
TAIL = 0.25  # a measure has an end that is rare: below this share of its most frequent value


def guess_task(y: np.ndarray, counts: np.ndarray | None = None) -> str:
    """Classification for text and for few whole numbers, else regression.

    counts : (N,) how often each of y stands in the table; default once.
    """
    return reasoned(y, counts)[0]


def reasoned(y: np.ndarray, counts: np.ndarray | None = None) -> tuple[str, str]:
    """(the task, the reason for people)."""
    if y.dtype.kind in "OUSb":
        return "classification", "because it is yes or no" if y.dtype.kind == "b" else "because it is text"
    values, place = np.unique(y, return_inverse=True)
    rows = np.bincount(place.ravel(), counts, len(values))
    if not (values == np.round(values)).all():
        return "regression", "because it has numbers with fractions"
    if _are_classes(values.astype(np.float64), rows):
        return "classification", (
            f"because it has only {len(values):,} different whole numbers (to predict numbers: --task regression)"
        )
    return "regression", (
        f"because its {len(values):,} different whole numbers look like amounts (to predict classes: --task "
        "classification)"
    )


def _are_classes(values: np.ndarray, rows: np.ndarray) -> bool:
    """Whether different whole numbers (K,), in order, which stand in so many rows each, are names of classes."""
    count, total = len(values), rows.sum()
    if count > min(MOST_CLASSES, max(2, total // 2)):
        return False
    if count <= FEW:
        return True
    if total < EXAMPLES * count:
        return False
    if rows.var() < BALANCED * rows.mean() or _is_sparse(values):
        return True
    return count <= SOME and not _is_spread(values, rows)


def _is_sparse(values: np.ndarray) -> bool:
    """Whether they leave out most of the numbers between them, as codes do: 101, 205, 333, ..."""
    steps = np.diff(values)
    return bool(np.median(steps) > SPARSE * _unit(steps))


def _unit(steps: np.ndarray) -> float:
    """The largest number of which all steps are multiples: 50 for prices such as 100, 150, 300."""
    return float(np.gcd.reduce(steps.astype(np.int64))) if steps.max() < 2**62 else 1.0


def _is_spread(values: np.ndarray, rows: np.ndarray) -> bool:
    """Whether the rows rise to one peak and fall from it, but for chance, and one end is rare, as of a measure."""
    steps = np.diff(values)
    place = np.concatenate([[0], np.cumsum(steps / _unit(steps))]).astype(np.int64)
    heights = np.zeros(place[-1] + 1)
    heights[place] = rows
    ends = heights[0] + heights[-1]
    travel, chance = abs(np.diff(heights)).sum(), np.sqrt(heights[1:] + heights[:-1]).sum()
    return bool(min(heights[0], heights[-1]) <= TAIL * heights.max() and travel <= 2 * heights.max() - ends + chance)
