"""Names of other libraries, and what to type here: keywords of functions, attributes, and names of the package.

A call with a name that bprop does not have is answered with the line to type, or else with the name most like it. The
names stand in the modules of this folder, and in those of the classes whose arguments they are.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from bprop.errors import CallError
from bprop.names import closest, some

P = ParamSpec("P")
R = TypeVar("R")
Answers = Mapping[str, str]
"""{name elsewhere: what to type here}"""


def alike(answers: Mapping[tuple[str, ...], str]) -> Answers:
    """One answer for several names: {("optimizer", "solver"): 'rule="adam"'}."""
    return {name: answer for names, answer in answers.items() for name in names}


def answer(name: str, known: Collection[str], answers: Answers, listed: bool = True) -> str:
    """The end of an error about a name: ": type rule=bp.Adam(0.001)", or the nearest name, or those that there are.

    listed : False where these are too many.
    """
    if name in answers:
        return f": {answers[name]}"
    near = closest(name, known)
    if near is not None:
        return f"; did you mean {near!r}?"
    return f"; there are: {some(known, 40) or 'none'}" if listed else ""


def answering(
    answers: Answers, who: str, *, more: Callable[[], Collection[str]] = tuple, places: str = ""
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A decorator: calls with a keyword that the function does not have raise CallError, with what to type.

    who : the function as errors call it; it takes no *arguments. more : gives the names that its
    **keywords take; without it, they take any. places : what to type where a call has too many positional arguments.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        parameters = inspect.signature(function).parameters.values()
        named = {p.name: p for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
        most = sum(p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in parameters)
        own = int("self" in named)
        takes_any = more is tuple and any(p.kind is p.VAR_KEYWORD for p in parameters)

        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            if not (takes_any or kwargs.keys() <= named.keys()):
                need_keywords(who, kwargs, [*named, *more()], answers)
            if len(args) > most:
                takes = f"{most - own} positional argument{'s' if most - own != 1 else ''}"
                raise CallError(f"{who} takes {takes}, not {len(args) - own}{places and ': ' + places}")
            return function(*args, **kwargs)

        return call

    return decorate


def need_keywords(who: str, keywords: Collection[str], known: Collection[str], answers: Answers) -> None:
    """Raise CallError for a keyword that is not known."""
    for name in keywords:
        if name not in known:
            shown = [one for one in known if one != "self"]
            raise CallError(f"{who} has no argument {name!r}{answer(name, shown, answers)}")


def missing(owner: Any, name: str, answers: Answers) -> AttributeError:
    """The error about an attribute that an object does not have, with what to type instead."""
    plain = f"{type(owner).__name__!r} object has no attribute {name!r}"
    return AttributeError(f"{plain}: {answers[name]}" if name in answers else plain)


def need_fields(cls: type, keywords: Collection[str], answers: Answers) -> None:
    """Raise CallError for a keyword that is no field of a dataclass."""
    unknown = [name for name in keywords if name not in getattr(cls, "__dataclass_fields__", ())]
    if not unknown or cls.__init__.__code__.co_filename != "<string>":  # an __init__ that is not of a dataclass
        return
    if any(unknown[0] in _annotations(kind) for kind in cls.__mro__):
        raise CallError(f"{cls.__name__} has the field {unknown[0]!r}, but it is no dataclass: write "
                        "@dataclass(frozen=True) above its class")  # fmt: skip
    need_keywords(cls.__name__, unknown, getattr(cls, "__dataclass_fields__", ()), answers)


def _annotations(cls: type) -> Collection[str]:
    """The fields that a class annotates; none where a type has no value, which Python asks for from 3.14 on."""
    try:
        return inspect.get_annotations(cls)
    except NameError:
        return ()
