"""`bprop export`: a saved model as a file for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bprop.cli import options as opt
from bprop.cli.command import command
from bprop.console import say
from bprop.onnx import to_onnx
from bprop.tables.files import load_model
from bprop.visible import visible


@command
def export(
    model: opt.ModelFile,
    onnx: Annotated[Path, typer.Option(help="ONNX file to write. An existing file is replaced.")],
    encoders: Annotated[
        bool,
        typer.Option(help="The ONNX model takes the table's columns; without encoders, it takes the encoded numbers."),
    ] = True,
) -> None:
    """Export MODEL to ONNX. It takes the columns of the table and returns classes and probabilities, or values.

    \b
    bprop export digits.bprop --onnx digits.onnx
    bprop export adult.bprop --onnx adult.onnx
    bprop export adult.bprop --onnx network.onnx --no-encoders
    """
    exported = to_onnx(load_model(model), onnx, encoders=encoders)
    inputs, outputs = (
        ", ".join(value.name for value in values) for values in (exported.graph.input, exported.graph.output)
    )
    say(f"wrote {visible(onnx)}: {visible(inputs)} -> {visible(outputs)}, opset {exported.opset_import[0].version}")
    if exported.doc_string:
        say(visible(exported.doc_string))
