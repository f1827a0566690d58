"""`bprop resume`: continue a run from its folder of checkpoints, with the options that it was begun with."""

from __future__ import annotations

import json
import os
import shlex
from pathlib import Path
from typing import Annotated, Any

import typer

from bprop.cli.errors import command
from bprop.errors import ModelFileError
from bprop.files import write_atomically
from bprop.training.checkpoint import same_place
from bprop.training.folder import Folder
from bprop.training.keeper import is_folder, open_folder
from bprop.visible import visible

RUN = "run.json"
PLACES = ("checkpoint", "resume", "out")  # options that say where, not what


@command
def resume(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder given to `bprop train --checkpoint`.")],
) -> None:
    """Continue, bit for bit, a run that was interrupted or killed: same data, same options, same result.

    On another engine (another machine may have none of the kind) it goes on too, says so, and the last digits differ.

    \b
    bprop train digits --checkpoint digits.run --every 30s
    bprop resume digits.run
    """
    place = folder.resolve()
    words, home = recall(place)
    again = ["--resume", str(place)] if Folder(place).steps() else []  # killed before there was one: begin
    os.chdir(home)
    assert context.parent is not None
    train = context.parent.command.get_command(context, "train")  # type: ignore[attr-defined]
    with train.make_context("train", [*words, "--checkpoint", str(place), *again], parent=context.parent) as inner:
        train.invoke(inner)


def remember(context: typer.Context, out: Path) -> None:
    """Note in the folder of checkpoints, if one is asked for, the options of `train`."""
    place, every, source = (context.params[name] for name in ("checkpoint", "every", "resume"))
    if place is None or not is_folder(place, every):
        return
    open_folder(Folder(place), fresh=source is None or not same_place(source, place))
    noted = {"format": 1, "folder": os.getcwd(), "words": [*words_of(context), "--out", str(out.absolute())]}
    write_atomically(place / RUN, json.dumps(noted, indent=1).encode())


def words_of(context: typer.Context, apart: tuple[str, ...] = PLACES, given: bool = False) -> list[str]:
    """The options of a command but those `apart`, as words of a command line; `given`: not the defaults."""
    options, arguments = [], []
    for param in context.command.params:
        value: Any = context.params.get(param.name or "")
        if value is None or param.name in apart or (given and not _is_given(context, param.name or "")):
            continue
        if param.param_type_name == "argument":
            arguments.append(str(value))
        elif isinstance(value, bool):
            options += [param.opts[0]] if value else param.secondary_opts[:1]
        else:
            options += [
                w for v in (value if isinstance(value, list | tuple) else [value]) for w in (param.opts[0], str(v))
            ]
    return [*options, *arguments]


def _is_given(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def recall(place: Path) -> tuple[list[str], str]:
    """(the words, the folder in which they were said) of a run. Raises ModelFileError."""
    try:
        noted = json.loads((place / RUN).read_bytes())
        words, home = [str(word) for word in noted["words"]], str(noted["folder"])
    except OSError as error:
        raise ModelFileError(
            f"{place}: no run of `bprop train --checkpoint {place.name} --every ...` is noted here "
            f"({error.strerror or error})"
        ) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelFileError(f"{place / RUN}: damaged: give the options of the run again, with --resume") from error
    if not os.path.isdir(home):
        raise ModelFileError(f"{place}: the run was begun in the folder {home}, which is not there")
    return words, home


def to_continue(context: typer.Context) -> str:
    """The line that says how to go on with the run, or nothing where there is no way."""
    place, every = context.params["checkpoint"], context.params["every"]
    if place is None:
        return ""
    if is_folder(place, every):
        return f"continue with: bprop resume {word(str(place))}\n"
    return f"continue with the same options and: --resume {word(str(place))}\n"


def word(text: str) -> str:
    """A word as a shell reads it back, without letters that would steer a terminal: bash and zsh read $'\\x1b'."""
    shown = visible(text)
    if shown == text:
        return shlex.quote(text)
    return "$'" + visible(text.replace("\\", "\\\\").replace("'", "\\'")) + "'"
