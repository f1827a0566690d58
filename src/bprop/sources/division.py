"""How the rows of a model were divided: in words, and in its notes, so that the same rows can be held out
again. The notes hold no row numbers: these follow from the data and the settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

import numpy as np

from bprop.errors import DataError
from bprop.sources.checksums import rows_checksum
from bprop.sources.frame import Frame
from bprop.sources.noted import damaged
from bprop.sources.ordered import spans
from bprop.sources.read_options import INFERRED, ReadOptions
from bprop.sources.splits import Parts, Split

KEY = "split"
VERBS = {"train": "train", "validation": "validate", "test": "test"}
PARTS = tuple(VERBS)


@dataclass(frozen=True)
class Division:
    """How `rows` rows of `source` were divided.

    checksum : of the source. counts : rows of each part. stratified : whether each class was held out alike.
    streamed : whether the table was read piece by piece; a row's part is then drawn by itself.
    test_rows : the checksum of the numbers of the test's rows. files : {"test": (name, checksum)} of the parts that are
    files of their own. spans : {part: (first, last)} of the column that gives the order. groups : {part: their number}.
    read : how the source was read. labels : the file of labels, of images.
    """

    source: str
    checksum: str | None
    rows: int
    split: Split
    counts: dict[str, int]
    stratified: bool = False
    streamed: bool = False
    test_rows: str | None = None
    files: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    spans: dict[str, tuple[str, str]] = field(default_factory=dict)
    groups: dict[str, int] = field(default_factory=dict)
    read: ReadOptions = INFERRED
    labels: str | None = None

    def __str__(self) -> str:
        """by 'day': 300 rows up to 2023-10-02 train, 40 rows from 2023-10-03 to 2023-11-11 validate, ..."""
        own = {name: count for name, count in self.counts.items() if name not in self.files}
        words = [f"{self._way(own)}: " + ", ".join(self._part(name, count) for name, count in own.items())]
        words += [f"{self.counts[name]:,} rows of {self.files[name][0]} {VERBS[name]}" for name in self.files]
        if self.split.by is not None and len(own) > 1:
            words.append(f"rows of equal {self.split.by!r} stay together")
        if self.split.group is not None and len(own) > 1:
            words.append(f"no {self.split.group!r} is in two parts")
        return "; ".join(words)

    def _way(self, own: Mapping[str, int]) -> str:
        if len(own) == 1:
            return "no row is held out"
        if self.split.by is not None:
            return f"by {self.split.by!r}"
        way = "random" if self.split.group is None else f"random by {self.split.group!r}"
        alike = ", stratified by class" if self.stratified else ""
        alone = ", each row drawn by itself" if self.streamed and self.split.group is None else ""
        return f"{way}{alike}{alone}, seed {self.split.seed}"

    def _part(self, name: str, count: int) -> str:
        groups = f" of {self.groups[name]:,} {self.split.group!r}" if name in self.groups else ""
        first, end = self.spans.get(name, ("", ""))
        where = "" if not end else f" up to {end}" if name == "train" else f" from {first} to {end}"
        return f"{count:,} rows{groups}{where} {VERBS[name]}"

    def to_notes(self) -> dict[str, Any]:
        """As an entry of a model's notes: plain data, and small."""
        plain = {
            name: value for name, value in asdict(self).items() if name not in ("spans", "groups", "read", "split")
        }
        read = {
            one.name: value for one in fields(ReadOptions) if (value := getattr(self.read, one.name)) != one.default
        }
        return {KEY: {**plain, **asdict(self.split), "read": read}}

    @classmethod
    def from_notes(cls, notes: Mapping[str, Any]) -> Division:
        """From the notes of a model. Raises DataError where they say nothing of it, or are damaged."""
        noted = notes.get(KEY)
        if noted is None:
            raise DataError(
                "this model does not say which rows were held out: it is of an older bprop, or was trained in Python; "
                "evaluate it on a file of rows that it has not seen, or train it again"
            )
        if not isinstance(noted, Mapping):
            raise damaged(KEY, noted, "how rows were divided")
        for name, kinds in _WANTED.items():
            value = noted.get(name)
            if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
                raise damaged(f"{name} of {KEY}", value, "what `bprop train` notes")
        counts, files = noted["counts"], noted["files"]
        if "train" not in counts or not all(n in PARTS and type(count) is int for n, count in counts.items()):
            raise damaged(f"counts of {KEY}", counts, "numbers of rows")
        if not all(name in PARTS and _is_file(file) for name, file in files.items()):
            raise damaged(f"files of {KEY}", files, "names of files with their checksums")
        plain = {name: noted[name] for name in _WANTED if name in _OWN}
        split = Split(**{one.name: noted[one.name] for one in fields(Split)})
        plain |= {"files": {name: tuple(file) for name, file in files.items()}, "read": _read_options(noted["read"])}
        return cls(split=split, **plain)


_TEXT = (str, type(None))
_WANTED: dict[str, tuple[type, ...]] = {
    "source": (str,), "checksum": _TEXT, "rows": (int,), "counts": (dict,), "stratified": (bool,), "streamed": (bool,),
    "test_rows": _TEXT, "files": (dict,), "labels": _TEXT, "test": (int, float), "validation": (int, float),
    "seed": (int,), "by": _TEXT, "group": _TEXT, "kind": _TEXT, "read": (dict,),
}  # fmt: skip
_OWN = {one.name for one in fields(Division)}


def described(split: Split, rows: Frame, parts: Parts, labels: np.ndarray | None) -> dict[str, Any]:
    """The fields of a Division that follow from its rows."""
    there, numbers = parts.there, rows.numbers
    more: dict[str, Any] = {}
    keys = split.keys(rows)
    if keys is not None and split.by is not None:
        more["spans"] = dict(zip(there, spans(rows, split.by, keys, list(there.values())), strict=True))
    elif keys is not None:
        more["groups"] = {name: len(np.unique(keys[part])) for name, part in there.items()}
    test = parts.test
    held = None if test is None else rows_checksum(test if numbers is None else numbers[test])
    stratified = labels is not None and split.by is None and len(there) > 1
    return {"split": split, "stratified": stratified, "test_rows": held, **more}


def _is_file(file: Any) -> bool:
    return isinstance(file, list | tuple) and len(file) == 2 and type(file[0]) is str and isinstance(file[1], _TEXT)


def _read_options(noted: Mapping[str, Any]) -> ReadOptions:
    kinds = {"header": bool, "skip_rows": int, "missing": (list, tuple)}
    known = {one.name for one in fields(ReadOptions)}
    for name, value in noted.items():
        if name not in known or not isinstance(value, kinds.get(name, str)):
            raise damaged(f"{name} of {KEY}", value, "how a file is read")
    missing = noted.get("missing", ())
    if not all(isinstance(mark, str) for mark in missing):
        raise damaged(f"missing of {KEY}", missing, "a list of words")
    return ReadOptions(**{**noted, "missing": tuple(missing)})
