"""The models of a server, by name, and their reloading."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path

from bprop.boxes import Softmax
from bprop.disk.reading import status_of
from bprop.errors import BpropError, ModelFileError, SettingError, UnsupportedError
from bprop.model import Model
from bprop.serving.arrays import Arrays
from bprop.serving.rows import Rows
from bprop.sources.standard import standard_form
from bprop.tables.certainty import Conformal
from bprop.tables.files import load_for_rows, load_model

Mark = tuple[int, int, int]
LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")


class Served:
    """A model that is served. version : the first digits of the checksum of its file."""

    def __init__(self, name: str, path: Path):
        self.name, self.path = name, path
        self.mark: Mark | None = mark_of(path)
        net = load_model(path)
        self.version: str = sha256(path.read_bytes()).hexdigest()[:12]
        try:
            standard_form(net)
            self.answers: Rows | Arrays = Rows(load_for_rows(path))
        except UnsupportedError:
            self.answers = Arrays(net)

    @property
    def net(self) -> Model:
        return self.answers.net

    def need_interval(self, level: float | None) -> None:
        """Raise SettingError where all answers are to have intervals, and the model makes none."""
        if level is None:
            return
        if not isinstance(self.answers, Rows):
            raise SettingError(f"--interval {level}: {self.path} is a model of arrays, which has no intervals")
        noted = Conformal.from_notes(self.net.notes, len(self.answers.preparation.answer.columns))
        for scores in noted.scores:
            scores.quantile(level)  # raises where there are too few rows for it

    @property
    def has_probabilities(self) -> bool:
        """Whether its output is the probabilities of classes."""
        return isinstance(self.net.graph.outputs.get("f"), Softmax)


class Shelf:
    """{name: model}. Each file is read at once; `reload` reads those again that have changed.

    words : paths, or NAME=PATH. Raises SettingError for names that are no part of an address, or that stand twice;
    ModelFileError for a file that is no model. interval : see `Served.need_interval`.
    """

    def __init__(self, words: Iterable[str], interval: float | None = None):
        paths: dict[str, Path] = {}
        for word in words:
            name, path = named(word)
            if name in paths:
                raise SettingError(f"two models are called {name!r}: name one otherwise, such as {name}2={path}")
            paths[name] = path
        if not paths:
            raise SettingError("there is nothing to serve: name a model file")
        self._interval = interval
        self.models: Mapping[str, Served] = {name: self._read(name, path) for name, path in paths.items()}
        self._failed: dict[str, Mark | None] = {}

    def _read(self, name: str, path: Path) -> Served:
        served = Served(name, path)
        served.need_interval(self._interval)
        return served

    def reload(self, every: bool = False) -> list[tuple[str, BpropError | None]]:
        """Read files again: those that have changed, or `every` one. [(name, None or the error)] of those read.

        A model whose file cannot be read stays as it was. Requests that were begun keep the model that they have.
        """
        done: list[tuple[str, BpropError | None]] = []
        for name, served in self.models.items():
            mark = mark_of(served.path)
            if not every and mark in (served.mark, self._failed.get(name, served.mark)):
                continue
            try:
                self.models = {**self.models, name: self._read(name, served.path)}
                self._failed.pop(name, None)
                done.append((name, None))
            except BpropError as error:
                self._failed[name] = mark
                done.append((name, error))
            except OSError as error:
                self._failed[name] = mark
                done.append((name, ModelFileError(f"{served.path}: {error.strerror or error}")))
        return done


def named(word: str) -> tuple[str, Path]:
    """The name and the path of NAME=PATH; of a path alone, the name of its file. Raises SettingError."""
    name, equals, path = word.partition("=")
    if not equals or os.path.exists(word) or os.sep in name:
        name, path = Path(word).stem, word
    if not name or not LETTERS.issuperset(name) or name.startswith("."):
        raise SettingError(f"{word}: {name!r} is part of the address, so it has letters, digits, _, . and -: add NAME=")
    return name, Path(path)


def mark_of(path: Path) -> Mark | None:
    """A mark of a file that changes when it is written anew; None where there is none."""
    try:
        status = status_of(path)
    except OSError:
        return None
    return None if status is None else (status.st_mtime_ns, status.st_size, status.st_ino)
