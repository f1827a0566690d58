"""Real data that scikit-learn brings with it: no download."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np

from bprop.errors import MissingPackageError
from bprop.sources.formats.arrays import frame_of_arrays
from bprop.sources.frame import Frame

NAMES = {
    "digits": "classification",
    "iris": "classification",
    "breast_cancer": "classification",
    "wine": "classification",
    "diabetes": "regression",
}


def read(name: str) -> Frame:
    """One of scikit-learn's bundled sets. Raises MissingPackageError without scikit-learn."""
    if find_spec("sklearn") is None:
        raise MissingPackageError(f"the built-in data {name!r} comes with scikit-learn: pip install 'bprop[sklearn]'")
    from sklearn import datasets

    loaded = getattr(datasets, f"load_{name}")()
    y = loaded.target
    if NAMES[name] == "classification" and name != "digits":
        y = np.asarray(loaded.target_names)[y]
    columns = tuple(str(c) for c in loaded.feature_names)
    target = "class" if NAMES[name] == "classification" else "y"
    return frame_of_arrays(name, loaded.data, y, columns, target, NAMES[name])


def numbers(name: str) -> np.ndarray:
    """(N,) the targets of a bundled set as scikit-learn's loader gives them: numbers, also of classes with names."""
    from sklearn import datasets

    return getattr(datasets, f"load_{name}")().target
