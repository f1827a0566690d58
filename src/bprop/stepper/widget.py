"""A stepper with buttons, in Jupyter, VS Code, Colab and marimo. This module imports anywidget."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from bprop.errors import BpropError, SettingError
from bprop.stepper.card import html
from bprop.stepper.screen import progress
from bprop.stepper.view import slot_of

MOST_NAMES = 2000
ORDERS = ("first", "back", "step", "fprop", "run", "example", "show")


class StepperWidget(anywidget.AnyWidget):
    """The page of a stepper, and its position. `obey` does what a button asks for."""

    stepper: Any
    shown: str

    _esm = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
    html: Any = traitlets.Unicode().tag(sync=True)
    status: Any = traitlets.Unicode().tag(sync=True)
    names: Any = traitlets.List().tag(sync=True)
    rows: Any = traitlets.Int(1).tag(sync=True)
    example: Any = traitlets.Int(0).tag(sync=True)
    position: Any = traitlets.Int(0).tag(sync=True)
    moves: Any = traitlets.Int(0).tag(sync=True)
    version: Any = traitlets.Int(0).tag(sync=True)

    def __init__(self, stepper: Any):
        self.stepper, self.shown = stepper, ""
        names = [name for name in stepper.plan.names if name][:MOST_NAMES]
        super().__init__(names=names, rows=stepper.rows, moves=len(stepper.moves), **self._state())
        self.on_msg(lambda widget, command, buffers: self.obey(command))

    def obey(self, command: Any) -> None:
        """Do what the page asks for, {"do": "step"}. A command that cannot be carried out changes nothing, and the
        page says why."""
        try:
            self.shown = carry_out(self.stepper, command, self.shown)
            self.update()
        except BpropError as error:
            self.update(f"error: {error}")

    def update(self, status: str = "") -> None:
        """Show where the stepper is now, also after it was moved by code."""
        with self.hold_sync():
            for name, value in self._state(status).items():
                setattr(self, name, value)
            self.version += 1

    def _state(self, status: str = "") -> dict[str, Any]:
        stepper = self.stepper
        return {
            "html": html(stepper, chosen=self.shown), "status": status or progress(stepper),
            "example": stepper.example, "position": stepper.position,
        }  # fmt: skip


def carry_out(stepper: Any, command: Any, shown: str) -> str:
    """Carry out a command, and return the name of the box that is shown in full after it.

    Raises SettingError for something that is no command, DataError and UnknownNameError for what it names.
    """
    order = command.get("do") if isinstance(command, Mapping) else None
    if order not in ORDERS:
        raise SettingError(f"{str(command)[:100]!r} is no command of a stepper: {', '.join(ORDERS)}")
    assert isinstance(command, Mapping)
    if order == "example":
        stepper.example = command.get("row")
    elif order == "show":
        name = command.get("box")
        if not isinstance(name, str):
            raise SettingError(f"{str(name)[:100]!r} is no name of a box")
        slot_of(stepper, name)
        return "" if name == shown else name
    else:
        moves = {"first": lambda: stepper.go(0), "back": stepper.back, "step": stepper.step, "run": stepper.run,
                 "fprop": lambda: stepper.run("fprop")}  # fmt: skip
        moves[order]()
    return shown
