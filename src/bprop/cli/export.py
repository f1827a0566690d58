"""`bprop export`: a saved model as a file for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bprop.cli import options as opt
from bprop.cli.command import command
from bprop.cli.experiment import load_model
from bprop.console import say
from bprop.onnx import to_onnx
from bprop.visible import visible


@command
def export(
    model: opt.ModelFile,
    onnx: Annotated[Path, typer.Option(help="ONNX file to write (replaced where it is there).")],
    encoders: Annotated[
        bool, typer.Option(help="Take the columns of a table as they are, rather than the numbers they are encoded as.")
    ] = True,
) -> None:
    """Export MODEL to ONNX: the columns of its table go in, classes and probabilities, or values, come out.

    \b
    bprop export digits.bprop --onnx digits.onnx
    bprop export adult.bprop --onnx adult.onnx
    bprop export adult.bprop --onnx network.onnx --no-encoders
    """
    made = to_onnx(load_model(model), onnx, encoders=encoders)
    inputs, outputs = (", ".join(value.name for value in values) for values in (made.graph.input, made.graph.output))
    say(f"wrote {visible(onnx)}: {visible(inputs)} -> {visible(outputs)}, opset {made.opset_import[0].version}")
    if made.doc_string:
        say(visible(made.doc_string))
