"""The notebook that runs this code, if there is one: Jupyter's front ends by IPython's messages, and marimo."""

from __future__ import annotations

import sys
from typing import Any, Protocol


class Display(Protocol):
    """Shows HTML, with a text for front ends that show none. Each call replaces what the call before has shown.

    number : 1 for the first in a cell. Later ones take its place, so that a loop of trainings leaves one output.
    """

    number: int

    def __call__(self, html: str, text: str) -> None: ...


def display_here() -> Display | None:
    """A place below the running cell; None outside notebooks. Nothing is imported that is not loaded already."""
    marimo = sys.modules.get("marimo")
    if marimo is not None and marimo.running_in_notebook():
        return Marimo(marimo)
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None or not hasattr(shell, "kernel"):  # IPython in a terminal has no kernel
        return None
    return Jupyter(shell)


class Jupyter:
    """Below a cell of Jupyter, VS Code, Colab or nbclient: one output, which is updated."""

    number: int

    latest: tuple[Any, Any, int] = (None, None, 0)
    """(the number of the cell's execution, the handle of its output, how many have used it)."""

    def __init__(self, shell: Any):
        cell, handle, count = Jupyter.latest
        self.cell: Any = getattr(shell, "execution_count", None)
        self.handle: Any = handle if cell == self.cell else None
        self.number = count + 1 if self.handle is not None else 1

    def __call__(self, html: str, text: str) -> None:
        from IPython.display import display

        bundle = {"text/html": html, "text/plain": text}
        if self.handle is None:
            self.handle = display(bundle, raw=True, display_id=True)
        else:
            self.handle.update(bundle, raw=True)
        Jupyter.latest = (self.cell, self.handle, self.number)


class Marimo:
    """The output of a cell of marimo, which there is one of."""

    number = 1

    def __init__(self, marimo: Any):
        self.marimo = marimo

    def __call__(self, html: str, text: str) -> None:
        self.marimo.output.replace(self.marimo.Html(html))
