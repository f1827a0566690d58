"""A function that changes each batch before an update: noise, shifts, crops. The seed decides its random numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from inspect import signature
from typing import Any

import numpy as np

from bprop.batches.batch import Arrays, placed
from bprop.errors import DataError, SettingError, ShapeError
from bprop.graph.graph import Graph
from bprop.rules.description import CODE, PYTHON, Description

Augment = Callable[[dict[str, np.ndarray], np.random.Generator], Mapping[str, Any]]
FORM = "augment is a function of a batch and a generator, def augment(batch, rng), that returns a batch"


def read_augment(augment: Any) -> Any:
    """The function, if it can be called so. Raises SettingError."""
    if augment is None:
        return None
    if not callable(augment):
        raise SettingError(f"{FORM}; not {augment!r}")
    try:
        signature(augment).bind({}, None)
    except TypeError:
        raise SettingError(f"{FORM}; yours takes {signature(augment)}") from None
    except ValueError:  # a function of another language, whose signature is not known
        pass
    return augment


def changed(augment: Augment, graph: Graph, arrays: Arrays, seed: int, epoch: int, step: int) -> Arrays:
    """The batch of a step of an epoch after the function, checked. It is the same for the same seed."""
    rng = np.random.default_rng(np.random.SeedSequence([seed, epoch, step, 6]))
    count = len(next(iter(arrays.values())))
    with placed(f"augment, epoch {epoch + 1}, batch {step}"):
        batch: Any = augment(dict(arrays), rng)
        if not isinstance(batch, Mapping):
            raise DataError(f"the function must return the batch, a dict, but it returned {type(batch).__name__}")
        read = graph.read(batch)
        if len(next(iter(read.values()))) != count:
            rows = len(next(iter(read.values())))
            raise ShapeError(f"the function made {rows} rows of {count}: a batch keeps its number of rows")
    return read


def shown(augment: Augment) -> str:
    """The name of the function, and a checksum of its code and of the numbers that it uses."""
    lines = Description(augment).lines
    text = "\n".join(f"{path}: {line}" for path, line in sorted(lines.items()) if path != PYTHON)
    if any(path.endswith(CODE) for path in lines):
        text += lines.get(PYTHON, "")
    name = getattr(augment, "__qualname__", type(augment).__name__)
    return f"{name} ({sha256(text.encode()).hexdigest()[:8]})"
