"""`bprop play`: a page on which one builds, touches and trains a network."""

from __future__ import annotations

import signal
import sys
from time import sleep
from typing import Annotated

import typer

from bprop.cli.browser import open_in_browser
from bprop.cli.command import command
from bprop.console import say
from bprop.errors import UnknownNameError
from bprop.names import known
from bprop.playing.machine import Machine
from bprop.playing.serving import PlayServer, need_packages
from bprop.playing.subjects.opening import by_name
from bprop.playing.subjects.toys import EVERY
from bprop.training.interrupt import Interrupt
from bprop.visible import visible

LOOK = 0.1  # seconds between two looks whether a signal came
TERMINATED = 143
FIRST = "moons"


@command
def play(
    subject: Annotated[
        str, typer.Argument(metavar="[SUBJECT]", help="A toy: xor, moons, circles, spiral, sine or hill.")
    ] = FIRST,
    port: Annotated[int, typer.Option(help="Port of the page (default: any free port).")] = 0,
    open_page: Annotated[
        bool | None,
        typer.Option("--open/--no-open", help="Open the page in your browser (default: yes on a terminal)."),
    ] = None,
) -> None:
    """Open a page on which you build a network, touch its weights, follow its gradients, and train it step by step.

    The page is served by this machine alone, and asks nobody else. Needs the extra play: pip install 'bprop[play]'.

    \b
    bprop play
    bprop play spiral --no-open
    """
    need_packages()
    if subject not in EVERY:
        raise UnknownNameError(f"there is nothing to play with called {known(subject, EVERY)}")
    server = PlayServer(Machine(by_name(subject, {})), port)
    try:
        _show(server, f"play with {visible(subject)}", open_page)
        stopped = _wait()
    finally:
        server.close()
    say("stopped", flush=True)
    if stopped == signal.SIGTERM:
        raise typer.Exit(TERMINATED)


def _show(server: PlayServer, title: str, open_page: bool | None) -> None:
    say(f"{title}: {server.url}", flush=True)
    opens = sys.stdout.isatty() and sys.stdin.isatty() if open_page is None else open_page
    if not opens:
        say("open this address in a browser; Ctrl-C here stops it", flush=True)
    elif open_in_browser(server.url):
        say("your browser opens it; Ctrl-C here stops it", flush=True)
    else:
        say("no browser could be started here: open the address yourself; Ctrl-C here stops it", error=True)


def _wait() -> int:
    """Return the number of the signal that ends the page."""
    with Interrupt() as interrupt:
        while interrupt.signal is None:
            sleep(LOOK)
    return interrupt.signal
