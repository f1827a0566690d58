"""`bprop play`: a page on which one builds, touches and trains a network."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from time import sleep
from typing import Annotated, Any

import typer

from bprop.cli import options as opt
from bprop.cli.command import command
from bprop.cli.experiment import is_model
from bprop.cli.network import NetworkOptions
from bprop.cli.opening import kinds_of
from bprop.cli.reading import reading_options
from bprop.cli.subject import Choice
from bprop.console import say
from bprop.disk.near import near_file
from bprop.errors import SettingError, UnknownNameError
from bprop.names import closest
from bprop.playing.machine import Machine
from bprop.playing.refused import RefusedError
from bprop.playing.serving import PlayServer, need_packages
from bprop.playing.subjects.graphs import of_trained
from bprop.playing.subjects.opening import names, subject_of
from bprop.playing.subjects.subject import Subject
from bprop.reporting.opening import open_in_browser
from bprop.sources.preparation import is_noted
from bprop.sources.read_options import ReadOptions
from bprop.tables.files import load_model
from bprop.tables.python_words import words_of_options
from bprop.training.interrupt import Interrupt
from bprop.visible import visible

LOOK = 0.1  # seconds between two looks whether a signal came
TERMINATED = 143
FIRST = "moons"
OF_FILES = ("encoding", "delimiter", "header", "skip_rows", "comment", "missing", "bad_cells", "sheet")


@command
@reading_options
def play(
    subject: Annotated[
        str,
        typer.Argument(
            metavar="[SUBJECT]",
            help="xor, moons, circles, spiral, sine, hill or digits; a table; a model file (*.bprop).",
        ),
    ] = FIRST,
    data: Annotated[
        str | None, typer.Argument(help="With a model: rows with targets (default: some are made up).")
    ] = None,
    target: opt.Target = None,
    task: opt.Task = None,
    kind: opt.Kinds = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the initialisation (default: 0).", min=0)] = None,
    port: Annotated[int, typer.Option(help="Port of the page (default: any free port).")] = 0,
    open_page: Annotated[
        bool | None,
        typer.Option("--open/--no-open", help="Open the page in your browser (default: yes on a terminal)."),
    ] = None,
    *,
    reading: ReadOptions,
) -> None:
    """Open a page on which you build a network, touch its weights, follow its gradients, and train it step by step.

    This machine alone serves the page, which asks nobody else. Nothing is written: the address keeps what you made
    (Share). Needs the extra play: pip install 'bprop[play]'.

    \b
    bprop play
    bprop play digits
    bprop play house.csv --target price
    bprop play adult.bprop adult.csv
    """
    need_packages()
    machine = Machine(opened(subject, data, target, task, kind or (), seed, reading))
    with Interrupt() as interrupt:  # from here on a signal ends it in good order
        server = PlayServer(machine, port)
        try:
            show(server, f"play with {visible(subject)}", open_page)
            while interrupt.signal is None:
                sleep(LOOK)
        finally:
            server.close()
    say("stopped", flush=True)
    if interrupt.signal == signal.SIGTERM:
        raise typer.Exit(TERMINATED)


def opened(
    name: str, data: str | None, target: str | None, task: str | None, kind: Sequence[str], seed: int | None,
    reading: ReadOptions,
) -> Subject:  # fmt: skip
    """The subject of these words. Raises SettingError, and the errors of reading files."""
    if data is not None and not is_model(name):
        raise SettingError(f"{name} is not a model file (*.bprop), so {data} is one argument too many")
    need_something(name)
    options = {"task": task, "kinds": kinds_of(kind) or None}
    options |= {option: asdict(reading)[option] for option in OF_FILES}
    typed: dict[str, Any] = {key: value for key, value in options.items() if value != getattr(UNTYPED, key, None)}
    try:
        with words_of_options():
            chosen = subject_of_rows(name, data, reading) or subject_of(name, data, _columns(target), **typed)
    except RefusedError as error:
        raise SettingError(f"{error}: {error.cure}" if error.cure else f"{error}") from error
    if seed is None:
        return chosen
    assert chosen.recipe is not None, "a model has its own weights"
    return replace(chosen, recipe=replace(chosen.recipe, seed=seed))


UNTYPED = ReadOptions()


def subject_of_rows(name: str, data: str | None, reading: ReadOptions) -> Subject | None:
    """The subject of a model that was made in Python, and of rows in a file: they are read as `bprop step` reads them.

    None for anything else. Raises the errors of reading files, and of rows that do not fit.
    """
    if data is None or not is_model(name):
        return None
    model = load_model(name)
    if is_noted(model.notes) or model.graph.loss is None:
        return None
    read = Choice(None, None, None, "auto", NetworkOptions(), 0, reading).open(name, data)
    return of_trained(model, name=Path(name).name, arrays=read.batch(len(read.rows)))


def need_something(name: str) -> None:
    """Raise UnknownNameError for a word that is no file and is like the name of something to play with."""
    known = names(())
    if name in known or Path(name).suffix or Path(name).exists() or any(sign in name for sign in "*?/\\"):
        return
    meant = closest(name, known)
    more = f"did you mean {meant}?" if meant else f"there is {', '.join(known)}"
    raise UnknownNameError(f"{name!r} is no file and nothing to play with: {more}{near_file(Path(name))}")


def _columns(target: str | None) -> Any:
    return target.split(",") if target is not None and "," in target else target


def show(server: PlayServer, title: str, open_page: bool | None) -> None:
    """Say where the page is, and open it if that is wanted: by default on a terminal."""
    say(f"{title}: {server.url}", flush=True)
    opens = sys.stdout.isatty() and sys.stdin.isatty() if open_page is None else open_page
    if not opens:
        say("open this address in a browser; Ctrl-C here stops it", flush=True)
    elif open_in_browser(server.url):
        say("your browser opens it; Ctrl-C here stops it", flush=True)
    else:
        say("no browser could be started here: open the address yourself; Ctrl-C here stops it", error=True)
