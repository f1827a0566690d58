"""The options of the command line, each described once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from bprop.errors import SettingError
from bprop.sources.builtin import NAMES

_DATA, _NETWORK, _TRAINING = "Data", "Network", "Training"

Source = Annotated[
    str,
    typer.Argument(
        metavar="DATA",
        help=f"Built-in real data ({', '.join(NAMES)}), or a file: .csv, .npz (arrays x and y), "
        "idx images such as train-images-idx3-ubyte.gz.",
    ),
]
ModelFile = Annotated[Path, typer.Argument(metavar="MODEL", help="A model file that `bprop train` saved.")]
Target = Annotated[
    str | None,
    typer.Option(help="Column of the targets in a CSV file (default: the last), array in .npz.", rich_help_panel=_DATA),
]
Labels = Annotated[
    str | None,
    typer.Option(help="File of labels for idx images (default: found beside them).", rich_help_panel=_DATA),
]
Task = Annotated[
    str | None,
    typer.Option(help="classification, regression or counts (default: as the targets look).", rich_help_panel=_DATA),
]
Scale = Annotated[
    str,
    typer.Option(
        help="Scaling of the inputs, a part of the graph: standard (mean 0, deviation 1), unit (x / 255), none, "
        "or auto (unit for bytes, else standard).",
        rich_help_panel=_DATA,
    ),
]
Hidden = Annotated[
    str,
    typer.Option(help="Units of the hidden layers: 500, or 200,100 for two; empty for none.", rich_help_panel=_NETWORK),
]
Activation = Annotated[
    str,
    typer.Option(
        help="tanh, sigmoid, relu, leaky_relu, elu, gelu, silu or softplus; one, or one for each hidden layer: tanh,relu.",
        rich_help_panel=_NETWORK,
    ),
]
Loss = Annotated[
    str | None,
    typer.Option(
        help="Default: negative log-likelihood for classes, squared_error for numbers, poisson for counts; "
        "also hinge, absolute_error, huber.",
        rich_help_panel=_NETWORK,
    ),
]
L1 = Annotated[float | None, typer.Option(help="Weight of the sum of |W|.", rich_help_panel=_NETWORK)]
L2 = Annotated[float | None, typer.Option(help="Weight of the sum of W^2.", rich_help_panel=_NETWORK)]
Dropout = Annotated[
    float | None, typer.Option(help="Share of hidden units dropped in training.", rich_help_panel=_NETWORK)
]
Normalise = Annotated[
    str | None, typer.Option(help="batch or layer: normalise hidden pre-activations.", rich_help_panel=_NETWORK)
]
Seed = Annotated[int, typer.Option(help="Everything random follows from it.", rich_help_panel=_TRAINING)]


@dataclass(frozen=True)
class Network:
    """The options that say what network to build."""

    hidden: str
    activation: str
    loss: str | None
    l1: float | None
    l2: float | None
    dropout: float | None
    normalise: str | None
    scale: str

    @property
    def units(self) -> list[int]:
        """Units of the hidden layers. Raises SettingError for text that is not whole numbers."""
        try:
            units = [int(part) for part in self.hidden.split(",") if part.strip()]
        except ValueError:
            units = [0]
        if any(u < 1 for u in units):
            raise SettingError(f"--hidden {self.hidden!r}: give whole numbers above 0, such as 500 or 200,100")
        return units

    @property
    def activations(self) -> str | list[str]:
        """One name, or one for each hidden layer."""
        names = [name.strip() for name in self.activation.split(",")]
        return names[0] if len(names) == 1 else names
