"""The notebook that runs this code, if there is one: Jupyter's front ends by IPython's messages, and marimo."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

Display = Callable[[str, str], None]
"""Shows HTML, with a text for front ends that show none. Each call replaces what the call before has shown."""


def display_here() -> Display | None:
    """A place below the running cell; None outside notebooks. Nothing is imported that is not loaded already."""
    return _in_marimo() or _in_jupyter()


def _in_jupyter() -> Display | None:
    """Jupyter, VS Code, Colab, nbclient: a kernel whose messages reach a page."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None or not hasattr(shell, "kernel"):  # IPython in a terminal has no kernel
        return None
    from IPython.display import display

    handle: Any = None

    def show(html: str, text: str) -> None:
        nonlocal handle
        bundle = {"text/html": html, "text/plain": text}
        if handle is None:
            handle = display(bundle, raw=True, display_id=True)
        else:
            handle.update(bundle, raw=True)

    return show


def _in_marimo() -> Display | None:
    marimo = sys.modules.get("marimo")
    if marimo is None or not marimo.running_in_notebook():
        return None
    return lambda html, text: marimo.output.replace(marimo.Html(html))
