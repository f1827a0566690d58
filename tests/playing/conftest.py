"""Commands for the tests of play: random ones, and what a machine answers."""

from functools import partial
from inspect import signature
from types import SimpleNamespace

import numpy as np
import pytest

from bprop.playing.machine import Machine
from bprop.playing.subjects.toys import toy

ACTIVATIONS = ("tanh", "relu", "sigmoid", "leaky_relu", "gelu")


def machine(name="xor"):
    return Machine(toy(name))


def obeyed(of, *commands):
    """All parts after commands that must not be refused."""
    for command in commands:
        message = of.do(command)["parts"].get("message")
        assert message is None or message["kind"] == "note", (command, message)
    return of.snapshot()["parts"]


def random_command(of, rng):
    """A command that may be legal or not, of any kind."""
    recipe, theta = of.state.work.recipe, of.state.work.theta
    name = list(theta)[rng.integers(len(theta))]
    index = [int(rng.integers(size)) for size in theta[name].shape]
    at = int(rng.integers(1, 1 + max(1, len(recipe.layers))))
    units, kind = int(rng.integers(1, 6)), ACTIVATIONS[rng.integers(len(ACTIVATIONS))]
    choices = [
        {"do": "set_weight", "parameter": name, "index": index, "value": float(rng.normal())},
        {"do": "nudge", "parameter": name, "index": index, "by": float(rng.normal(0, 0.1))},
        {"do": "choose", "parameter": name, "index": index},
        {"do": "forward", "count": int(rng.integers(1, 4))},
        {"do": "back", "count": int(rng.integers(1, 4))},
        {"do": "run_pass"},
        {"do": "example", "row": int(rng.integers(of.state.work.subject.rows))},
        {"do": "input", "index": [0], "value": float(rng.normal())},
        {"do": "step", "updates": int(rng.integers(1, 5))},
        {"do": "rate", "value": float(rng.uniform(0.01, 0.3))},
        {"do": "rule", "name": ("SGD", "Adam", "AdamW")[rng.integers(3)], "rate": 0.02},
        {"do": "rule", "name": "SGD", "settings": {"momentum": 0.8}},
        {"do": "batch_size", "size": int(rng.integers(1, 60))},
        {"do": "rewind"},
        {"do": "layer", "at": 1, "units": units, "activation": kind} if len(recipe.layers) < 3 else {"do": "fly"},
        {"do": "drop_layer", "at": at},
        {"do": "units", "at": at, "count": units},
        {"do": "activation", "at": at, "name": kind},
        {"do": "skip", "from": 0, "to": 2},
        {"do": "drop_skip", "from": 0, "to": 2},
        {"do": "penalty", "kind": ("l1", "l2", None)[rng.integers(3)], "strength": 0.01},
        {
            "do": "initialisation",
            "name": ("he_normal", "glorot_uniform")[rng.integers(2)],
            "seed": int(rng.integers(5)),
        },
        {"do": "train"},
        {"do": "pause"},
        {"do": "undo"},
        {"do": "redo"},
    ]
    return choices[rng.integers(len(choices))]


def played(of, rng, count):
    """The machine after random commands. While training runs, a host ticks."""
    for _ in range(count):
        of.do(random_command(of, rng))
        if of.running:
            of.tick(int(rng.integers(1, 4)))
    return of


def same_numbers(shown, array, rtol=1e-12):
    """Whether what the page shows are the numbers of an array."""
    return np.allclose(np.array(shown, float), np.asarray(array, float), rtol=rtol, atol=1e-15)


@pytest.fixture
def play():
    """The functions above: play.machine(name), play.obeyed(machine, *commands), play.random(machine, rng, count)."""
    return SimpleNamespace(machine=machine, obeyed=obeyed, random=played, one=random_command, same=same_numbers)


@pytest.fixture
def connect():
    """connect(address, ...) of websockets, past any proxy of this machine, of which it knows from version 15 on."""
    client = pytest.importorskip("websockets.asyncio.client").connect
    direct = {"proxy": None} if "proxy" in signature(client.__init__).parameters else {}
    return partial(client, **direct)
