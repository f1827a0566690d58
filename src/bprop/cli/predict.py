"""`bprop predict`: the predictions of a saved model for new rows."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from bprop.boxes import Softmax
from bprop.cli import options as opt
from bprop.cli.command import command
from bprop.cli.deciding import said, with_threshold
from bprop.cli.experiment import load_model
from bprop.cli.opening import open_for
from bprop.cli.reading import reading_options
from bprop.cli.scores import predictions
from bprop.console import say
from bprop.errors import SettingError
from bprop.files import write_atomically
from bprop.model import Model
from bprop.sources.frame import Frame
from bprop.sources.preparation import Preparation
from bprop.sources.read_options import ReadOptions
from bprop.sources.scaling import places
from bprop.visible import visible


@command
@reading_options
def predict(
    model: opt.ModelFile,
    data: opt.Source,
    out: Annotated[Path | None, typer.Option(help="CSV file to write (default: standard output).")] = None,
    ids: Annotated[
        str | None,
        typer.Option(
            "--id", help="Column of DATA to copy to the output (default: the id columns, which training ignored)."
        ),
    ] = None,
    threshold: opt.SomeThreshold = None,
    *,
    reading: ReadOptions,
) -> None:
    """Predict each row of DATA, in order: the class and the probability of every class (hinge: score), or the value.

    The CSV holds class names and ids exactly as in the data. A spreadsheet would compute a cell such as =1+1, so import
    the CSV as text if you do not trust the data. On a terminal, control characters are shown as escapes.

    \b
    bprop predict digits.bprop new.csv --out predictions.csv
    cat new.csv | bprop predict adult.bprop - --id person
    """
    net = load_model(model)
    preparation = with_threshold(net.graph, Preparation.from_notes(net.notes), threshold)
    rows, _ = open_for(net, data, reading=reading, targets=False)
    carried = _carried(rows, preparation, ids)
    with places(rows, preparation):
        outputs = np.asarray(net.predict(preparation.inputs(rows)))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    shown = out is None and _on_terminal()
    for row, predicted in enumerate(_rows(outputs, preparation, net), -1):
        cells = [*(name if row < 0 else column[row] for name, column in carried.items()), *predicted]
        writer.writerow(map(visible, cells) if shown else cells)
    if line := said(preparation):
        say(visible(line), error=True)
    if out is None:
        _write(text.getvalue(), shown)
    else:
        write_atomically(out, text.getvalue().encode())
        say(f"wrote {len(rows):,} predictions to {visible(out)}", error=True)


def _write(text: str, shown: bool) -> None:
    """Write to standard output. A file or a pipe gets the data unescaped, in UTF-8 whatever the terminal's encoding."""
    file = getattr(sys.stdout, "buffer", None)
    if shown or file is None:
        sys.stdout.write(text)
    else:
        sys.stdout.flush()
        file.write(text.encode())
        file.flush()


def _on_terminal() -> bool:
    return sys.stdout.isatty()


def _carried(rows: Frame, preparation: Preparation, ids: str | None) -> dict[str, np.ndarray]:
    """The id columns, {name: texts}."""
    if ids is None:
        return {name: rows.column(name).texts for name in preparation.ids if name in rows.columns}
    if rows.block is not None:
        raise SettingError(f"--id {ids}: {rows.name} is not a table, so it has no such column")
    return {ids: rows.column(ids).texts}


def _rows(f: np.ndarray, preparation: Preparation, net: Model) -> Iterator[list]:
    """Header and rows; numbers with the digits that the precision holds."""
    digits = 9 if net.dtype == np.float32 else 17
    if preparation.classes is not None:
        number = "p" if isinstance(net.graph.outputs["f"], Softmax) else "score"
        yield ["class", *(f"{number}({name})" for name in preparation.classes)]
        for label, row in zip(predictions(f, preparation.decision).tolist(), f, strict=True):
            yield [preparation.classes[label], *(f"{p:.{digits}g}" for p in row)]
        return
    columns = preparation.answer.columns
    yield [f"p({name})" for name in columns] if preparation.task == "multilabel" else list(columns)
    wanted = _digits(net, len(columns), digits)
    for row in f.reshape(len(f), -1):
        yield [f"{value:.{count}g}" for value, count in zip(row, wanted, strict=True)]


def _digits(net: Model, columns: int, digits: int) -> list[int]:
    """Digits to show for each column: more if its numbers are far from 0 but close to each other."""
    scaling = net.units.scalings.get("f")
    if scaling is None:
        return [digits] * columns
    far = np.abs(scaling.mean) / scaling.divisor
    more = np.ceil(np.log10(np.maximum(far, 1.0))).astype(int)
    return np.broadcast_to(np.minimum(17, digits + more), columns).tolist()
