"""`bprop resume`: continue a run from its folder of checkpoints, with the options that it began with."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer

from bprop.cli import training_options as training
from bprop.cli.asked import NOTED
from bprop.cli.command import command
from bprop.cli.experiment import is_model
from bprop.cli.noted import Noted
from bprop.cli.places import placed
from bprop.cli.shell import line_of, quoted
from bprop.console import quiet, say
from bprop.disk.special import file_type
from bprop.distributed.membership import membership
from bprop.errors import ModelFileError, SettingError
from bprop.remote.path import RemotePath, model_place_of
from bprop.training.checkpoints import Folder, Place, is_folder, same_place

PLACES = ("checkpoint", "resume", "out", "config", "coordinator", "processes", "process")  # they say where, not what
WRITTEN = ("out", "out_of_fold", "report")  # options that name a file to write


@command
def resume(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="The checkpoint folder of `bprop train --checkpoint DIR`.")
    ],
    overwrite: Annotated[
        bool,
        typer.Option(
            "--overwrite", help="Overwrite existing files of these names, even if the run did not write them."
        ),
    ] = False,
    coordinator: training.Coordinator = None,
    processes: training.Processes = None,
    process: training.ProcessNumber = None,
) -> None:
    """Continue, bit for bit, a run that was interrupted or killed: same data, same options, same result.

    If the engine is not installed here, the run continues on another and says so; the last digits then differ.

    Of a run in several processes, each of them is started with this command (`bprop launch -n 2 -- resume DIR`): with
    as many as before the bits are the same, with another number all is the same to rounding.

    The command line is shown first. An existing file is overwritten only if this run wrote it and you began the run in
    this folder; otherwise add --overwrite.

    \b
    bprop train digits --checkpoint digits.run --every 30s
    bprop resume digits.run
    """
    place = model_place_of(folder.resolve())
    if is_model(folder.name) and folder.is_file():
        raise ModelFileError(
            f"{folder} is a model, and a run is resumed from the folder of its checkpoints (`bprop train --checkpoint "
            "DIR --every 30s`): train a model further in Python, bp.train(graph, data, params=model.params)"
        )
    noted = Noted.read(place)
    if not os.path.isdir(noted.home) and not isinstance(place, RemotePath):
        raise ModelFileError(f"{place}: the run began in the folder {quoted(noted.home)}, which does not exist")
    named = {"--coordinator": coordinator, "--processes": processes, "--process": process}
    member = [word for option, value in named.items() if value is not None for word in (option, str(value))]
    if member and "--distributed" not in noted.words:
        raise SettingError(f"{member[0]} is for a run with --distributed, and this run has begun without it")
    again = ["--resume", str(place)] if Folder(place).begun() else []  # killed before its first checkpoint: begin anew
    older = [] if "--recipe" in noted.words else ["--recipe", "lecture"]  # a bprop without recipes noted the words
    words = [*noted.words, *older, "--checkpoint", str(place), *again, *member]
    with quiet(not _leads(noted, coordinator, processes, process)):
        _again(context, noted, words, overwrite)


def _leads(noted: Noted, coordinator: str | None, processes: int | None, process: int | None) -> bool:
    """Whether this process says and writes what happens: where it trains alone, or as process 0."""
    if "--distributed" not in noted.words:
        return True
    member = membership(os.environ, coordinator, processes, process)
    return member is None or member.leads


def _again(context: typer.Context, noted: Noted, words: list[str], overwrite: bool) -> None:
    """Show and do the command line of a run."""
    there = os.path.isdir(noted.home)
    say(f"in {quoted(noted.home if there else os.getcwd())}: {line_of(['bprop', 'train', *words])}", flush=True)
    if there:
        os.chdir(noted.home)
    assert context.parent is not None
    context.meta[NOTED] = True
    train = context.parent.command.get_command(context, "train")  # type: ignore[attr-defined]
    with train.make_context("train", words, parent=context.parent) as inner:
        placed(inner.params, {})
        if not overwrite:
            need_rights(noted, inner.params)
        train.invoke(inner)


def need_rights(noted: Noted, params: dict[str, Any]) -> None:
    """Raise ModelFileError if another user wrote the options, or if they would overwrite a file of another run."""
    if params["resume"] not in (None, noted.place):
        raise ModelFileError(f"{noted.path}: damaged: it continues another run, {quoted(str(params['resume']))}")
    if not noted.is_own():
        raise ModelFileError(
            f"{noted.path} was not written by you in this folder: it is another's, a copy, or of an older bprop. "
            "If you want what the line shown says, add --overwrite"
        )
    for option in WRITTEN:
        path = params[option]
        if path is None:
            continue
        if isinstance(noted.place, RemotePath) and not _is_below(path):
            raise ModelFileError(
                f"{noted.path} may be another's: it names {quoted(str(path))}, which is not in this folder. If you "
                "want what the line shown says, add --overwrite"
            )
        if _is_file(path) and not noted.has_made(path):
            raise ModelFileError(
                f"{quoted(str(path))} is there, but this run has not made it, or it was changed since: move it away, "
                f"or add --overwrite (--{option} is noted in {noted.path})"
            )


def _is_below(path: Path) -> bool:
    """Whether a file is in this folder or below it, or at an address."""
    return isinstance(path, RemotePath) or Path.cwd() in path.resolve().parents


def _is_file(path: Path) -> bool:
    return path.is_file() if isinstance(path, RemotePath) else file_type(str(path)) == stat.S_IFREG


def remember(context: typer.Context, out: Path) -> tuple[Place, Noted] | None:
    """Lock the checkpoint folder, if there is one, until the command ends; write the run's options into it."""
    path, every, source = (context.params[name] for name in ("checkpoint", "every", "resume"))
    if path is None or not is_folder(path, every):
        return None
    resuming = source is not None and same_place(source, path)
    place = Place(path, every, resuming)
    context.call_on_close(place.close)
    before = None
    with suppress(ModelFileError):
        before = Noted.read(place.path) if resuming else None
    earlier = before if before is not None and before.is_own() else None
    return place, Noted.begin(place.path, [*words_of(context), "--out", str(out.absolute())], earlier)


def words_of(context: typer.Context, apart: tuple[str, ...] = PLACES, typed: bool = False) -> list[str]:
    """The options of a command but those `apart`, as words of a command line. typed : leave out the defaults."""
    options, arguments = [], []
    for param in context.command.params:
        value: Any = context.params.get(param.name or "")
        if value is None or param.name in apart or (typed and not _is_typed(context, param.name or "")):
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


def _is_typed(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name in ("COMMANDLINE", "DEFAULT_MAP")


def to_continue(context: typer.Context) -> str:
    """The line that says how to continue the run; empty if there is no checkpoint."""
    place, every = context.params["checkpoint"], context.params["every"]
    if place is None:
        return ""
    if is_folder(place, every):
        return f"continue with: bprop resume {quoted(str(place))}\n"
    return f"continue with the same options and: --resume {quoted(str(place))}\n"
