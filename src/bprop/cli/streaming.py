"""`bprop train` on a table that does not fit in memory."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from time import perf_counter

from bprop.cli.opening import kinds_of
from bprop.cli.prepared import Given, Prepared
from bprop.console import say
from bprop.errors import DataError, SettingError
from bprop.memory import data_memory
from bprop.sources.limits import size
from bprop.sources.opening import bytes_in_memory, can_stream, is_table
from bprop.sources.stream import Stream, stream, stream_beside
from bprop.visible import visible


def streams(source: str, wanted: bool | None) -> bool:
    """Whether to stream: as told, or where a table would take more memory than data may."""
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


def streamed(given: Given, folder: Path | None, progress: bool) -> Prepared:
    """The data in temporary files, in the precision of training."""
    if given.seed < 0:
        raise SettingError(f"--seed {given.seed}: give a whole number, 0 or more")
    more = {
        "weights": given.weights,
        "dtype": given.precision,
        "folder": folder,
        "tell": Told() if progress else _silent,
    }
    test, validation = _share(given.test, "--test"), _share(given.validation, "--validation")
    found = stream(
        given.source, given.target, task=given.task, kinds=kinds_of(given.kinds), seed=given.seed, scale=given.scale,
        test=0.0 if test is None else test, validation=0.0 if validation is None else validation, **more,
    )  # fmt: skip
    if test is None:
        found = replace(found, test=_beside(found, given.test, more))
    if validation is None:
        found = replace(found, validation=_beside(found, given.validation, more))
    return Prepared(found.preparation, found.units, found.sample, found.train, found.validation, found.test)


def _beside(found: Stream, source: str, more: dict):
    if not is_table(source):
        raise DataError(f"{source}: is no table in a file (.csv, .parquet, ...)")
    return stream_beside(found, source, **more)


def _share(given: str, option: str) -> float | None:
    """A share; None where it is the name of a file."""
    try:
        share = float(given)
    except ValueError:
        return None
    if not 0 <= share < 1:
        raise SettingError(f"{option} {given}: of a table that is streamed, give a share in [0, 1), or a file")
    return share


class Told:
    """Says on standard error how far the reading is, every few seconds."""

    def __init__(self, seconds: float = 5.0):
        self.seconds, self.said = seconds, perf_counter()

    def __call__(self, what: str, rows: int) -> None:
        if perf_counter() - self.said > self.seconds:
            self.said = perf_counter()
            say(f"{rows:,} rows {what}", error=True, flush=True)


def _silent(what: str, rows: int) -> None:
    pass
