"""A machine in a cell of a notebook: Jupyter, VS Code, Colab and marimo. This module imports anywidget."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import anywidget

from bprop.errors import SettingError
from bprop.playing.serving.conductor import Conductor, Playable
from bprop.playing.serving.envelope import complaint, letter_of


class PlayWidget(anywidget.AnyWidget):
    """The page of `bprop play` below a cell. The machine runs in the kernel, in a thread of its own, so that training
    goes on while cells run; the kernel hands over commands between two cells.

    machine : its state is that of the page. close() ends it.
    """

    _esm = (files("bprop.playing") / "web" / "widget.js").read_text(encoding="utf-8")

    def __init__(self, machine: Playable):
        super().__init__()
        self.machine: Playable = machine
        self.conductor: Conductor = Conductor(machine)
        self._listener = self.send  # one object, by which the conductor knows the page
        self.conductor.join(self._listener)
        self.on_msg(lambda widget, message, buffers: self.hear(message))
        self.conductor.start()

    def __repr__(self) -> str:
        return "bprop play: this front end shows no widgets; in a terminal: bprop play"

    def hear(self, message: Any) -> None:
        """Take a message of the page, {"id": number, "command": {...}}. The answer is sent when it is done."""
        try:
            self.conductor.send(self._listener, letter_of(message))
        except SettingError as error:
            number = getattr(error, "number", None)
            self.send({"id": number, **complaint(0, f"{error}", "run the cell again")})

    def close(self) -> None:
        """End the machine, and take the page away."""
        if hasattr(self, "conductor"):
            self.conductor.leave(self._listener)
            self.conductor.stop()
        super().close()
