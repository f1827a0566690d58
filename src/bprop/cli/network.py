"""The options of a network, as an Architecture."""

from __future__ import annotations

from dataclasses import fields, replace

from bprop.architecture import Architecture
from bprop.boxes.value_losses import need_levels
from bprop.cli import options as opt
from bprop.cli.command import options_for
from bprop.errors import SettingError


def architecture(
    hidden: opt.Hidden = "200",
    activation: opt.Activation = "relu",
    loss: opt.Loss = None,
    l1: opt.L1 = None,
    l2: opt.L2 = None,
    dropout: opt.Dropout = None,
    normalise: opt.Normalise = None,
    quantiles: opt.Quantiles = None,
) -> Architecture:
    """The network that the options ask for. Its task is that of the data."""
    names = [name.strip() for name in activation.split(",")]
    return Architecture(
        units(hidden), names[0] if len(names) == 1 else names, loss=loss, l1=l1, l2=l2, dropout=dropout,
        normalise=normalise, quantiles=levels(loss, quantiles),
    )  # fmt: skip


network_options = options_for("network", architecture)
"""A command with a parameter `network` has the options of a network in its place, as an Architecture."""


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


def changed(network: Architecture) -> list[str]:
    """The options that are not the defaults."""
    plain = replace(architecture(), task=network.task)
    return [f"--{one.name}" for one in fields(network) if getattr(network, one.name) != getattr(plain, one.name)]
