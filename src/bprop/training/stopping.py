"""Early stopping: stop when the validation set has not improved for a while, and keep the best theta."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bprop.errors import SettingError, UnknownNameError
from bprop.metrics import higher_is_better


class EarlyStopping:
    """Looks at `monitor` ("loss" or a metric, on the validation set) after every epoch.

    patience : epochs without a better one after which training stops; None: it goes on, and the best epoch is kept.

    higher : whether a larger value is better; default: as is known of the metric.
    best_epoch, best_value, best_params : of the best epoch so far; waited : epochs since then.
    """

    patience: int | None
    monitor: str
    best_epoch: int
    waited: int

    def __init__(self, patience: int | None, monitor: str = "loss", higher: bool | None = None) -> None:
        if patience is not None and (isinstance(patience, bool) or not isinstance(patience, int) or patience < 1):
            raise SettingError(f"patience is a number of epochs, 1 or more, not {patience!r}")
        self.patience, self.monitor = patience, monitor
        self.higher: bool = higher_is_better(monitor) if higher is None else higher
        self.best_epoch, self.waited = 0, 0
        self.best_value: float | None = None
        self.best_params: dict[str, np.ndarray] = {}

    def improved(self, epoch: int, validation: Mapping[str, float]) -> bool:
        """Note the results of an epoch; True if they are the best so far (then set `best_params`)."""
        if self.monitor not in validation:
            raise UnknownNameError(f"cannot monitor {self.monitor!r}: there is {', '.join(validation)}")
        value = validation[self.monitor]
        better = not np.isnan(value) and (
            self.best_value is None or (value > self.best_value if self.higher else value < self.best_value)
        )
        if better:
            self.best_epoch, self.best_value, self.waited = epoch, value, 0
        else:
            self.waited += 1
        return better

    @property
    def exhausted(self) -> bool:
        """Whether patience has run out."""
        return self.patience is not None and self.waited >= self.patience

    def to_dict(self) -> dict[str, Any]:
        """The state, less the parameters, as plain data."""
        return {
            "monitor": self.monitor, "best_epoch": self.best_epoch, "best_value": self.best_value,
            "waited": self.waited,
        }  # fmt: skip

    def restore(self, state: Mapping[str, Any], best_params: dict[str, np.ndarray]) -> None:
        """Go on from a state of `to_dict`."""
        self.best_epoch, self.best_value, self.waited = state["best_epoch"], state["best_value"], state["waited"]
        self.best_params = best_params
