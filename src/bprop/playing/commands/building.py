"""Commands that build: layers, units, skips, activations, loss, penalty, initialisation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bprop.errors import BpropError
from bprop.playing import read
from bprop.playing import recipe as of_recipe
from bprop.playing.commands.command import At, command
from bprop.playing.network import kept, network_of
from bprop.playing.recipe import Layer, Recipe, fitting_losses
from bprop.playing.refused import RefusedError
from bprop.playing.subjects.opening import by_name
from bprop.playing.work import State, Work


def _place(value: Any, key: str) -> int:
    return read.whole(value, key, 1, 64)


def built(at: At, change: Callable[[Recipe], Recipe]) -> State:
    """The state with another recipe. Parameters that keep their shape keep their numbers, unless the recipe initialises
    otherwise. If all do, training goes on where it is; else it begins again.
    """
    work = at.state.work
    if work.recipe is None:
        raise RefusedError(
            "this graph was brought as it is, and cannot be built anew here", "open a toy, a table or arrays to build"
        )
    recipe = change(work.recipe)
    losses = fitting_losses(work.subject.task)
    if recipe.loss not in losses:
        raise RefusedError(f"the loss {recipe.loss!r} does not fit", f"there is: {', '.join(losses)}")
    try:
        network = network_of(work.subject, recipe)
    except BpropError as error:
        raise RefusedError(str(error)) from None
    anew = (recipe.initialisation, recipe.seed) != (work.recipe.initialisation, work.recipe.seed)
    theta = network.start if anew else kept(work.theta, network)
    same = {n: a.shape for n, a in theta.items()} == {n: a.shape for n, a in work.theta.items()}
    goes_on = same and not anew and network.dtype == work.network.dtype
    training = work.training if goes_on else work.training.anew()
    state = at.state.with_work(recipe=recipe, network=network, theta=theta, training=training, mistake=None)
    return fitting(at.after(state))


def fitting(at: At) -> State:
    """The state with a view that fits its network: its chosen weight exists, and its position is within the pass."""
    view, theta = at.state.view, at.state.work.theta
    chosen = view.chosen
    if chosen is not None:
        name, index = chosen
        shape = theta[name].shape if name in theta else ()
        there = name in theta and len(shape) == len(index) and all(i < n for i, n in zip(index, shape, strict=True))
        chosen = chosen if there else None
    most = len(at.computed.stepper(at.state.with_view(position=0)).moves)
    check = view.check if view.check is not None and view.check[0].network is at.state.work.network else None
    return at.state.with_view(chosen=chosen, check=check, position=min(view.position, most))


@command({"recipe": read.anything})
def recipe(at: At, recipe: Any) -> State:
    """The network of a whole recipe."""
    new = Recipe.read(recipe)
    return built(at, lambda _: new)


@command({"at": _place, "units": of_recipe.units}, {"activation": of_recipe.activation})
def layer(at_: At, at: int, units: int, activation: str = "tanh") -> State:
    """A hidden layer more, at place `at`: 1 is the first."""
    return built(at_, lambda now: now.with_layer(_within(at, len(now.layers) + 1), Layer(units, activation)))


@command({"at": _place})
def drop_layer(at_: At, at: int) -> State:
    """A hidden layer less."""
    return built(at_, lambda now: now.without_layer(_within(at, len(now.layers))))


@command({"at": _place, "count": of_recipe.units})
def units(at_: At, at: int, count: int) -> State:
    """The units of a hidden layer."""
    return built(at_, lambda now: now.with_units(_within(at, len(now.layers)), count))


@command({"at": _place, "name": of_recipe.activation})
def activation(at_: At, at: int, name: str) -> State:
    """The activation of a hidden layer."""
    return built(at_, lambda now: now.with_activation(_within(at, len(now.layers)), name))


def _within(at: int, most: int) -> int:
    if at > most:
        raise RefusedError(f"at is {at}: there is a place from 1 to {most}" if most else "there is no hidden layer")
    return at


_ENDS = {key: lambda value, key: read.whole(value, key, 0, 64) for key in ("from", "to")}


@command(_ENDS)
def skip(at: At, **ends: int) -> State:
    """Layer `to` also takes the units of layer `from`."""
    return built(at, lambda now: now.with_skip(ends["from"], ends["to"]))


@command(_ENDS)
def drop_skip(at: At, **ends: int) -> State:
    """A skip less."""
    return built(at, lambda now: now.without_skip(ends["from"], ends["to"]))


@command({"name": read.text})
def loss(at: At, name: str) -> State:
    """The loss."""
    return built(at, lambda now: replace(now, loss=name))


@command({"kind": of_recipe.penalty}, {"strength": of_recipe.strength})
def penalty(at: At, kind: str | None, strength: float | None = None) -> State:
    """The penalty on the weights, and its strength."""
    return built(at, lambda now: replace(now, penalty=kind, strength=now.strength if strength is None else strength))


@command({"name": of_recipe.initialiser}, {"seed": lambda value, key: read.whole(value, key, 0, 2**32 - 1)})
def initialisation(at: At, name: str, seed: int | None = None) -> State:
    """Another initialisation, from which training begins again."""
    state = built(at, lambda now: replace(now, initialisation=name, seed=now.seed if seed is None else seed))
    return state.with_work(theta=state.work.network.start, training=state.work.training.anew())


@command({"subject": read.text})
def open_(at: At, subject: str) -> State:
    """Another subject, by its name."""
    return State(Work.of(by_name(subject, at.subjects)))
