"""Results as lines of JSON: a run that was stopped goes on, and results of other days are read with it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.tables.split import Protocol
from benchmarks.tables.table import Table


@dataclass(frozen=True)
class Key:
    """Results are of the same thing where all of this is equal: the cells of the table, its rows, the method."""

    table: str
    fingerprint: str
    split: int
    method: str
    test: float
    most_train: int
    most_test: int

    @classmethod
    def of(cls, table: Table, fingerprint: str, split: int, method: str, protocol: Protocol) -> Key:
        return cls(table.name, fingerprint, split, method, **asdict(protocol))


@dataclass(frozen=True)
class Result:
    """errors : {measure: error}. fit, predict : seconds of processor time. failure : why there are none of these.

    train, tested : rows. version : of the method's package. date, commit : when and with which sources.
    """

    key: Key
    errors: dict[str, float] = field(default_factory=dict)
    fit: float = 0.0
    predict: float = 0.0
    wall: float = 0.0
    train: int = 0
    tested: int = 0
    failure: str = ""
    version: str = ""
    date: str = ""
    commit: str = ""

    def line(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, line: str) -> Result:
        """Raises ValueError, TypeError or KeyError for a line that is none of these."""
        fields: dict[str, Any] = json.loads(line)
        return cls(**{**fields, "key": Key(**fields["key"])})


class Cache:
    """{key: result} of files of lines. New results are added to `path` at once; a later line counts."""

    def __init__(self, path: Path, others: Iterable[Path] = ()):
        self.path = path
        self.results: dict[Key, Result] = {}
        for file in others:
            self._read(file, _lines(file))
        if path.exists():
            lines = _lines(path)
            self._read(path, lines)
            path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

    def _read(self, file: Path, lines: list[str]) -> None:
        """Raises SystemExit for a line that is no result."""
        for number, line in enumerate(lines, 1):
            try:
                result = Result.read(line)
            except (ValueError, TypeError, KeyError) as error:
                raise SystemExit(f"{file}, line {number} is no result of this benchmark: {error}") from error
            self.results[result.key] = result

    def add(self, result: Result) -> None:
        self.results[result.key] = result
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(f"{result.line()}\n")


def _lines(file: Path) -> list[str]:
    """The lines of a file, without a last one that was cut off by a kill: it has no end."""
    return [line.rstrip("\n") for line in file.read_text("utf-8").splitlines(keepends=True) if line.endswith("\n")]
