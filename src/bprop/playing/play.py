"""`bp.play`: the page of `bprop play` for what Python holds, in a notebook or in a browser."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import replace
from importlib.util import find_spec
from threading import Event
from typing import Any

from bprop.console import say
from bprop.errors import MissingPackageError, SettingError
from bprop.notebook.place import display_here
from bprop.playing.machine import Machine
from bprop.playing.refused import RefusedError
from bprop.playing.serving.server import PlayServer
from bprop.playing.subjects.opening import subject_of
from bprop.reporting.opening import open_in_browser
from bprop.visible import visible

LOOK = 0.5  # seconds: on some systems Ctrl-C ends no longer wait


def play(
    thing: Any = "moons", data: Any = None, target: Any = None, *, task: str | None = None, seed: int | None = None,
    port: int = 0, opens: bool = True, waits: bool | None = None,
) -> Any:  # fmt: skip
    """Play with a network: see every unit, touch a weight, walk through fprop and bprop, train step by step.

    bp.play("moons")                          a toy: xor, moons, circles, spiral, sine, hill; or "digits"
    bp.play("house.csv", target="price")      a table: a file, a data frame, whatever `bp.table` takes
    bp.play((X, y))                           arrays
    bp.play(fit, data), bp.play("a.bprop")    anything trained, with rows; without, some are made up
    bp.play(graph, data)                      a graph of one's own, with {input: array} or (X, y)

    In a notebook the page is a widget below the cell (it needs anywidget: pip install 'bprop[notebook]'). Elsewhere it
    is served on this machine and opened in the browser (pip install 'bprop[play]'). A program waits there until Ctrl-C;
    an interactive session goes on, and `close()` of the result ends the page.

    Parameters
    ----------
    task : "classification", "regression", ..., of a table; default as the targets look.
    seed : of the initialisation, where the page builds the network.
    port, opens, waits : of a page that is served: its port (0: any that is free), whether a browser is opened, whether
        to wait until Ctrl-C (default: not in an interactive session).

    Returns
    -------
    The widget, or the server with its address in `url`. Both have `machine`, and `close()`.

    Raises
    ------
    MissingPackageError : naming what to install. SettingError, DataError, ... : for what cannot be played with.

    >>> page = bp.play("xor", opens=False, waits=False)  # doctest: +ELLIPSIS
    play: http://127.0.0.1:...
    >>> page.machine.do({"do": "step", "updates": 1})["parts"]["training"]["step"]
    1
    >>> page.close()
    """
    machine = Machine(_subject(thing, data, target, task, seed))
    if display_here() is not None:
        return _widget(machine)
    server = PlayServer(machine, port)
    say(f"play: {server.url}", flush=True)
    if opens and not open_in_browser(server.url):
        say("no browser could be started here: open the address yourself", error=True)
    if waits if waits is not None else not _is_interactive():
        say("the page stays until Ctrl-C", flush=True)
        with suppress(KeyboardInterrupt):
            while not Event().wait(LOOK):
                pass
        server.close()
    return server


def _subject(thing: Any, data: Any, target: Any, task: str | None, seed: int | None) -> Any:
    try:
        subject = subject_of(thing, data, target, **({} if task is None else {"task": task}))
    except RefusedError as error:  # a page shows its cure beside it
        raise (SettingError(f"{error}: {error.cure}") if error.cure else error) from None
    if task is not None and (subject.kind in ("toy", "graph", "model")):
        raise SettingError(f"task={task!r} is for a table or arrays, and {visible(subject.name)} has its own task")
    if seed is None:
        return subject
    if subject.recipe is None:
        raise SettingError(f"seed={seed!r} is for a network that the page builds, and {visible(subject.name)} is one")
    return replace(subject, recipe=replace(subject.recipe, seed=seed))


def _widget(machine: Machine) -> Any:
    if find_spec("anywidget") is None:
        raise MissingPackageError(
            "bp.play shows its page in a notebook with anywidget: pip install 'bprop[notebook]' and restart the kernel"
        )
    from bprop.playing.widget import PlayWidget

    return PlayWidget(machine)


def _is_interactive() -> bool:
    """Whether a person types one line after the other."""
    return hasattr(sys, "ps1") or bool(sys.flags.interactive) or "IPython" in sys.modules
