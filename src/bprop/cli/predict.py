"""`bprop predict` and `bprop evaluate`: a saved model on new rows."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from bprop.boxes import Softmax
from bprop.cli import options as opt
from bprop.cli.errors import command
from bprop.cli.experiment import load_model, open_for
from bprop.cli.show import measures
from bprop.files import write_atomically
from bprop.model import Model
from bprop.sources.encoding import Encoding


@command
def predict(
    model: opt.ModelFile,
    data: opt.Source,
    out: Annotated[Path | None, typer.Option(help="CSV file to write (default: standard output).")] = None,
) -> None:
    """Predict every row of DATA, in order: the class and the probability (hinge: score) of each, or the value.

    \b
    bprop predict digits.bprop new.csv --out predictions.csv
    """
    net = load_model(model)
    table, encoding = open_for(net, data, targets=False)
    text = io.StringIO()
    found = np.asarray(net.predict(x=encoding.x(table)))
    csv.writer(text, lineterminator="\n").writerows(_rows(found, encoding, net))
    if out is None:
        sys.stdout.write(text.getvalue())
    else:
        write_atomically(out, text.getvalue().encode())
        print(f"wrote {len(table):,} predictions to {out}", file=sys.stderr)


def _rows(f: np.ndarray, encoding: Encoding, net: Model) -> Iterator[list]:
    """Header and rows; numbers with the digits that the precision holds."""
    digits = 9 if net.dtype == np.float32 else 17
    if encoding.classes is None:
        yield [encoding.target]
        yield from ([f"{value:.{digits}g}"] for value in f)
        return
    number = "p" if isinstance(net.graph.outputs["f"], Softmax) else "score"
    yield ["class", *(f"{number}({name})" for name in encoding.classes)]
    for row in f:
        yield [encoding.classes[int(row.argmax())], *(f"{p:.{digits}g}" for p in row)]


@command
def evaluate(
    model: opt.ModelFile,
    data: opt.Source,
    labels: opt.Labels = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Loss and metrics of MODEL on the rows of DATA, whose targets are known.

    \b
    bprop evaluate digits.bprop digits
    """
    net = load_model(model)
    table, encoding = open_for(net, data, labels)
    found = net.evaluate(encoding.arrays(table))
    if as_json:
        print(json.dumps({"examples": len(table), **found}))
    else:
        print(f"{measures(found, net.graph)} on {len(table):,} examples of {table.name}")
