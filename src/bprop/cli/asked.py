"""The options of a command, and which of them the user asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_origin

NOTED = "bprop.noted"
"""The key of a context's `meta` where all words of the command line were noted by an earlier run."""


@dataclass(frozen=True)
class Asked:
    """values : {parameter: value}. typed : parameters that the user chose, on the command line or in a file of settings
    with another value than the default. spelled : {parameter: option}, as the user types it."""

    values: Mapping[str, Any]
    typed: frozenset[str]
    spelled: Mapping[str, str]

    @classmethod
    def of(cls, context: Any) -> Asked:
        """The options of a context that has been parsed."""
        params = [param for param in context.command.params if param.name in context.params]
        typed = frozenset(param.name for param in params if _is_chosen(context, param))
        return cls(context.params, typed, {param.name: _spelled(param, context) for param in params})


def type_of(param: Any) -> type:
    """The type of a parameter's value: bool, int, float, str or Path; list where an option adds up."""
    annotation = param.type_descriptor.annotation
    return get_origin(annotation) or annotation


def _is_chosen(context: Any, param: Any) -> bool:
    source = context.get_parameter_source(param.name)
    where = "" if source is None else source.name
    return where == "COMMANDLINE" or (where == "DEFAULT_MAP" and context.params[param.name] != param.default)


def _spelled(param: Any, context: Any) -> str:
    """The option as it is typed: --no-stream for False."""
    off = context.params[param.name] is False and param.secondary_opts
    return param.secondary_opts[0] if off else max(param.opts, key=len)
