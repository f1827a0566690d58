"""`bprop train` on a table that does not fit in memory."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

from bprop.cli.opening import kinds_of, tell
from bprop.cli.prepared import DataOptions, Prepared
from bprop.cli.remarks import print_remarks
from bprop.console import say
from bprop.errors import DataError, SettingError
from bprop.memory import data_memory
from bprop.sources.checksums import checksum_of
from bprop.sources.limits import size
from bprop.sources.opening import bytes_in_memory, can_stream, is_table
from bprop.sources.remarks import remarks
from bprop.sources.stream import LEFT_OUT, Stream, stream, stream_beside
from bprop.visible import visible


def streams(source: str, wanted: bool | None, folder: Path | None = None) -> bool:
    """True if `wanted`, or by default if the table would take more memory than data may use.

    folder : of the temporary files. Raises SettingError where there is none, or where nothing is streamed.
    """
    if folder is not None and not folder.is_dir():
        raise SettingError(f"--spool {folder}: there is no such folder")
    big = _streams(source, wanted)
    if folder is not None and not big:
        raise SettingError("--spool is for the temporary files of --stream, and this data fits in memory: add --stream")
    return big


def _streams(source: str, wanted: bool | None) -> bool:
    table = is_table(source)
    if wanted and not table:
        raise SettingError(f"--stream is for tables in files (.csv, .parquet, ...), not for {source}")
    if wanted is not None or not table or not can_stream(source):
        return bool(wanted)
    most = data_memory()
    needed = bytes_in_memory(source, most)
    if needed > most:
        say(
            f"{visible(source)} would take {size(needed)} of memory or more, and {size(most)} are for data: it is "
            "streamed from temporary files (--no-stream holds it in memory)",
            error=True,
        )
    return needed > most


def streamed(options: DataOptions, folder: Path | None, progress: bool) -> Prepared:
    """The data in temporary files, in the precision of training."""
    split, files = options.division()
    for share, option in ((split.test, "--test"), (split.validation, "--validation")):
        if not 0 <= share < 1 and split.column is None:
            raise SettingError(f"{option} {share:g}: with --stream, give a share in [0, 1) or a file")
    notice = Progress() if progress else Silent()
    more = {
        "weights": options.weights,
        "dtype": options.precision,
        "folder": folder,
        "options": options.reading,
        "tell": notice,
    }
    parts = stream(
        options.source, options.target, task=options.task, kinds=kinds_of(options.kinds), seed=options.seed,
        scale=options.scale, test=split.test, validation=split.validation, split_by=split.by, group=split.group,
        class_weight=options.class_weight, **more,
    )  # fmt: skip
    tell(parts.sample)
    print_remarks([*remarks(parts.preparation, parts.sample), *parts.bad_cells])
    beside, left_out = {}, {}
    for name, file in files.items():
        of_class = None if name == "test" else parts.of_class
        beside[name] = _beside(parts, file, {**more, "of_class": of_class})
        left_out[file] = notice.left_out
    counts = {**parts.division.counts, **{name: len(rows) for name, rows in beside.items()}}
    checksums = {name: (file, checksum_of(file)) for name, file in files.items()}
    division = replace(parts.division, counts=counts, files=checksums)
    parts = replace(parts, **beside)
    return Prepared(
        parts.preparation, parts.units, parts.sample, parts.train, parts.validation, parts.test, parts.tally, None,
        parts.of_class, {name: rows for name, rows in left_out.items() if rows}, division,
    )  # fmt: skip


def _beside(first: Stream, source: str, more: dict[str, Any]):
    if not is_table(source):
        raise DataError(f"{source}: must be a table in a file (.csv, .parquet, ...)")
    return stream_beside(first, source, **more)


class Silent:
    """Keeps the number of rows that the last table has without a target, and prints nothing."""

    left_out: int = 0

    def __call__(self, what: str, rows: int) -> None:
        if what == LEFT_OUT:
            self.left_out = rows


class Progress(Silent):
    """Prints the number of rows read so far on standard error, every few seconds."""

    seconds: float
    printed: float

    def __init__(self, seconds: float = 5.0):
        self.seconds, self.printed = seconds, perf_counter()

    def __call__(self, what: str, rows: int) -> None:
        super().__call__(what, rows)
        if what != LEFT_OUT and perf_counter() - self.printed > self.seconds:
            self.printed = perf_counter()
            say(f"{rows:,} rows {what}", error=True, flush=True)
