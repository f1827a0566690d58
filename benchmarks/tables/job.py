"""One method on one split of one table, in the process of the method."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from time import perf_counter, process_time
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.tables.measures import errors
from benchmarks.tables.methods import METHODS
from benchmarks.tables.one_core import stay_on_one_core
from benchmarks.tables.table import CLASSES, Table


class Session:
    """What the process of a method does."""

    def __init__(self, name: str):
        stay_on_one_core()
        logging.disable(logging.WARNING)  # of Lightning, which greets
        warnings.filterwarnings("ignore", category=FutureWarning)  # for the developers of packages
        self.method = METHODS[name]
        self.warm: set[str] = set()

    def judge(self, train: Table, test: Table, seed: int) -> dict[str, Any]:
        """{"errors", "fit", "predict" (seconds of processor time), "wall" (seconds of the clock for both)}."""
        with contextlib.redirect_stdout(io.StringIO()):
            self._warm_up(train.task)
            return judge(self.method.fit, train, test, seed)

    def _warm_up(self, task: str) -> None:
        """A first fit on a tiny table: it imports what is needed, and is not counted. Compiling for a table is."""
        if task not in self.warm:
            self.method.fit(tiny(task), 0)(tiny(task).features)
            self.warm.add(task)


def judge(fit: Any, train: Table, test: Table, seed: int) -> dict[str, Any]:
    start, clock = process_time(), perf_counter()
    predict = fit(train, seed)
    between = process_time()
    prediction = np.asarray(predict(test.features))
    end, wall = process_time(), perf_counter() - clock
    return {
        "errors": errors(train.task, test.target, prediction),
        "fit": between - start,
        "predict": end - between,
        "wall": wall,
    }


def tiny(task: str) -> Table:
    """80 rows of a number and a word."""
    random = np.random.default_rng(0)
    x, word = random.standard_normal(80), random.choice(["a", "b", "c"], 80)
    features = pd.DataFrame({"x": x, "word": pd.Series(list(word), dtype=object)})
    target = (x + (word == "a") > 0).astype(np.int64) if task == CLASSES else x + (word == "a")
    return Table("tiny", features, target, task)
