"""`bprop train --config run.toml`: the settings of a run in a file, which every run writes beside its model."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

from bprop.cli.asked import type_of
from bprop.cli.resume import PLACES
from bprop.cli.toml import line, line_number, lines
from bprop.cli.watching import APART
from bprop.console import say
from bprop.disk.atomic import write_atomically
from bprop.disk.near import near_file
from bprop.disk.reading import read_small, why
from bprop.errors import BpropError, SettingError
from bprop.files import bprop_version
from bprop.names import perhaps
from bprop.visible import visible

SUFFIX = ".toml"
MOST = 2**20  # the largest file of settings that is read, in bytes
LEFT_OUT = {*APART, *PLACES}
"""Options that say where files go and how training is shown: a repeated run writes its own files."""
FIRST = "# Settings of a run of bprop, repeated by: bprop train --config FILE (checksum {sum:08x})\n"
_FIRST = re.compile(rb"# Settings of a run of bprop, [^\n]*\(checksum ([0-9a-f]{8})\)\n")


def read_config(command: Any, path: Path) -> dict[str, Any]:
    """{parameter: value} of a file of settings of a command.

    Raises SettingError, naming the file and the line, for a key that is no option and for a value of the wrong type.
    """
    try:
        content = read_small(path, MOST).decode()
        settings = tomllib.loads(content)
    except FileNotFoundError:
        raise SettingError(f"--config {path}: there is no such file{near_file(path)}") from None
    except OSError as error:
        raise SettingError(f"--config {path}: cannot be read: {why(error)}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SettingError(f"--config {path}: not a TOML file: {error}") from error
    params = {key_of(param): param for param in command.params if param.name not in ("config", "help")}
    values: dict[str, Any] = {}
    for key, value in settings.items():
        number = line_number(content, key)
        where = f"{path}" if number is None else f"{path}, line {number}"
        param = params.get(key.replace("_", "-"))
        if param is None:
            raise SettingError(f"{where}: bprop {command.name} has no option {key!r}{perhaps(key, params)}")
        if param.name in values:
            raise SettingError(f"{where}: {key} is set twice")
        values[param.name] = _value(where, key, value, param)
    return values


def key_of(param: Any) -> str:
    """The name of an option in a file: that of the command line without its dashes."""
    return max(param.opts, key=len).removeprefix("--").replace("_", "-")


def _value(where: str, key: str, value: Any, param: Any) -> Any:
    """A value of a file as the command line would have it. Raises SettingError for another type."""
    kind = type_of(param)
    if kind is list:
        return [_one(where, key, one, str) for one in (value if isinstance(value, list) else [value])]
    if kind not in _TYPES and isinstance(value, list):  # hidden = [200, 100]
        return ",".join(_one(where, key, one, str) for one in value)
    return _one(where, key, value, kind)


_TYPES: dict[type, tuple[tuple[type, ...], str]] = {
    int: ((int,), "a whole number"), float: ((int, float), "a number"), bool: ((bool,), "true or false"),
}  # fmt: skip


def _one(where: str, key: str, value: Any, kind: type) -> Any:
    types, what = _TYPES.get(kind, ((str, int, float), 'text in quotes, such as "..."'))
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        raise SettingError(f"{where}: {key} is {what}, not {_shown(value)}")
    return value if kind in _TYPES else str(value)


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)


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
