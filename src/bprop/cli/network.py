"""The options of a network. The recipe has all that they leave open."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

from bprop.architecture import Architecture
from bprop.boxes.value_losses import need_levels
from bprop.cli import training_options as training
from bprop.cli.command import options_for
from bprop.errors import SettingError
from bprop.tables.recipe import LECTURE, Recipe


@dataclass(frozen=True)
class NetworkOptions:
    """The choices of the user for the network, by the names of `Architecture`; None: no choice."""

    hidden: tuple[int, ...] | None = None
    activation: str | tuple[str, ...] | None = None
    loss: str | None = None
    l1: float | None = None
    l2: float | None = None
    dropout: float | None = None
    normalise: str | None = None
    quantiles: tuple[float, ...] | None = None

    def of(self, recipe: Recipe) -> Architecture:
        """The network of a recipe, with these choices. Its task is that of the data."""
        chosen = recipe.overridden(hidden=self.hidden, activation=self.activation, dropout=self.dropout)
        return chosen.architecture(
            loss=self.loss, l1=self.l1, l2=self.l2, normalise=self.normalise, quantiles=self.quantiles
        )

    @property
    def alone(self) -> Architecture:
        """The network of a command that trains none: that of the lecture, with these choices."""
        return self.of(LECTURE)


def network_of(
    hidden: training.Hidden = None,
    activation: training.Activation = None,
    loss: training.Loss = None,
    l1: training.L1 = None,
    l2: training.L2 = None,
    dropout: training.Dropout = None,
    normalise: training.Normalise = None,
    quantiles: training.Quantiles = None,
) -> NetworkOptions:
    """The choices that the options make."""
    names = None if activation is None else tuple(name.strip() for name in activation.split(","))
    return NetworkOptions(
        None if hidden is None else units(hidden), names[0] if names is not None and len(names) == 1 else names, loss,
        l1, l2, dropout, normalise, levels(loss, quantiles),
    )  # fmt: skip


network_options: Final = options_for("network", network_of)
"""A command with a parameter `network` has the options of a network in its place. It is called with NetworkOptions."""


def units(hidden: str) -> tuple[int, ...]:
    """Units of the hidden layers: "200,100". Raises SettingError for text that is not whole numbers."""
    try:
        numbers = tuple(int(part) for part in hidden.split(",") if part.strip())
    except ValueError:
        numbers = (0,)
    if any(number < 1 for number in numbers):
        raise SettingError(f"--hidden {hidden!r}: give whole numbers above 0, such as 500 or 200,100")
    return numbers


def levels(loss: str | None, words: str | None) -> tuple[float, ...] | None:
    """Levels of quantiles: "0.1,0.5,0.9". Raises SettingError for other text, and for another loss."""
    if words is None:
        return None
    if loss != "quantile":
        raise SettingError(f"--quantiles {words}: these are levels of the loss quantile: add --loss quantile")
    try:
        numbers = tuple(float(word) for word in words.split(","))
    except ValueError:
        raise SettingError(f"--quantiles {words}: give numbers between 0 and 1, such as 0.05,0.5,0.95") from None
    return need_levels(numbers, "--quantiles")


def changed(network: NetworkOptions) -> list[str]:
    """The options that the user chose."""
    return [f"--{one.name}" for one in fields(network) if getattr(network, one.name) is not None]
