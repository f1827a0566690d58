"""`bprop serve`: the predictions of models over HTTP."""

from __future__ import annotations

import signal
from time import monotonic, sleep
from typing import Annotated

import typer

from bprop.cli.command import command
from bprop.console import say
from bprop.errors import SettingError
from bprop.serving.limits import Limits
from bprop.serving.server import ModelServer, need_packages
from bprop.training.interrupt import Interrupt
from bprop.visible import visible

LOOK = 0.1  # seconds between two looks whether a signal came
CUT_OFF = 1
FRESH = 1.0  # seconds between two looks at the files
BELOW = Limits()


def _limit(text: str, *names: str) -> typer.models.OptionInfo:
    return typer.Option(*names, help=text, rich_help_panel="Limits")


@command
def serve(
    models: Annotated[list[str], typer.Argument(metavar="MODEL...", help="Model files, or NAME=FILE.")],
    host: Annotated[str, typer.Option(help="The address to listen on; 0.0.0.0 is all of this machine.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port; 0 is any free one.")] = 8000,
    token: Annotated[
        str | None,
        typer.Option(
            help="A word that every request must bring: Authorization: Bearer TOKEN. In BPROP_TOKEN, others on this "
            "machine do not see it.",
            envvar="BPROP_TOKEN",
            show_envvar=False,
        ),
    ] = None,
    interval: Annotated[
        float | None, typer.Option(help="The level of intervals, or of sets of classes, in all answers, such as 0.9.")
    ] = None,
    reload: Annotated[
        bool, typer.Option("--reload/--no-reload", help="Read a model file again when it changes (SIGHUP does, too).")
    ] = True,
    most_rows: Annotated[int, _limit("Rows of a request.", "--most-rows")] = BELOW.rows,
    most_bytes: Annotated[int, _limit("Bytes of a request, also unpacked.", "--most-bytes")] = BELOW.body,
    rate: Annotated[float | None, _limit("Requests a second of one client (default: any number).")] = BELOW.rate,
    concurrency: Annotated[int, _limit("Requests that are computed at once.")] = BELOW.concurrency,
    timeout: Annotated[float, _limit("Seconds for a request, from its head to its answer.")] = BELOW.seconds,
    grace: Annotated[float, _limit("Seconds in which open requests are answered when it stops.")] = BELOW.grace,
) -> None:
    """Serve the predictions of models: POST rows as JSON, CSV or Arrow to /models/NAME/predict, and get the answers of
    `bprop predict`.

    The page at / describes the models. SIGTERM and Ctrl-C stop it when all open requests are answered. Needs the extra
    serve: pip install 'bprop[serve]'.

    \b
    bprop serve adult.bprop
    bprop serve prices=house.bprop digits.bprop --port 8080
    """
    need_packages()
    limits = Limits(most_bytes, most_rows, concurrency, timeout, rate, grace)
    if interval is not None and not 0 < interval < 1:
        raise SettingError(f"--interval {interval}: give a probability between 0 and 1, such as 0.9")
    with Interrupt() as interrupt, Again() as again:  # from here on a signal ends it in good order
        server = ModelServer(models, host=host, port=port, token=token, limits=limits, interval=interval)
        try:
            introduce(server, token is not None)
            look_until_stopped(server, interrupt, again, reload)
        finally:
            cut = server.close()
    say("stopped" if not cut else f"stopped: {cut} requests were cut off after {grace:g} seconds", flush=True)
    if cut:
        raise typer.Exit(CUT_OFF)


def look_until_stopped(server: ModelServer, interrupt: Interrupt, again: Again, reload: bool) -> None:
    """Wait for a signal to end, or for the server's own end; meanwhile read files again that have changed."""
    last = monotonic()
    while interrupt.signal is None and server.is_alive:
        sleep(LOOK)
        if again.wanted or (reload and monotonic() - last > FRESH):
            every, again.wanted, last = again.wanted, False, monotonic()
            tell(server, every)


class Again:
    """Within the context, SIGHUP sets `wanted`. Systems without SIGHUP never do."""

    def __init__(self) -> None:
        self.wanted: bool = False
        self._before: object = None

    def __enter__(self) -> Again:
        if hasattr(signal, "SIGHUP"):
            self._before = signal.signal(signal.SIGHUP, self._note)
        return self

    def __exit__(self, *error: object) -> None:
        if hasattr(signal, "SIGHUP"):
            signal.signal(signal.SIGHUP, self._before)  # type: ignore[arg-type]

    def _note(self, number: int, frame: object) -> None:
        self.wanted = True


def introduce(server: ModelServer, token: bool) -> None:
    """Say which models are where."""
    for name, served in server.shelf.models.items():
        say(f"{visible(served.path)}, version {served.version}: POST {server.url}/models/{name}/predict")
    if not server.is_alone and not token:
        say("warning: whoever reaches this address may ask: --token, and a proxy with TLS in front, keep others out",
            error=True)  # fmt: skip
    say(f"serving at {server.url}/; Ctrl-C stops it", flush=True)


def tell(server: ModelServer, every: bool) -> None:
    """Read changed files again, and say which, and which could not be read."""
    for name, error in server.reload(every):
        if error is None:
            say(f"{name}: read again, version {server.shelf.models[name].version}", flush=True)
        else:
            say(f"{name}: stays as it was: {visible(error)}", error=True, flush=True)
