"""A graph some of whose parameters training leaves as they are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from bprop.box import Box
from bprop.errors import SettingError, UnknownNameError
from bprop.names import known, matching
from bprop.structure.structure import Structure

AnyStructure = TypeVar("AnyStructure", bound=Structure)


def frozen(graph: AnyStructure, freeze: Any) -> AnyStructure:
    """A view of the graph, with the same boxes, whose parameters of these names or patterns are not trained.

    Raises UnknownNameError for a pattern that fits no parameter, SettingError where nothing is left to train.
    """
    names = frozen_names(graph, freeze) | graph.frozen
    if names == graph.frozen:
        return graph
    view = object.__new__(type(graph))
    view.__dict__.update(graph.__dict__)
    view.__dict__.pop("trained", None)  # it was computed for the whole graph
    view.frozen, view.whole = names, graph.whole
    if graph.trained and not view.trained:
        raise SettingError(f"freeze leaves nothing to train: all of {', '.join(graph.trained)} are frozen")
    return view


def frozen_names(graph: Structure, freeze: Any) -> frozenset[str]:
    """The names of the parameters that names, patterns ("b*") or boxes stand for."""
    wanted = [freeze] if isinstance(freeze, str | Box) else freeze
    if not isinstance(wanted, Iterable):
        raise SettingError(f'freeze is a list of names of parameters, such as ["W1", "b*"], not {freeze!r}')
    names: set[str] = set()
    for one in wanted:
        if not isinstance(one, str | Box):
            raise SettingError(f'freeze holds names of parameters, such as ["W1", "b*"], not {one!r}')
        names.update(matched(graph.name_of(one) if isinstance(one, Box) else one, graph.parameters, "freeze"))
    return frozenset(names)


def matched(pattern: str, parameters: Iterable[str], who: str, what: str = "parameter") -> list[str]:
    """The parameters that a pattern fits. Raises UnknownNameError where none does.

    who : what errors call the setting; what : what they call the parameters.
    """
    every = list(parameters)
    if names := matching(pattern, every):
        return names
    raise UnknownNameError(f"{who}: no {what} is called {pattern!r}; there are: {known(pattern, every)}")
