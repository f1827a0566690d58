"""`bprop export`: a saved model as a file for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bprop.cli import options as opt
from bprop.cli.command import command
from bprop.console import say
from bprop.errors import SettingError
from bprop.onnx import to_onnx
from bprop.tables.files import load_model
from bprop.visible import visible


@command
def export(
    model: opt.ModelFile,
    file: Annotated[Path | None, typer.Argument(metavar="ONNX", help="The same as --onnx.", show_default=False)] = None,
    onnx: Annotated[
        Path | None, typer.Option(help="ONNX file to write. An existing file is replaced.", show_default=False)
    ] = None,
    encoders: Annotated[
        bool,
        typer.Option(help="The ONNX model takes the table's columns; without encoders, it takes the encoded numbers."),
    ] = True,
) -> None:
    """Export MODEL to ONNX. It takes the columns of the table and returns classes and probabilities, or values.

    \b
    bprop export digits.bprop digits.onnx
    bprop export adult.bprop --onnx adult.onnx
    bprop export adult.bprop --onnx network.onnx --no-encoders
    """
    target = _target(model, file, onnx)
    exported = to_onnx(load_model(model), target, encoders=encoders)
    inputs, outputs = (
        ", ".join(value.name for value in values) for values in (exported.graph.input, exported.graph.output)
    )
    say(f"wrote {visible(target)}: {visible(inputs)} -> {visible(outputs)}, opset {exported.opset_import[0].version}")
    if exported.doc_string:
        say(visible(exported.doc_string))


def _target(model: Path, file: Path | None, onnx: Path | None) -> Path:
    """The file to write. Raises SettingError without one, with two, and for one that may be something else."""
    if file is not None and onnx is not None:
        raise SettingError(f"two files to write: {file} and --onnx {onnx}; name one")
    if file is not None and file.suffix.lower() != ".onnx":
        raise SettingError(f"{file}: the name of the file to write must end with .onnx; for another name, type --onnx")
    target = onnx if file is None else file
    if target is None:
        raise SettingError(f"which file is to be written? Type: bprop export {model} {model.with_suffix('.onnx').name}")
    return target
