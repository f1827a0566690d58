"""How often a checkpoint is written: every "30s", "10min", "5epochs" or "200steps"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import isfinite
from typing import Any

from bprop.errors import SettingError

UNITS = {
    "s": ("seconds", 1), "min": ("seconds", 60), "h": ("seconds", 3600),
    "epoch": ("epochs", 1), "epochs": ("epochs", 1), "step": ("steps", 1), "steps": ("steps", 1),
}  # fmt: skip


@dataclass(frozen=True)
class Interval:
    """So many "seconds", "epochs" or "steps" (updates since the start of training)."""

    count: float
    unit: str

    @classmethod
    def parse(cls, text: Any) -> Interval:
        """From "30s", "5epochs", ... Raises SettingError."""
        found = re.fullmatch(r"\s*([0-9]*\.?[0-9]+)\s*([a-z]+)\s*", text.lower()) if isinstance(text, str) else None
        if found is None or found[2] not in UNITS:
            raise SettingError(
                f"{text!r} does not say how often to write a checkpoint: give '30s', '10min', '5epochs' or '200steps'"
            )
        unit, factor = UNITS[found[2]]
        count = float(found[1]) * factor
        if not (count > 0 and isfinite(count)) or (unit != "seconds" and count != int(count)):
            raise SettingError(f"every {text!r}: give more than 0, and whole numbers of epochs or steps")
        return cls(count if unit == "seconds" else int(count), unit)
