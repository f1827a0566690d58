"""Whether the rule of a run is the one that it was begun with."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from bprop.rules.description import CODE, PYTHON, UNKNOWN, Description
from bprop.rules.foreign import Foreign
from bprop.rules.runtime import is_known

NAME, LINES = "name", "lines"
SHOWN = 3
"""Differences that are told one by one."""
CALL_IT = "Foreign(rule, name='...') of bprop.rules, with one name in both runs, says that it is the same"


def recorded(rule: Any) -> dict[str, Any] | None:
    """What a checkpoint keeps of a rule: its name, or its description; None of one whose settings say all."""
    if isinstance(rule, Foreign):
        return {NAME: rule.name} if rule.name is not None else {LINES: Description(rule.transformation).lines}
    return None if is_known(rule) else {LINES: Description(rule).lines}


def structure(transformation: Any) -> Hashable:
    """What an optax transformation is made of, but for its numbers and the code of functions of the user's."""
    lines = Description(transformation).lines
    return tuple((path, line) for path, line in lines.items() if not (is_number(line) or path.endswith(CODE)))


def is_number(line: str | None) -> bool:
    """Whether the line of a description is a number."""
    return bool(line) and line[0] in "-0123456789"


def differences(then: Any, now: Mapping[str, Any] | None) -> tuple[list[str], str]:
    """(why the rule is another, or cannot be told to be the same; a sentence where it is only taken as the same).

    `then`: what the checkpoint keeps; None in those of older versions.
    """
    if now is None:
        return [], ""
    if not isinstance(then, Mapping):
        return [], "this checkpoint does not say what its rule holds: whether it is the same cannot be compared"
    if NAME in now:
        if NAME in then:
            return _unless(then[NAME] == now[NAME], f"rule was named {then[NAME]!r}, now {now[NAME]!r}")
        return [], f"the rule {now[NAME]!r} is taken as that of the checkpoint, which has no name"
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
    told = [_told(path, then.get(path), now.get(path)) for path in first]
    if changed:
        more = [f"and {len(changed) - SHOWN} more of the rule"] if len(changed) > SHOWN else []
        return [f"another rule: {told[0]}", *told[1:], *more], ""
    unknown = [f"{path} {line}" for path, line in now.items() if line.startswith(UNKNOWN)]
    if unknown:
        return [f"{unknown[0]} ({CALL_IT})"], ""
    apart = (
        f"Python {now.get(PYTHON)} instead of {_shown(then.get(PYTHON))}: of the functions of its rule, only names and "
        "numbers"
    )
    return [], "" if same_python else f"this run continues with {apart} are compared"


def _interest(path: str, then: str | None, now: str | None) -> int:
    """What says most to people first: numbers that have changed, functions, what comes and goes, and last code."""
    if path.endswith(CODE):
        return 3
    if then is None or now is None:
        return 2
    return 0 if is_number(then) and is_number(now) else 1


def _told(path: str, then: str | None, now: str | None) -> str:
    if path.endswith(CODE) and None not in (then, now):
        return f"the code of {_shown(path.removesuffix(CODE))} has changed"
    return f"{_shown(path)} was {_shown(then or 'not there')}, now {_shown(now or 'not there')}"


def _shown(line: Any, most: int = 200) -> str:
    """What stands in a file, which may be anybody's, such that a terminal only shows it."""
    return repr(str(line))[1:-1][:most]


def _unless(same: bool, said: str) -> tuple[list[str], str]:
    return ([], "") if same else ([said], "")
