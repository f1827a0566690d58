"""The state of an estimator for pickle, joblib, skops and copies: arrays, plain data, graphs, and parameters as set.

What `fit` has made, the network, the target, the optimiser and the encoder of columns, are plain data here. So skops,
which asks to trust every type by name, asks for the estimator, for Graph, and for objects among the parameters alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from bprop.estimators.encoder import Encoder
from bprop.estimators.network import Network
from bprop.estimators.optimiser import Optimiser
from bprop.estimators.targets import Target
from bprop.scaling import Scaling, Units
from bprop.sources.preparation import Preparation

KIND = "kind"
"""The entry with the name of the class that plain data was."""
MADE_AGAIN = ("_made", "graph_")
"""Attributes that follow from others: the network that is kept for the next fit, and its graph."""


def plain_state(estimator: Any, state: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes of an estimator, in which those that `fit` made are plain data."""
    plain = {name: value for name, value in state.items() if name not in MADE_AGAIN}
    if isinstance(network := plain.get("_network_"), Network):
        plain["_network_"] = {KIND: type(network).__name__, **vars(network)}
        plain["_network_"].pop("features")
    if isinstance(target := plain.get("_target"), Target):
        plain["_target"] = _of_target(target)
    if isinstance(optimiser := plain.get("_optimizer"), Optimiser):
        plain["_optimizer"] = dict(vars(optimiser))
    if isinstance(encoder := plain.get("_encoder"), Encoder):
        preparation = estimator.noted_preparation()
        plain["_encoder"] = {**preparation.to_notes(), **encoder.units.to_notes()}
    return plain


def restored_state(state: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes of plain data; of a state from before, which has the objects, these."""
    attributes = dict(state)
    if isinstance(network := attributes.get("_network_"), dict):
        attributes["_network_"] = built = _network(network)
        if hasattr(built.graph, "order") and "params_" in attributes:
            attributes["graph_"] = built.graph
    if isinstance(target := attributes.get("_target"), dict):
        attributes["_target"] = _target(target)
    if isinstance(optimiser := attributes.get("_optimizer"), dict):
        attributes["_optimizer"] = Optimiser(**optimiser)
    if isinstance(notes := attributes.get("_encoder"), dict):
        attributes["_encoder"] = Encoder(Preparation.from_notes(notes), Units.of(notes))
    return attributes


def _network(plain: Mapping[str, Any]) -> Network:
    cls = _class(Network, plain[KIND])
    network = cls.__new__(cls)
    network.__dict__.update({name: value for name, value in plain.items() if name != KIND}, features={})
    return network


def _of_target(target: Target) -> dict[str, Any]:
    """The class of a target and its fields, a scaling as its two arrays."""
    values = {field.name: getattr(target, field.name) for field in fields(target)}  # type: ignore[arg-type]
    plain = {name: vars(value) if isinstance(value, Scaling) else value for name, value in values.items()}
    return {KIND: type(target).__name__, **plain}


def _target(plain: Mapping[str, Any]) -> Target:
    values = {name: value for name, value in plain.items() if name != KIND}
    if isinstance(scaling := values.get("scaling"), dict):
        values["scaling"] = Scaling(**scaling)
    return _class(Target, plain[KIND])(**values)


def _class(root: type, name: str) -> Any:
    """The class of this name among a class and those that derive from it."""
    return next(cls for cls in _family(root) if cls.__name__ == name)


def _family(root: type) -> Iterator[type]:
    yield root
    for derived in root.__subclasses__():
        yield from _family(derived)
