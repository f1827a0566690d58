"""Scenes that lessons share."""

from __future__ import annotations

from typing import Any

Scene = tuple[dict[str, Any], ...]


def network(*layers: tuple[int, str], subject: str = "xor", initialisation: str = "glorot_uniform") -> Scene:
    """A subject with a small network, nothing trained, nothing computed."""
    recipe = {
        "layers": [{"units": units, "activation": activation} for units, activation in layers],
        "loss": "nll", "initialisation": initialisation, "seed": 0,
    }  # fmt: skip
    return (
        {"do": "open", "subject": subject},
        {"do": "recipe", "recipe": recipe},
        {"do": "rewind"},
        {"do": "example", "row": 0},
        {"do": "go", "position": 0},
    )


SMALL = network((2, "tanh"))
