"""`bprop step`: walk through fprop and bprop of a network, box by box, forward and back."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec
from typing import Annotated

import typer

from bprop.cli.command import command
from bprop.cli.subject import Choice, Data, Name, Rows, subject_options
from bprop.console import say, wrapped
from bprop.errors import BpropError, SettingError
from bprop.rules import Rule, rule_named
from bprop.rules.rule import rules
from bprop.stepper import Stepper
from bprop.visible import visible, visible_lines

PROMPT = "n(ext) b(ack) f(prop's end) r(un) g(o) BOX v(iew) BOX e(xample) N q(uit) > "
HELP = """n [K]   the next step, or the next K (an empty line: the next)
b [K]   back by one step, or by K
f       to the end of forward propagation
r       run to the end of backpropagation
g BOX   go to a box: to its fprop, and from there to its bprop; to a parameter: to its gradient, and to its update
v BOX   view all numbers of a box; v BOX 2: the second page
e N     show the numbers of example N of the batch (0, 1, ...)
q       quit"""


@command
@subject_options
def step(
    subject: Name,
    data: Data = None,
    rows: Rows = None,
    example: Annotated[
        int, typer.Option(help="The example of the batch whose numbers are shown, counted from 0.", min=0)
    ] = 0,
    rule: Annotated[
        str, typer.Option(help=f"The rule of the update, the last moves: {', '.join(rules())}; none: no update.")
    ] = "sgd",
    lr: Annotated[float | None, typer.Option(help="The learning rate of the update (default: the rule's).")] = None,
    plain: Annotated[
        bool, typer.Option("--plain", help="Commands line by line, in place of one screen that changes.")
    ] = False,
    *,
    choice: Choice,
) -> None:
    """Walk through fprop, bprop and an update, box by box, forward and back, with the numbers of an example.

    On a terminal with the package textual it is one screen with arrow keys, and ? lists the keys.

    \b
    bprop step digits.bprop digits
    bprop step digits.bprop digits --rule adam --lr 0.01
    bprop step digits --hidden 20 --activation tanh
    printf 'f\\nn\\nn\\nq\\n' | bprop step digits.bprop digits --example 3
    """
    chosen = choice.open(subject, data)
    update = rule_of(rule, lr) if chosen.graph.loss is not None else None
    stepper = Stepper(chosen.graph, chosen.params, chosen.batch(rows), example=example, seed=choice.seed, rule=update)
    if plain or not has_screen():
        walk(stepper, lines_of_input(), printer())
        return
    from bprop.cli.step_screen import StepScreen  # which imports Textual

    screen = StepScreen(stepper)
    screen.run()
    if screen.return_code:
        raise typer.Exit(screen.return_code)


def rule_of(name: str, lr: float | None) -> Rule | None:
    """The rule of the update; None for "none". Raises UnknownNameError, SettingError."""
    if name == "none":
        if lr is not None:
            raise SettingError(f"--lr {lr:g}: without an update (--rule none) there is no learning rate")
        return None
    kind = rule_named(name)
    return kind() if lr is None else kind(learning_rate=lr)


def has_screen() -> bool:
    """Whether both ends are a terminal that can place text, and Textual is installed."""
    terminal = sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    return terminal and find_spec("textual") is not None


def walk(stepper: Stepper, lines: Iterable[str], show: Callable[[str], None]) -> None:
    """Show the stepper, and again after each line of commands, until q or the last line."""
    show(str(stepper))
    for line in lines:
        words = line.split()
        if words[:1] in (["q"], ["quit"]):
            return
        try:
            answer = obey(stepper, words)
        except BpropError as error:
            answer = f"error: {visible(error)}"
        show(answer)


def obey(stepper: Stepper, words: list[str]) -> str:
    """Do what a line asks for, and return what to show. Raises SettingError for a line that is no command."""
    order, rest = (words[0], words[1:]) if words else ("n", [])
    if order in ("n", "next"):
        return _counted(stepper, stepper.step, rest)
    if order in ("b", "back"):
        return _counted(stepper, stepper.back, rest)
    if order in ("f", "fprop") and not rest:
        return str(stepper.run("fprop"))
    if order in ("r", "run") and not rest:
        return str(stepper.run())
    if order in ("g", "go") and len(rest) == 1:
        return _to(stepper, rest[0])
    if order in ("v", "view") and len(rest) in (1, 2):
        return stepper.view(rest[0], _whole(rest[1]) if len(rest) == 2 else 1)
    if order in ("e", "example") and len(rest) == 1:
        stepper.example = _whole(rest[0])
        return str(stepper)
    if order in ("h", "help", "?"):
        return HELP
    raise SettingError(f"{' '.join(words)!r} is not a command here: type h for the list")


def _to(stepper: Stepper, name: str) -> str:
    """Go to a box. One without a move of its own, such as an input, is shown."""
    try:
        return str(stepper.to(name))
    except SettingError as error:
        return f"{visible(error)}\n{stepper.view(name)}"


def _counted(stepper: Stepper, move: Callable[[int], Stepper], rest: list[str]) -> str:
    before = stepper.position
    move(_whole(rest[0]) if rest else 1)
    if stepper.position != before:
        return str(stepper)
    return "this is the end: all is computed" if stepper.done else "this is the beginning"


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise SettingError(f"{text!r} is not a whole number")
    return int(text)


def lines_of_input() -> Iterator[str]:
    """Lines of standard input. On a terminal a prompt asks for each."""
    while True:
        if sys.stdin.isatty():
            say(PROMPT, end="", error=True, flush=True)
        line = sys.stdin.readline()
        if not line:
            return
        yield line


def printer() -> Callable[[str], None]:
    """A function that prints a screen: in colour on a terminal if rich is installed, else as plain text."""
    if sys.stdout.isatty() and find_spec("rich") is not None:
        from rich.console import Console

        console = Console()
        return lambda text: console.print(
            wrapped(visible_lines(text), console.width) + "\n", markup=False, soft_wrap=True
        )
    return lambda text: say(text + "\n", flush=True)
