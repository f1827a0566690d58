"""A command is a function with typer's options. NAMES lists bprop's own; installed packages add theirs.

A package adds a command in a module of its own, which it names as an entry point of the group `bprop`:

    [project.entry-points.bprop]
    sizes = "my_package.sizes"

    # my_package/sizes.py
    from pathlib import Path

    from bprop.cli.command import command

    @command
    def sizes(model: Path) -> None:
        "Show how large MODEL is."
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from bprop import plugins
from bprop.cli.asked import NOTED, Asked
from bprop.cli.config_file import read_config
from bprop.cli.effects import need_effect
from bprop.cli.errors import EXIT_CODES, guarded, names_made_visible
from bprop.cli.once import need_once
from bprop.cli.other_words import answer_to_words_too_many, answer_with_meant
from bprop.cli.places import placed
from bprop.cli.reading_progress import listener_of
from bprop.cli.swapped import need_order
from bprop.errors import SettingError
from bprop.sources.progress import heard

NAMES = (
    "train", "tune", "resume", "launch", "predict", "evaluate", "report", "compare", "check", "graph", "step", "play",
    "export", "serve", "info",
)  # fmt: skip
"""bprop's own commands, in the order of the help: each is the function of that name in the module of that name."""
_OTHERS: dict[str, Callable[..., Any]] = {}


def command(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function a command: `bprop NAME`. A BpropError ends it with one line and exit code 1.

    Raises SettingError if another module has a command of that name.
    """
    name, run = function.__name__.replace("_", "-"), guarded(function)
    if function.__module__ == f"{__package__}.{name}":
        return run
    holder = __package__ if name in NAMES else getattr(_OTHERS.get(name), "__module__", function.__module__)
    if holder != function.__module__:
        raise SettingError(f"{holder} already has a command {name!r}: choose another name for this one")
    _OTHERS[name] = run
    return run


class Command(TyperCommand):
    """A command that drops no word that is typed: an option is typed once, and one without effect is refused.

    Its help is plain words: what stands in brackets, as in bprop[play], is no markup.
    """

    def format_help(self, ctx: Any, formatter: Any) -> None:
        with brackets_kept(self):
            super().format_help(ctx, formatter)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        try:
            return self._parsed(ctx, args)
        except Exception as error:
            answer_with_meant(self, error)
            answer_to_words_too_many(self, error)
            raise

    def _parsed(self, ctx: Any, args: list[str]) -> list[str]:
        if NOTED not in ctx.meta:
            values = need_once(self, ctx, args)
            if (path := values.get("config")) is not None:
                ctx.default_map = guarded(read_config)(self, Path(path))
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        choices = Asked.of(ctx)
        guarded(need_order)(self.name, ctx.params)
        guarded(placed)(ctx.params, choices.spelled)
        if NOTED not in ctx.meta:
            guarded(need_effect)(self.name, choices)
        with heard(listener_of(ctx)):
            return super().invoke(ctx)


@contextmanager
def brackets_kept(*commands: Any) -> Iterator[None]:
    """Meanwhile rich prints the helps of these commands and of their options as they are written."""
    by_rich = [one for one in commands if one.rich_markup_mode == "rich"]
    parts = [part for one in by_rich for part in (one, *one.params) if getattr(part, "help", None)]
    written = [part.help for part in parts]
    try:
        for part, text in zip(parts, written, strict=True):
            part.help = _escaped(text)
        yield
    finally:
        for part, text in zip(parts, written, strict=True):
            part.help = text


def _escaped(text: str) -> str:
    from rich.markup import escape

    return escape(text)


class Commands(TyperGroup):
    """bprop's own commands and those of installed packages, which load only for the help and for unknown names.

    Messages about wrong usage repeat words of the command line, so control characters in them are escaped.
    """

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self.commands:
            self.add_others()
        return super().get_command(ctx, cmd_name)

    def list_commands(self, ctx: Any) -> list[str]:
        self.add_others()
        return super().list_commands(ctx)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        self.add_others()
        with brackets_kept(*self.commands.values()):
            super().format_help(ctx, formatter)

    def add_others(self) -> None:
        """Add what installed packages offer."""
        plugins.load()
        for name, function in _OTHERS.items():
            alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
            alone.command(name, cls=Command, epilog=EXIT_CODES)(function)
            self.add_command(typer.main.get_command(alone), name)

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        with names_made_visible():
            return super().make_context(*args, **kwargs)

    def invoke(self, *args: Any, **kwargs: Any) -> Any:
        with names_made_visible():
            return super().invoke(*args, **kwargs)


def options_for(parameter: str, make: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A decorator of commands. It replaces a parameter by the options that `make` takes. The command is called with the
    result of `make`."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        own = inspect.signature(function, eval_str=True).parameters
        options = inspect.signature(make, eval_str=True).parameters
        shown: list[inspect.Parameter] = []
        for name, one in own.items():
            shown += [p.replace(kind=p.KEYWORD_ONLY) for p in options.values()] if name == parameter else [one]

        @wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            value = make(**{name: bound.arguments.pop(name) for name in options})
            return function(*bound.args, **bound.kwargs, **{parameter: value})

        signature = inspect.Signature(shown)
        run.__signature__ = signature  # type: ignore[attr-defined]
        run.__annotations__ = {one.name: one.annotation for one in shown}
        return run

    return decorate
