"""Options that are typed twice. The parser would drop all but the last without a word."""

from __future__ import annotations

from collections import Counter
from typing import Any

from bprop.cli.asked import type_of


def need_once(command: Any, context: Any, words: list[str]) -> dict[str, Any]:
    """{parameter: text}, as typed. Fails, with the usage, where an option that has one value is typed twice."""
    values, _, order = command.make_parser(context).parse_args(args=list(words))
    counts = Counter(param.name for param in order if param.param_type_name == "option")
    for param in command.params:
        if counts[param.name] > 1 and not _adds_up(param):
            names = " and ".join([param.opts[0], *param.secondary_opts[:1]])
            also = f" ({names} are one option)" if param.secondary_opts else ""
            context.fail(f"{param.opts[0]} is typed {_times(counts[param.name])}: it has one value{also}")
    return values


def _adds_up(param: Any) -> bool:
    return type_of(param) is list or bool(getattr(param, "count", False))


def _times(count: int) -> str:
    return "twice" if count == 2 else f"{count} times"
