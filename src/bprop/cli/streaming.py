"""`bprop train` on a table that does not fit in memory."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from time import perf_counter

from bprop.cli.opening import kinds_of, tell
from bprop.cli.prepared import DataOptions, Prepared
from bprop.cli.remarks import print_remarks
from bprop.console import say
from bprop.errors import DataError, SettingError
from bprop.memory import data_memory
from bprop.sources.limits import size
from bprop.sources.opening import bytes_in_memory, can_stream, is_table
from bprop.sources.remarks import remarks
from bprop.sources.stream import Stream, stream, stream_beside
from bprop.visible import visible


def streams(source: str, wanted: bool | None) -> bool:
    """True if `wanted`, or by default if the table would take more memory than data may use."""
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
    if options.seed < 0:
        raise SettingError(f"--seed {options.seed}: give a whole number, 0 or more")
    more = {
        "weights": options.weights,
        "dtype": options.precision,
        "folder": folder,
        "options": options.reading,
        "tell": Progress() if progress else _silent,
    }
    test, validation = _share(options.test, "--test"), _share(options.validation, "--validation")
    parts = stream(
        options.source, options.target, task=options.task, kinds=kinds_of(options.kinds), seed=options.seed,
        scale=options.scale, test=test or 0.0, validation=validation or 0.0, **more,
    )  # fmt: skip
    tell(parts.sample)
    print_remarks([*remarks(parts.preparation, parts.sample), *parts.bad_cells])
    if test is None:
        parts = replace(parts, test=_beside(parts, options.test, more))
    if validation is None:
        parts = replace(parts, validation=_beside(parts, options.validation, more))
    return Prepared(parts.preparation, parts.units, parts.sample, parts.train, parts.validation, parts.test)


def _beside(first: Stream, source: str, more: dict):
    if not is_table(source):
        raise DataError(f"{source}: must be a table in a file (.csv, .parquet, ...)")
    return stream_beside(first, source, **more)


def _share(word: str, option: str) -> float | None:
    """A share; None if the word names a file."""
    try:
        share = float(word)
    except ValueError:
        return None
    if not 0 <= share < 1:
        raise SettingError(f"{option} {word}: with --stream, give a share in [0, 1) or a file")
    return share


class Progress:
    """Prints the number of rows read so far on standard error, every few seconds."""

    def __init__(self, seconds: float = 5.0):
        self.seconds, self.printed = seconds, perf_counter()

    def __call__(self, what: str, rows: int) -> None:
        if perf_counter() - self.printed > self.seconds:
            self.printed = perf_counter()
            say(f"{rows:,} rows {what}", error=True, flush=True)


def _silent(what: str, rows: int) -> None:
    pass
