"""A table of pets: numbers, names with a missing cell, yes and no, and a class that follows from them."""

import numpy as np
import pytest


def pets(count=60, seed=0):
    """{column: list}, with kinds of every sort."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(3, size=count)
    return {
        "weight": [round(float(v), 3) for v in kind * 4.0 + rng.normal(size=count)],
        "town": [None if k % 11 == 5 else "abc"[int(v)] for k, v in enumerate(rng.integers(3, size=count))],
        "old": [bool(v) for v in rng.integers(2, size=count)],
        "legs": [int(v) for v in rng.integers(5, size=count)],
        "pet": [["cat", "dog", "eel"][int(v)] for v in kind],
    }


@pytest.fixture
def rows():
    return pets()


@pytest.fixture
def file(tmp_path, rows):
    """The same as pets.csv."""
    lines = [",".join(rows)]
    lines += [
        ",".join("" if cell is None else str(cell) for cell in cells) for cells in zip(*rows.values(), strict=True)
    ]
    path = tmp_path / "pets.csv"
    path.write_text("\n".join(lines) + "\n")
    return path
