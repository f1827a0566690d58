"""Compares the rule of a resumed run with the rule in its checkpoint."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from bprop.rules.description import CODE, PYTHON, UNKNOWN, Description
from bprop.rules.rule import Foreign
from bprop.rules.runtime import is_known

NAME, LINES = "name", "lines"
SHOWN = 3
"""The largest number of differences that a message lists one by one."""
CALL_IT = "Foreign(rule, name='...') of bprop.rules, with one name in both runs, says that it is the same"


def recorded(rule: Any) -> dict[str, Any] | None:
    """The entry of a checkpoint for a rule: its name or description; None if class and settings describe it fully."""
    if isinstance(rule, Foreign):
        return {NAME: rule.name} if rule.name is not None else {LINES: Description(rule.transformation).lines}
    return None if is_known(rule) else {LINES: Description(rule).lines}


def structure(transformation: Any) -> Hashable:
    """The description of an optax transformation without its numbers and without the code of the user's functions."""
    lines = Description(transformation).lines
    return tuple((path, line) for path, line in lines.items() if not (is_number_line(line) or path.endswith(CODE)))


def is_number_line(line: str | None) -> bool:
    """True if a line of a description is a number."""
    return bool(line) and line[0] in "-0123456789"


def differences(then: Any, now: Mapping[str, Any] | None) -> tuple[list[str], str]:
    """(reasons why the rule is another one, or may be; a note if it is assumed to be the same).

    `then` is the entry of the checkpoint, `now` that of the run (see `recorded`). Checkpoints of older versions have
    no entry: None.
    """
    if now is None:
        return [], ""
    if not isinstance(then, Mapping):
        return [], "this checkpoint does not describe its rule, so the two rules cannot be compared"
    if NAME in now:
        if NAME in then:
            return _unless(then[NAME] == now[NAME], f"rule was named {then[NAME]!r}, now {now[NAME]!r}")
        return [], f"the rule {now[NAME]!r} is assumed to be that of the checkpoint, which has no name"
    if NAME in then:
        return _unless(False, f"rule was named {then[NAME]!r}, now it has no name ({CALL_IT})")
    return _compared(then.get(LINES), now[LINES])


def _compared(then: Any, now: Mapping[str, str]) -> tuple[list[str], str]:
    if not isinstance(then, Mapping):
        return ["the rule of the checkpoint is damaged"], ""
    same_python = then.get(PYTHON) == now.get(PYTHON)
    paths = [path for path in {**now, **then} if path != PYTHON and (same_python or not path.endswith(CODE))]
    changed = [path for path in paths if then.get(path) != now.get(path)]
    first = sorted(changed, key=lambda path: _interest(path, then.get(path), now.get(path)))[:SHOWN]
    sentences = [_sentence(path, then.get(path), now.get(path)) for path in first]
    if changed:
        more = [f"and {len(changed) - SHOWN} more of the rule"] if len(changed) > SHOWN else []
        return [f"another rule: {sentences[0]}", *sentences[1:], *more], ""
    unknown = [f"{path} {line}" for path, line in now.items() if line.startswith(UNKNOWN)]
    if unknown:
        return [f"{unknown[0]} ({CALL_IT})"], ""
    apart = (
        f"Python {now.get(PYTHON)} instead of {_shown(then.get(PYTHON))}: of the functions of its rule, only names and "
        "numbers"
    )
    return [], "" if same_python else f"this run continues with {apart} are compared"


def _interest(path: str, then: str | None, now: str | None) -> int:
    """The rank of a difference, the most telling first: changed numbers, other changes, new and missing lines, code."""
    if path.endswith(CODE):
        return 3
    if then is None or now is None:
        return 2
    return 0 if is_number_line(then) and is_number_line(now) else 1


def _sentence(path: str, then: str | None, now: str | None) -> str:
    """One difference in words."""
    if path.endswith(CODE) and None not in (then, now):
        return f"the code of {_shown(path.removesuffix(CODE))} has changed"
    return f"{_shown(path)} was {_shown(then or 'not there')}, now {_shown(now or 'not there')}"


def _shown(line: Any, most: int = 200) -> str:
    """A text from a file, which anybody may have written, made safe for a terminal."""
    return repr(str(line))[1:-1][:most]


def _unless(same: bool, reason: str) -> tuple[list[str], str]:
    return ([], "") if same else ([reason], "")
