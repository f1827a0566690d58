"""Values as Python expressions that give the same values, bit for bit."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import numpy as np

MOST = 400
"""An array of more numbers is written as its bytes, in base64."""
WIDTH = 100


class NotWrittenError(Exception):
    """There is no short expression for a value: it is a function, or an object of the person's program."""


def literal(value: Any) -> str:
    """The expression of a hyper-parameter. Raises NotWrittenError."""
    if isinstance(value, np.ndarray):
        return array(value)
    if isinstance(value, tuple):
        inner = ", ".join(map(literal, value))
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, float):
        return number(value)
    if isinstance(value, str):
        return quoted(value)
    if value is None or value is Ellipsis or isinstance(value, bool | int | slice):
        return "..." if value is Ellipsis else repr(value)
    raise NotWrittenError(type(value).__name__)


def quoted(text: str) -> str:
    """A text in double quotes, where it holds none."""
    words = repr(text)
    return f'"{words[1:-1]}"' if words[0] == "'" and '"' not in words and "\\'" not in words else words


def number(value: float) -> str:
    """A float, also one that is not finite."""
    return repr(value) if np.isfinite(value) else f'float("{value}")'


def array(value: np.ndarray, indent: str = "") -> str:
    """The expression of an array: its numbers, or its bytes where it is large."""
    if value.size > MOST:
        text = b64encode(np.ascontiguousarray(value).tobytes()).decode()
        return f'np.frombuffer(b64decode("{text}"), "{value.dtype.str}").reshape({value.shape!r}).copy()'
    kind = "" if value.dtype in (np.float64, np.int64) else f', dtype="{value.dtype.name}"'
    if value.size == 0:
        return f'np.zeros({value.shape!r}, "{value.dtype.name}")'
    return f"np.array({_lines(value.tolist(), indent)}{kind})"


def _lines(nested: Any, indent: str) -> str:
    """Nested lists, broken into a line for each row where they are long."""
    if not isinstance(nested, list):
        return number(nested) if isinstance(nested, float) else repr(nested)
    short = "[" + ", ".join(_lines(one, "") for one in nested) + "]"
    if len(short) + len(indent) <= WIDTH:
        return short
    deeper = indent + "    "
    rows = [_lines(one, deeper) for one in nested]
    if not isinstance(nested[0], list):
        return "[\n" + "\n".join(deeper + line for line in _wrapped(rows, WIDTH - len(deeper))) + f"\n{indent}]"
    return "[\n" + "".join(f"{deeper}{row},\n" for row in rows) + f"{indent}]"


def _wrapped(words: list[str], width: int) -> list[str]:
    lines = [""]
    for word in words:
        if lines[-1] and len(lines[-1]) + len(word) + 2 > width:
            lines.append("")
        lines[-1] += (" " if lines[-1] else "") + word + ","
    return lines


def arrays(of: Mapping[str, np.ndarray]) -> list[str]:
    """The lines of {name: array}, from the opening bracket on."""
    return ["{", *(f"    {quoted(name)}: {array(value, '    ')}," for name, value in of.items()), "}"]
