"""The settings of a run, read from a file: `bprop train --config run.toml`."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from bprop.cli.asked import type_of
from bprop.cli.toml import line_number
from bprop.disk.near import near_file
from bprop.disk.reading import read_small, why
from bprop.errors import SettingError
from bprop.names import perhaps

MOST = 2**20  # the largest file of settings that is read, in bytes
WRITTEN = "# Settings of a run of bprop, "
"""The beginning of a file that a run wrote."""


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
    if content.startswith(WRITTEN) and "recipe" in params:  # by a bprop without recipes
        values.setdefault("recipe", "lecture")
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
