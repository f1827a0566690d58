"""bprop, as somebody calls it who holds out the rows to test on."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from benchmarks.peers import UnavailableError
from benchmarks.tables.encoded import changed
from benchmarks.tables.methods import Predict
from benchmarks.tables.table import CLASSES, Table


def fit(train: Table, seed: int, **settings: Any) -> Predict:
    """`bp.table(frame, target).fit()`, without options but those of `settings`.

    All rows are there for training; `test=0` says that the rows to test on are not among them.
    """
    import bprop as bp

    answer = train.answer if train.answer not in train.features else f"{train.answer} (target)"
    rows = bp.table(changed(train.features, {answer: train.target}), answer, task=train.task)
    unknown = [name for name in settings if name not in inspect.signature(rows.fit).parameters]
    if unknown:
        raise UnavailableError(f"this version of bprop has no {unknown[0]}=")
    model = rows.fit(test=0, seed=seed, **settings)
    if train.task != CLASSES:
        return lambda features: np.asarray(model.predict(features), float)
    order = [list(map(int, model.classes)).index(c) for c in range(train.classes)]
    return lambda features: model.predict_proba(features)[:, order]
