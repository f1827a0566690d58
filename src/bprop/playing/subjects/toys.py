"""The toys of `bprop.toys` as subjects: 200 rows to train on, 100 held out."""

from __future__ import annotations

from bprop import toys
from bprop.playing.recipe import Layer, Recipe, fitting_losses
from bprop.playing.subjects.subject import Code, Subject

ROWS, HELD = 200, 100
EVERY = {**toys.CLASSES, **toys.NUMBERS}
RATES = {"xor": 0.3, "moons": 0.3, "circles": 0.3, "spiral": 0.2, "sine": 0.05, "hill": 0.1}
LAYERS = {"spiral": (Layer(8, "tanh"), Layer(8, "tanh"))}


def toy(name: str) -> Subject:
    """The toy of that name."""
    make = EVERY[name]
    data, held_out = make(ROWS, seed=0), make(HELD, seed=1)
    classes = ("0", "1") if name in toys.CLASSES else None
    task = "classification" if classes else "regression"
    inputs = data["x"].shape[1]
    layers = LAYERS.get(name, (Layer(4, "tanh"), Layer(4, "tanh")))
    recipe = Recipe(layers=layers, loss=fitting_losses(task)[0])
    return Subject(
        name, "toy", task, data, held_out, inputs, 2 if classes else 1, recipe, classes=classes,
        columns=tuple(f"x{i}" for i in range(1, inputs + 1)),
        code=Code((f"data = bp.toys.{name}({ROWS}, seed=0)", f"held_out = bp.toys.{name}({HELD}, seed=1)")),
        rate=RATES[name], batch_size=10,
    )  # fmt: skip
