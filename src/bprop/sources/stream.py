"""A table larger than memory as data sets: read twice, a chunk at a time."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bprop.errors import DataError
from bprop.mapped import Mapped, Spool
from bprop.mapped.order import WINDOW_BYTES
from bprop.scaling import Units
from bprop.sources.assigned import Assigned, assigned
from bprop.sources.checksums import checksum_of, rows_checksum
from bprop.sources.chunks import Chunks
from bprop.sources.division import PARTS, Division
from bprop.sources.frame import Frame
from bprop.sources.labelled import no_targets, some_labelled
from bprop.sources.preparation import Preparation
from bprop.sources.read_options import INFERRED, ReadOptions
from bprop.sources.remarks import BadCells
from bprop.sources.scaling import need_digits, network_arrays, settings_of, units_of, x_of
from bprop.sources.splits import TEST, Split
from bprop.sources.survey import Dividing, Shares, Tell, survey
from bprop.sources.tally import Tally
from bprop.sources.weights import class_weights, some_weights, weighted

LEFT_OUT = "left out"
"""The rows without a target, as the callback `tell` is called with their number."""
SPARE = 1.05  # of the room that is needed, so that the disk is not filled to the brim


@dataclass(frozen=True)
class Stream:
    """A table larger than memory, in parts. The parts lie in temporary files, which are gone when they are.

    preparation : turns its rows into arrays. sample : the training rows from which it was learned.
    units : how these arrays are scaled. scale : as it was asked for.
    bad_cells : sentences on the cells that do not fit their columns, and are taken for missing.
    train, validation, test : data sets for `bp.train` and `fit.evaluate`, scaled; None where no row is for it.
    division : how the rows were divided.
    tally : its targets, counted. of_class : (C,) the weights of classes, if any.
    """

    preparation: Preparation
    sample: Frame
    units: Units
    scale: str
    train: Mapped
    validation: Mapped | None
    test: Mapped | None
    division: Division
    tally: Tally
    of_class: np.ndarray | None = None
    bad_cells: tuple[str, ...] = ()

    @property
    def settings(self) -> dict[str, Any]:
        """For bp.mlp(sizes, **settings), or bp.tabular where there are embeddings: the task."""
        return settings_of(x_of(self.sample.rows(np.arange(1)), self.preparation), self.preparation, self.scale)

    @property
    def notes(self) -> dict[str, Any]:
        """For bp.train(..., notes=...): the model then takes tables like this one (`bprop predict`), in its units."""
        return {**self.preparation.to_notes(), **self.units.to_notes(), **self.division.to_notes()}

    @property
    def inputs(self) -> int:
        """Numbers in an example, without the columns that are embedded."""
        x = self.train.arrays.get("x")
        return 0 if x is None else x.shape[1]

    @property
    def outputs(self) -> int:
        """Outputs of a network for it."""
        return self.preparation.outputs


def stream(
    source: str | os.PathLike[str], target: str | None = None, *, task: str | None = None,
    kinds: Mapping[str, str] | None = None, weights: str | None = None, validation: float = 0.1, test: float = 0.2,
    seed: int = 0, scale: str = "auto", dtype: str = "float32", folder: str | os.PathLike[str] | None = None,
    window: int = WINDOW_BYTES, options: ReadOptions = INFERRED, class_weight: Sequence[str] = (),
    split_by: str | None = None, group: str | None = None, tell: Tell = lambda what, rows: None,
) -> Stream:  # fmt: skip
    """A table that need not fit in memory, made ready to train on.

    It is read twice. First a sample (2 million cells or so) is drawn, from which the kinds of columns, vocabularies,
    means and deviations are learned, and every class is noted. Then all rows are encoded, scaled in float64, and
    written, in the precision of training, to files without names in `folder`, of which training maps the windows that
    it visits: see bprop.mapped.order for how examples are shuffled.

    Parameters
    ----------
    source : a file of a format that can be read piece by piece, such as .csv or .parquet (also packed), a folder or a
        pattern of such files.
    target : the column to predict, or several with commas between; default the last.
    task, kinds, weights : as for `bprop train`: "classification"...; {column: kind}; a column of example weights.
    class_weight : ("balanced",), or words such as "yes=3": weights of the classes, for the rows to train and watch on.
    validation, test : shares of the rows. Each row's part is drawn by itself, from the seed and its number.
    split_by, group : a column in whose order the last rows are held out; or one whose equal cells are never in two
        parts. It is read once more, before all else, and `validation` and `test` may then be numbers of rows. The
        column of groups is no input, unless `kinds` names it.
    scale : "auto" or "standard": numbers get mean 0 and deviation 1; "none" or "unit": they stay as they are.
    dtype : of training. folder : where there is room for the encoded rows; default the system's temporary folder.
    window : bytes of the examples that are shuffled together. options : how files and cells are read, where it is not
        inferred. tell : called with (what, rows) after every chunk, and with ("left out", rows) for rows without a
        target.

    Raises
    ------
    DataError : for a file that cannot be read, naming file, line (or row) and column, and for a full disk.

    >>> with open("t.csv", "w") as file:
    ...     _ = file.write("a,b,kind\\n" + "".join(f"{k % 7},{k % 3},{'xy'[k % 2]}\\n" for k in range(100)))
    >>> table = bp.stream("t.csv", "kind")
    >>> graph = bp.mlp([table.inputs, 8, table.outputs], **table.settings)
    >>> fit = bp.train(graph, table.train, epochs=1, notes=table.notes, engine="numpy", progress=False)
    >>> sorted(fit.evaluate(table.test))
    ['accuracy', 'loss']
    """
    chunks = Chunks(os.fspath(source), target, options)
    split = Split(test, validation, seed, split_by, group).with_kind(kinds or {})
    shares = Shares(validation, test, seed) if split.column is None else assigned(chunks, split, task, kinds, tell)
    overview = survey(chunks, task, shares, kinds, tell)
    preparation = Preparation.fit(overview.sample, overview.answer, kinds, split.apart(kinds or {}, weights))
    tally = overview.tally
    of_class = class_weights(class_weight, overview.answer, tally.trained)
    preparation = preparation.deciding(tally.trained)
    arrays = preparation.arrays(overview.sample)
    units = units_of(arrays, preparation, scale)
    need_digits(overview.sample.name, arrays, preparation, units, dtype)
    spools = [Spool(folder, dtype, window) for _ in range(3)]
    _need_room(spools[0], arrays, overview.rows)
    bad, weighting = BadCells(), Weighting(weights, of_class)
    train, watched, tested = _spooled(chunks, preparation, units, shares, weighting, spools, overview.rows, tell, bad)
    if train is None:
        raise DataError(f"{overview.sample.label}: no row is left to train on: hold out a smaller share")
    division = _division(chunks, split, shares, overview.rows, (train, watched, tested))
    return Stream(
        preparation, overview.sample, units, scale, train, watched, tested, division, tally, of_class, tuple(bad.lines)
    )


def _division(
    chunks: Chunks, split: Split, shares: Shares | Assigned, rows: int, parts: Sequence[Mapped | None]
) -> Division:  # fmt: skip
    if isinstance(shares, Assigned):
        more = shares.described
    else:
        tested = np.nonzero(shares.parts(np.arange(rows)) == TEST)[0]
        more = {"split": split, "test_rows": rows_checksum(tested) if len(tested) else None}
    counts = {name: len(part) for name, part in zip(PARTS, parts, strict=True) if part is not None}
    source, read = chunks.source, chunks.options
    return Division(source, checksum_of(source), rows, counts=counts, streamed=True, read=read, **more)


def stream_beside(
    first: Stream, source: str | os.PathLike[str], *, weights: str | None = None, dtype: str = "float32",
    folder: str | os.PathLike[str] | None = None, options: ReadOptions = INFERRED,
    of_class: np.ndarray | None = None, tell: Tell = lambda what, rows: None,
) -> Mapped:  # fmt: skip
    """A further table with the columns of a stream, all of it, as one data set: to watch, or to test on.

    of_class : (C,) weights of the classes, if any.
    """
    chunks = Chunks(os.fspath(source), ",".join(first.preparation.answer.columns), first.preparation.reading(options))
    spools = [Spool(folder, dtype)]
    weighting = Weighting(weights, of_class)
    shares, bad = Shares(0, 0, 0), BadCells()
    rows = _spooled(chunks, first.preparation, first.units, shares, weighting, spools, None, tell, bad)[0]
    if rows is None:  # a table without rows is refused as it is read
        raise no_targets(chunks.source, first.preparation.answer.columns, chunks.ends[-1])
    return rows


@dataclass(frozen=True)
class Weighting:
    """The column of example weights, and the weights of classes (C,), which do not count for the test."""

    column: str | None = None
    of_class: np.ndarray | None = None

    def of(self, frame: Frame, y: np.ndarray, part: int) -> np.ndarray | None:
        """(N,) for rows of a part; None where all are 1."""
        column = None if self.column is None else some_weights(frame, self.column)
        return weighted(column, None if part == TEST else self.of_class, y)


def _spooled(
    chunks: Chunks, preparation: Preparation, units: Units, shares: Dividing, weighting: Weighting, spools: list[Spool],
    rows: int | None, tell: Tell, bad: BadCells,
) -> list[Mapped | None]:  # fmt: skip
    """Every row that has a target encoded, scaled, and written to the spool of its part."""
    encoded, left_out, answer = 0, 0, preparation.answer
    try:
        for chunk in chunks:
            frame = some_labelled(chunk.frame(), answer.columns, answer.are_numbers, settle=False)
            bad.add(preparation.kinds, frame)
            assert frame.numbers is not None
            encoded, left_out = encoded + len(chunk), left_out + frame.left_out
            if len(frame):
                _spool(frame, network_arrays(frame, preparation, units, spools[0].dtype), shares, weighting, spools)
            tell("encoded", encoded)
        if rows is not None and encoded != rows:
            raise DataError(
                f"{chunks.source}: had {rows:,} rows at first and {encoded:,} later: the file changed while it was read"
            )
        tell(LEFT_OUT, left_out)
        return [spool.finish() for spool in spools]
    finally:
        for spool in spools:
            spool.close()


def _spool(
    frame: Frame, arrays: dict[str, np.ndarray], shares: Dividing, weighting: Weighting, spools: list[Spool]
) -> None:  # fmt: skip
    """The arrays of rows, written to the spools of their parts."""
    assert frame.numbers is not None
    parts = shares.parts(frame.numbers)
    for part, spool in enumerate(spools):
        mine = np.nonzero(parts == part)[0]
        w = weighting.of(frame, arrays["y"], part)
        if len(mine):
            some = {name: array[mine] for name, array in arrays.items()}
            spool.append(some, None if w is None else w[mine])


def _need_room(spool: Spool, sample: Mapping[str, np.ndarray], rows: int) -> None:
    """Raise DataError where the encoded rows do not fit on the disk: better now than after an hour of reading."""
    row = sum(a[:1].size * (spool.dtype.itemsize if a.dtype.kind == "f" else 4) for a in sample.values())
    needed = int(SPARE * rows * row)
    try:
        free = shutil.disk_usage(spool.folder).free
    except OSError as error:
        raise DataError(f"cannot write the examples to {spool.folder}: {error.strerror or error}") from error
    if needed > free:
        raise DataError(
            f"the encoded examples take {needed / 2**30:.1f} GB, and {spool.folder} has {free / 2**30:.1f} GB free: "
            "give another folder: --spool DIR"
        )
