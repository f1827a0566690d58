"""The sets of a training: what the caller gives as data and as validation, read, divided, and fed where need be."""

from __future__ import annotations

import mmap
from collections.abc import Mapping
from typing import Any

import numpy as np

from bprop.batches import Feed, InMemory, Opened, Source, kept, opened
from bprop.batches.indexed import Indexed
from bprop.data import DataSet, split
from bprop.errors import DataError, SettingError
from bprop.graph import Graph
from bprop.memory import data_memory
from bprop.scaling import Units, need_precision
from bprop.training.class_weights import class_weights

OF_BATCHES = "it needs arrays by name: batches and data sets of other libraries bring no weights"


def training_sets(settings: Any, graph: Graph, data: Any, dtype: np.dtype) -> tuple[DataSet, DataSet | None, int]:
    """(training set, validation set or None, rows of a batch) of the arguments of `bprop.train`, its TrainSettings.

    Rows that come anew in every epoch, and batches that a function changes, are fed: see `bprop.batches.feed`.
    """
    units = Units.of(settings.notes or {})
    data, source, batch = _opened(graph, units, dtype, data, settings.weights)
    if source is None:
        examples, held = _arrays(settings, graph, units, dtype, data)
        if settings.augment is not None or is_too_wide(examples, dtype):
            source = InMemory(examples)
    else:
        source, held = _divided(settings, graph, units, dtype, source)
        examples = None
    count = len(source if source is not None else examples)  # type: ignore[arg-type]
    batch_size = settings.batch_size or min(batch or 32, count)
    if batch_size > count:
        raise SettingError(f"batch_size {batch_size} is larger than the training set of {count} examples")
    if source is not None:
        warns = settings.checkpoint is not None
        examples = Feed.of(source, graph, dtype, batch_size, settings.augment, warns)
    assert examples is not None
    return examples, held, batch_size


def _opened(
    graph: Graph, units: Units, dtype: np.dtype, data: Any, weights: Any
) -> tuple[Any, Source | None, int | None]:  # fmt: skip
    """(data to be read as arrays, or the source of what comes anew in every epoch; the rows of its batches)."""
    rows = opened(graph, data, units, dtype)
    if not isinstance(rows, Opened):
        return rows, None, None
    if weights is not None:
        raise SettingError(f"weights: {OF_BATCHES}")
    if rows.source is not None:
        source = rows.source()
        return None, source, source.batch_size
    reading = rows.batches()
    return kept(reading, dtype), None, reading.batch_size


def _arrays(settings: Any, graph: Graph, units: Units, dtype: np.dtype, data: Any) -> tuple[DataSet, DataSet | None]:
    examples = read_set(graph, units, dtype, data, settings.weights, "weights")
    of_class = None if settings.class_weight is None else class_weights(graph, settings.class_weight, examples)
    examples = examples if of_class is None else of_class.times(examples, "class_weight")
    if settings.validation is None:
        return examples, None
    if not is_set(settings.validation):
        return hold_out(examples, settings.validation, settings.seed)
    held = _validation(settings, graph, units, dtype)
    return examples, held if of_class is None else of_class.times(held, "class_weight of the validation set")


def _validation(settings: Any, graph: Graph, units: Units, dtype: np.dtype) -> DataSet:
    weights = settings.validation_weights
    return read_set(graph, units, dtype, settings.validation, weights, "validation_weights")


def _divided(
    settings: Any, graph: Graph, units: Units, dtype: np.dtype, source: Source
) -> tuple[Source, DataSet | None]:
    """(source of the training set, validation set) of rows that come anew in every epoch."""
    if settings.class_weight is not None:
        raise SettingError(f"class_weight: {OF_BATCHES}")
    if settings.validation is None:
        return source, None
    if is_set(settings.validation):
        return source, _validation(settings, graph, units, dtype)
    need_share(settings.validation)
    if not isinstance(source, Indexed):
        raise SettingError(
            f"validation={settings.validation!r} is a share, but batches that come one after the other cannot be "
            "divided: give a validation set of its own"
        )
    index, held = split(len(source), float(settings.validation), settings.seed)
    return source.part(index), source.some(held)


def is_set(validation: Any) -> bool:
    """True for a validation set of its own, False for a share of the data and for None."""
    return validation is not None and not isinstance(validation, bool | int | float | np.number | str)


def need_share(share: Any) -> None:
    """Raise SettingError for anything that is neither a set nor a share."""
    if isinstance(share, bool) or not isinstance(share, float | int):
        raise SettingError(
            f"validation is a set like the data, or a share in (0, 1), not {share!r}; a set is (X, y), say"
        )
    if not 0 < share < 1:
        raise SettingError(
            f"validation={share!r} is no share of the examples, which lies between 0 and 1: 0.1 holds out a tenth of "
            "them, None holds out none"
        )


def is_too_wide(data: DataSet, dtype: np.dtype) -> bool:
    """Whether arrays that are mapped from files would be copied whole, in another precision, and do not fit in memory.

    Then windows of them are read and converted.
    """
    if not data.in_memory:
        return False
    wide = [a for a in data.arrays.values() if a.dtype.kind == "f" and a.dtype != dtype and is_mapped(a)]
    return sum(a.size * dtype.itemsize for a in wide) > data_memory() if wide else False


def is_mapped(array: Any) -> bool:
    """Whether the memory of an array is a file."""
    while isinstance(array, np.ndarray):
        array = array.base
    return isinstance(array, mmap.mmap)


def read_set(
    graph: Graph, units: Units, dtype: np.dtype, data: Mapping[str, Any] | DataSet, weights: Any, name: str
) -> DataSet:
    """A set checked, and scaled as the notes say, if it is not a DataSet, which is made ready already.

    name : of the weights, in errors.
    """
    rows = opened(graph, data, units, dtype)
    if isinstance(rows, Opened):
        if weights is not None:
            raise SettingError(f"{name}: {OF_BATCHES}")
        rows = kept(rows.batches(), dtype)
    examples, data = graph.read_set(rows, weights, name), rows
    if not isinstance(data, DataSet) and units.scalings:
        examples = DataSet(units.scaled(examples.arrays, dtype), examples.weights)
    if examples.in_memory:
        for of, array in examples.arrays.items():
            if graph.inputs[of].dtype == "float":
                need_precision(of, array, dtype)
    return examples


def hold_out(examples: DataSet, share: Any, seed: int) -> tuple[DataSet, DataSet]:
    """(training set, validation set): a share of the examples is held out at random."""
    if not examples.in_memory:
        raise SettingError("a set larger than memory is split when it is made: bp.stream(..., validation=0.1)")
    need_share(share)
    training, held = (examples.rows(index) for index in split(len(examples), float(share), seed))
    for part, what in ((training, "training"), (held, "validation")):
        if part.weights is not None and not part.weights.any():
            raise DataError(f"all examples of the {what} set have weight 0")
    return training, held
