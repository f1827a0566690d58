"""The file of settings that every run of `bprop train` writes beside its model: --config reads it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

from bprop.cli.config_file import MOST, WRITTEN, key_of
from bprop.cli.resume import PLACES
from bprop.cli.toml import line, lines
from bprop.cli.watching import APART
from bprop.console import say
from bprop.disk.atomic import write_atomically
from bprop.disk.reading import read_small
from bprop.errors import BpropError
from bprop.files import bprop_version
from bprop.visible import visible

SUFFIX = ".toml"
LEFT_OUT = {*APART, *PLACES, "out_of_fold"}
"""Options that say where files go and how training is shown: a repeated run writes its own files."""
FIRST = WRITTEN + "repeated by: bprop train --config FILE (checksum {sum:08x})\n"
_FIRST = re.compile(rb"# Settings of a run of bprop, [^\n]*\(checksum ([0-9a-f]{8})\)\n")


@dataclass(frozen=True)
class Config:
    """The settings of a run: {parameter: value} of its command, with the keys that a file has.

    inferred : {parameter: value} that the data decided; they stand in the file as comments.
    """

    keys: Mapping[str, str]
    values: Mapping[str, Any]
    inferred: Mapping[str, Any]

    @classmethod
    def of(cls, context: Any, inferred: Mapping[str, Any]) -> Config:
        """Of the options of a command, as they are now."""
        params = [param for param in context.command.params if param.name not in LEFT_OUT]
        return cls({p.name: key_of(p) for p in params}, dict(context.params), inferred)

    def text(self, engine: str, reason: str) -> str:
        """The lines of the file. engine : the one that ran, so that a repeated run computes the same digits."""
        chosen = {**self.values, "engine": engine or self.values.get("engine")}
        values = {key: chosen[name] for name, key in self.keys.items() if chosen.get(name) not in (None, [], ())}
        inferred = {self.keys[name]: value for name, value in self.inferred.items() if self.keys[name] not in values}
        about = [f"bprop {bprop_version()}", *([f"engine: {reason}"] if reason else [])]
        comments = [*about, *(f"inferred: {line(key, value)}" for key, value in inferred.items())]
        return "".join(f"# {visible(one)}\n" for one in comments) + lines(values)

    def write_beside(self, model: Path, engine: str, reason: str) -> Path | None:
        """Write the file MODEL.toml, or the next free name where that is somebody's. Returns the path; None if it
        cannot be written, and says so: the model is there all the same."""
        try:
            content = self.text(engine, reason).encode()
            path = _own_or_free(model.with_suffix(SUFFIX))
            write_atomically(path, FIRST.format(sum=crc32(content)).encode() + content)
        except (BpropError, OSError, UnicodeEncodeError) as error:
            say(f"bprop: the settings of the run could not be written: {visible(error)}", error=True)
            return None
        say(f"settings {visible(path)}")
        return path


def _own_or_free(path: Path) -> Path:
    """The path if there is no such file, or one of ours that nobody has changed; else the next free name."""
    first, number = path, 2
    while path.exists() and not is_own(path):
        path, number = first.with_stem(f"{first.stem}-{number}"), number + 1
    return path


def is_own(path: Path) -> bool:
    """Whether a run has written this file and nobody has changed it since."""
    try:
        content = read_small(path, MOST)
    except OSError:
        return False
    first = _FIRST.match(content)
    return first is not None and int(first[1], 16) == crc32(content[first.end() :])
