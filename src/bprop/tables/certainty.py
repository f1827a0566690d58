"""How sure a model of a table is: its temperature, and conformal intervals and sets, from rows kept from training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any, NamedTuple

import numpy as np

from bprop import calibration, conformal
from bprop.boxes import Exp, Sigmoid, Softmax
from bprop.conformal import Scores
from bprop.data import DataSet
from bprop.errors import DataError, SettingError
from bprop.graph import Graph
from bprop.model import Model
from bprop.perceptron import QUANTILES
from bprop.scaling import MisfitError
from bprop.sources.frame import Frame
from bprop.sources.preparation import Preparation
from bprop.temperature import has_probabilities, with_temperature
from bprop.training.fit import Fit

KEY = "conformal"
"""The entry of a model's notes with the scores of rows that it was not trained on."""
CLASSES, VALUES, LEVELS = "classes", "values", "quantiles"
FEWEST = 200
"""Scores that are kept of each of very many columns."""
MOST = 50_000_000
"""The most rows times outputs of the rows that are judged."""


class Watched(NamedTuple):
    """Predictions for rows with targets, in the units of the table.

    f : (N,) or (N, outputs). y : (N,) or (N, columns). weights : (N,) of examples, without those of classes.
    quantiles : (N, ..., Q) of a network with the quantile loss; else None.
    """

    f: np.ndarray
    y: np.ndarray
    weights: np.ndarray
    quantiles: np.ndarray | None = None

    @classmethod
    def of(cls, model: Model, data: DataSet, of_class: np.ndarray | None = None, y: Any = None) -> Watched:
        """Those of a data set of the model. of_class : (C,) weights of classes that are in its weights.

        y : the targets in the units of the table, where they are at hand.
        """
        outputs = Model.predict(model, data)
        outputs = outputs if isinstance(outputs, dict) else {"f": outputs}
        if y is None:
            y = np.concatenate([np.asarray(data.arrays["y"][cut]) for cut in data.cuts()])
            y = model.units.restored("y", y) if y.dtype.kind == "f" else y
        w = np.ones(len(y)) if data.weights is None else np.asarray(data.weights, np.float64)
        w = w if of_class is None else w / of_class[y]
        q = outputs.get(QUANTILES)
        return cls(np.asarray(outputs["f"]), np.asarray(y), w, None if q is None else np.sort(np.asarray(q), axis=-1))

    @classmethod
    def held(cls, fit: Fit, data: DataSet, of_class: np.ndarray | None = None) -> Watched:
        """Those for validation rows: of each member of an ensemble for its own, which it was not trained on.

        data : the rows that a single network watched, or all members alike: then those of their mean.
        """
        if all(rows is data for rows in fit.held):
            return cls.of(fit, data, of_class)
        pairs = [(one, rows) for one, rows in zip(fit.members, fit.held, strict=True) if rows is not None]
        return cls.joined([cls.of(one, rows, of_class) for one, rows in pairs or [(fit, data)]])

    @classmethod
    def joined(cls, parts: list[Watched]) -> Watched:
        """The rows of several folds, one after the other."""
        q = None if parts[0].quantiles is None else np.concatenate([p.quantiles for p in parts])  # type: ignore[misc]
        return cls(
            np.concatenate([p.f for p in parts]), np.concatenate([p.y for p in parts]),
            np.concatenate([p.weights for p in parts]), q,
        )  # fmt: skip

    @property
    def usable(self) -> Watched:
        """The rows with finite predictions and a weight."""
        rows = np.isfinite(self.f).reshape(len(self.f), -1).all(axis=1) & (self.weights > 0)
        q = None if self.quantiles is None else self.quantiles[rows]
        return Watched(self.f[rows], self.y[rows], self.weights[rows], q)


def need_calibration(graph: Graph, task: str, watched: bool, apart: int = 1) -> None:
    """Raise SettingError, before any work, where there is nothing to calibrate, or no row to do it on.

    apart : networks that watch rows of their own, on which the others were trained.
    """
    if not has_probabilities(graph):
        raise SettingError(
            f"--calibrate (calibrate=True) is for probabilities, and this network gives none (the task is {task}): "
            "leave it out"
        )
    if not watched:
        raise SettingError(
            "--calibrate (calibrate=True) chooses the temperature on validation rows: hold some out (--validation)"
        )
    if apart > 1:
        raise SettingError(
            f"--calibrate (calibrate=True) needs rows that none of the {apart} networks was trained on, and each of "
            "them watches rows of its own: add --folds 5 (out_of_fold=...), or --members 1"
        )


def temperature_for(graph: Graph, watched: Watched, of_class: np.ndarray | None = None) -> float:
    """The temperature for the probabilities of a graph. of_class : (C,) weights of classes, as in training."""
    watched = watched.usable
    if not len(watched.f):
        return 1.0
    p = watched.f.astype(np.float64)
    if isinstance(graph.outputs["f"], Sigmoid):
        scores = calibration.log_of(p) - np.log(np.maximum(1 - p, np.finfo(np.float64).tiny))
        return calibration.switches_temperature_of(np.clip(scores, -700, 700), watched.y, watched.weights)
    w = watched.weights if of_class is None else watched.weights * of_class[watched.y]
    return calibration.temperature_of(calibration.log_of(p), watched.y, w)


def calibrated(model: Model, watched: Watched, of_class: np.ndarray | None = None) -> tuple[Graph, Watched, float]:
    """(the model's graph with a temperature, the same predictions with it, the temperature)."""
    temperature = temperature_for(model.graph, watched, of_class)
    logarithms = calibration.log_of(watched.f)
    if isinstance(model.graph.outputs["f"], Softmax):
        p = calibration.tempered(np.maximum(logarithms, -700), temperature)
    else:
        odds = logarithms - calibration.log_of(1 - watched.f.astype(np.float64))
        p = 1 / (1 + np.exp(-np.clip(odds, -700, 700) / temperature))
    f = p.astype(watched.f.dtype)
    return with_temperature(model.graph, temperature), watched._replace(f=f), temperature


@dataclass(frozen=True)
class Conformal:
    """The conformal scores of a model, for any level.

    kind : "classes" (1 - p_y), "values" (|y - f|), or "quantiles" (how far y lies beyond the outer quantiles).
    scores : one for classes, one for each column of values. source : the rows, for people. least : the smallest value
    that there is, 0 for counts; None: any.
    """

    kind: str
    scores: tuple[Scores, ...]
    source: str
    least: float | None = None

    @classmethod
    def of(cls, graph: Graph, watched: Watched, source: str) -> Conformal | None:
        """From predictions for rows that the model was not trained on. None where there are neither values nor
        probabilities of classes (several columns of yes and no, the hinge loss), or no rows."""
        watched, output = watched.usable, graph.outputs["f"]
        f, y, w = watched.f, watched.y, watched.weights
        if not len(f) or isinstance(output, Sigmoid):
            return None
        if isinstance(output, Softmax):
            return cls(CLASSES, (Scores.of(conformal.surprises(f, y), w),), source)
        if f.shape != y.shape:  # scores of classes, of the hinge loss
            return None
        f, y, q = f.reshape(len(f), -1), y.reshape(len(y), -1), watched.quantiles
        most = max(FEWEST, conformal.MOST // f.shape[1])
        if q is not None and q.shape[-1] > 1:
            q = q.reshape(len(f), f.shape[1], -1)
            each = [Scores.of(conformal.beyond(q[:, k, 0], q[:, k, -1], y[:, k]), w, most) for k in range(f.shape[1])]
            return cls(LEVELS, tuple(each), source)
        each = [Scores.of(conformal.distances(f[:, k], y[:, k]), w, most) for k in range(f.shape[1])]
        return cls(VALUES, tuple(each), source, 0.0 if isinstance(output, Exp) else None)

    @property
    def rows(self) -> int:
        return self.scores[0].rows

    def sets(self, p: np.ndarray, level: float) -> np.ndarray:
        """(N, C) of bool: the classes that are in the set of each row."""
        return conformal.sets(p, self.scores[0].quantile(level))

    def intervals(self, f: np.ndarray, quantiles: np.ndarray | None, level: float) -> np.ndarray:
        """(N, K, 2): low and high of each of K columns."""
        f = f.reshape(len(f), -1)
        ends = []
        for k, scores in enumerate(self.scores):
            q = scores.quantile(level)
            if self.kind == LEVELS:
                assert quantiles is not None
                each = np.sort(quantiles, axis=-1).reshape(len(f), f.shape[1], -1)
                ends.append(np.stack(conformal.widened(each[:, k, 0], each[:, k, -1], q), axis=-1))
            else:
                ends.append(np.stack(conformal.around(f[:, k], q), axis=-1))
        stacked = np.stack(ends, axis=1)
        return stacked if self.least is None else np.maximum(stacked, self.least)

    def to_notes(self) -> dict[str, Any]:
        """As the entry of a model's notes."""
        least = {} if self.least is None else {"least": self.least}
        scores = [one.to_notes() for one in self.scores]
        return {KEY: {"kind": self.kind, "source": self.source, "scores": scores, **least}}

    @classmethod
    def from_notes(cls, notes: Mapping[str, Any], columns: int = 1) -> Conformal:
        """Those of a model that predicts so many columns. Raises SettingError where it has none, DataError where they
        are damaged."""
        if KEY not in notes:
            raise SettingError(
                "--interval: this model keeps no conformal scores, for no rows were held out to measure them: train "
                "with --validation or --folds (of values, or of classes with probabilities)"
            )
        noted = notes[KEY]
        scores = noted.get("scores") if isinstance(noted, Mapping) else None
        if not isinstance(scores, list | tuple) or not scores or noted.get("kind") not in (CLASSES, VALUES, LEVELS):
            raise DataError("the notes of this model have damaged conformal scores")
        each = tuple(Scores.from_notes(one) for one in scores)
        if len(each) != (1 if noted["kind"] == CLASSES else columns):
            raise DataError("the notes of this model have damaged conformal scores")
        least = noted.get("least")
        if least is not None and not isinstance(least, int | float):
            raise DataError("the notes of this model have damaged conformal scores")
        return cls(noted["kind"], each, str(noted.get("source", "")), least)


def measured(conformal_: Conformal, level: float, watched: Watched) -> dict[str, Any]:
    """{"level", "coverage", ...} on rows with targets: for classes the mean size of a set and the share of empty ones,
    for values the mean width of an interval; of several columns, lists."""
    w, y = watched.weights, watched.y
    facts: dict[str, Any] = {"level": level, "calibrated_on": conformal_.rows, "source": conformal_.source}
    if conformal_.kind == CLASSES:
        sets = conformal_.sets(watched.f, level)
        inside = sets[np.arange(len(y)), y]
        sizes = sets.sum(axis=1)
        return {
            **facts, "coverage": conformal.coverage(inside, w), "mean_size": float(np.average(sizes, weights=w)),
            "empty": conformal.coverage(sizes == 0, w),
        }  # fmt: skip
    ends, y = conformal_.intervals(watched.f, watched.quantiles, level), y.reshape(len(y), -1)
    inside = (ends[..., 0] <= y) & (y <= ends[..., 1])
    covered = [conformal.coverage(inside[:, k], w) for k in range(y.shape[1])]
    widths = np.average(ends[..., 1] - ends[..., 0], axis=0, weights=w).tolist()
    one = y.shape[1] == 1
    return {**facts, "coverage": covered[0] if one else covered, "mean_width": widths[0] if one else widths}


def coverage_on(
    model: Model, rows: Frame, preparation: Preparation, weights: np.ndarray, noted: Conformal, level: float
) -> dict[str, Any]:
    """The coverage on the rows of a table: see `measured`."""
    outputs = Model.predict(model, preparation.inputs(rows))
    outputs = outputs if isinstance(outputs, dict) else {"f": outputs}
    watched = Watched(np.asarray(outputs["f"]), preparation.y(rows), weights, outputs.get(QUANTILES))
    return measured(noted, level, watched)


def certain(
    model: Fit, data: DataSet | None, of_class: np.ndarray | None = None, calibrate: bool = False,
    folds: Watched | None = None,
) -> str:  # fmt: skip
    """Give a model its temperature (if `calibrate`) and its conformal scores; a line that says so.

    data : the validation rows, as the network sees them. folds : predictions out of fold, which are taken instead.
    """
    if model.stopped in ("diverged", "failed") or (folds is None and data is None):
        return ""
    width = prod(size for size in model.graph.outputs["f"].dims[1:] if isinstance(size, int))
    if folds is None and data is not None and len(data) * width > MOST:
        return ""
    try:
        watched = folds if folds is not None else Watched.held(model, data, of_class)  # type: ignore[arg-type]
    except MisfitError:  # the network gives numbers that are not finite: the model is saved as it is
        return ""
    source, line = "out-of-fold" if folds is not None else "validation", ""
    if not len(watched.usable.f):
        return ""
    if calibrate:
        model.graph, watched, temperature = calibrated(model, watched, of_class)
        line = f"temperature {temperature:.3g}, from {len(watched.f):,} {source} rows"
    noted = Conformal.of(model.graph, watched, source)
    if noted is not None:
        model.notes.update(noted.to_notes())
    return line
