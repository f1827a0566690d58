"""`bprop predict`: the predictions of a saved model for new rows."""

from __future__ import annotations

import csv
import gzip
import io
import json
import stat
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from bprop.boxes import Softmax
from bprop.cli import options as opt
from bprop.cli.command import command
from bprop.cli.deciding import threshold_line, with_threshold
from bprop.cli.experiment import load_for_rows
from bprop.cli.opening import open_for
from bprop.cli.reading import reading_options
from bprop.console import say
from bprop.disk.foreseen import cannot_write
from bprop.disk.special import file_type
from bprop.ensembles import SPREAD
from bprop.errors import SettingError
from bprop.files import write_atomically
from bprop.measures.scores import predictions
from bprop.model import Model
from bprop.remote.path import RemotePath
from bprop.sources.formats import Csv, Format, format_of, formats
from bprop.sources.formats.output import Output, as_csv
from bprop.sources.frame import Frame
from bprop.sources.preparation import Preparation
from bprop.sources.read_options import ReadOptions
from bprop.sources.scaling import places
from bprop.tables.certainty import CLASSES, Conformal
from bprop.tables.outputs import f_of, quantiles_of, spread_of
from bprop.visible import visible

PredictionsFile = Annotated[
    Path | None,
    typer.Option(
        help="File to write: .csv, .tsv (also .gz), .parquet, .arrow, .jsonl (default: CSV to standard output)."
    ),
]
IdColumn = Annotated[
    str | None,
    typer.Option(
        "--id", help="Column of DATA to copy to the output (default: the id columns, which training ignored)."
    ),
]
Spread = Annotated[
    bool,
    typer.Option(
        "--spread", help="Also write how far the networks of an ensemble lie apart: their standard deviation."
    ),
]


@command
@reading_options
def predict(
    model: opt.ModelFile,
    data: opt.Source,
    out: PredictionsFile = None,
    ids: IdColumn = None,
    threshold: opt.SomeThreshold = None,
    interval: opt.Interval = None,
    spread: Spread = False,
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
    form = None if out is None else need_writer(out)
    net = load_for_rows(model)
    if spread and SPREAD not in net.graph.outputs:
        raise SettingError(f"--spread: {model} is a single network, and only the networks of an ensemble lie apart")
    preparation = with_threshold(net.graph, Preparation.from_notes(net.notes), threshold)
    rows, _ = open_for(net, data, reading=reading, targets=False)
    noted = None if interval is None else Conformal.from_notes(net.notes, len(preparation.answer.columns))
    carried = carried_ids(rows, preparation, ids)
    with places(rows, preparation):
        inputs = preparation.inputs(rows)
        columns = [*carried, *predicted(f_of(net, inputs), preparation, net)]
        if noted is not None and interval is not None:
            columns += apart_from(ends_of(noted, interval, net, inputs, preparation), columns)
        if spread:
            columns += spreads(spread_of(net, inputs), preparation, net)
    if line := threshold_line(preparation):
        say(visible(line), error=True)
    if out is None or form is None:
        text, shown = as_csv(columns), _on_terminal()
        _write(_shown(text) if shown else text, shown)
    else:
        write_columns(out, form, columns)
        say(f"wrote {len(rows):,} predictions to {visible(out)}", error=True)


def need_writer(out: Path, option: str = "--out") -> Format:
    """The format of a file to write, by its name; CSV if it has no suffix. Raises SettingError before any work."""
    form = format_of(out.name) or (Csv() if not out.suffix or _is_special(out) else None)
    if form is None or not form.writes:
        writable = [suffix for one in formats() if one.writes for suffix in one.suffixes]
        raise SettingError(f"{option} {out}: predictions are written as {', '.join(writable)}; text also as .csv.gz")
    if (reason := cannot_write(out)) is not None:
        raise SettingError(f"{option} {out} cannot be written: {reason}")
    return form


def _is_special(out: Path) -> bool:
    """Whether a path is that of a device or a pipe."""
    return not isinstance(out, RemotePath) and file_type(str(out)) not in (None, stat.S_IFREG)


def write_columns(out: Path, form: Format, columns: list[Output]) -> None:
    """Write a file, whole or not at all."""
    content = form.write(out, columns)
    write_atomically(out, gzip.compress(content, mtime=0) if out.suffix.lower() == ".gz" else content)


def _shown(text: str) -> str:
    """CSV for a terminal: control characters as escapes, a line for each row."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    for row in csv.reader(io.StringIO(text, newline="")):
        writer.writerow(map(visible, row))
    return lines.getvalue()


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


def carried_ids(rows: Frame, preparation: Preparation, ids: str | None) -> list[Output]:
    """The id columns."""
    if ids is not None and rows.block is not None:
        raise SettingError(f"--id {ids}: {rows.name} is not a table, so it has no such column")
    names = [ids] if ids is not None else [name for name in preparation.ids if name in rows.columns]
    columns = {name: rows.column(name) for name in names}
    return [Output(n, c.cells if c.cells.dtype.kind in "fiuM" else c.texts) for n, c in columns.items()]


def predicted(f: np.ndarray, preparation: Preparation, net: Model) -> list[Output]:
    """The columns of predictions f (N, outputs); numbers with the digits that the precision holds."""
    digits = 9 if net.dtype == np.float32 else 17
    if preparation.classes is not None:
        number = "p" if isinstance(net.graph.outputs["f"], Softmax) else "score"
        classes = np.empty(len(preparation.classes), object)
        classes[:] = preparation.classes
        shares = [Output(f"{number}({name})", f[:, k], digits) for k, name in enumerate(preparation.classes)]
        return [Output("class", classes[predictions(f, preparation.decision)]), *shares]
    columns = preparation.answer.columns
    names = [f"p({name})" for name in columns] if preparation.task == "multilabel" else list(columns)
    values, wanted = f.reshape(len(f), -1), _digits(net, len(columns), digits)
    return [Output(name, values[:, k], wanted[k]) for k, name in enumerate(names)]


def ends_of(
    noted: Conformal, level: float, net: Model, inputs: Mapping[str, np.ndarray], preparation: Preparation
) -> list[Output]:
    """The columns of conformal intervals, low and high; of classes the set, a list as in JSON."""
    if noted.kind == CLASSES:
        assert preparation.classes is not None
        names = [one if isinstance(one, int | float | str | bool) else str(one) for one in preparation.classes]
        members = noted.sets(f_of(net, inputs), level)
        sets = [json.dumps([names[c] for c in np.nonzero(row)[0]], ensure_ascii=False) for row in members]
        return [Output("set", np.array(sets, object))]
    ends = noted.intervals(f_of(net, inputs), quantiles_of(net, inputs), level)
    columns = preparation.answer.columns
    digits = _digits(net, len(columns), 9 if net.dtype == np.float32 else 17)
    return [
        Output(name if len(columns) == 1 else f"{name}({column})", ends[:, k, end], digits[k])
        for k, column in enumerate(columns) for end, name in enumerate(("low", "high"))
    ]  # fmt: skip


def apart_from(columns: list[Output], others: list[Output]) -> list[Output]:
    """The columns, under other names where one of the `others` has the name already: "low_"."""
    taken, renamed = {one.name for one in others}, []
    for one in columns:
        name = one.name
        while name in taken:
            name += "_"
        taken.add(name)
        renamed.append(one if name == one.name else replace(one, name=name))
    return renamed


def spreads(deviations: np.ndarray, preparation: Preparation, net: Model) -> list[Output]:
    """The columns of the members' standard deviations (N, outputs): of each value, or of the share of each class."""
    digits, values = 9 if net.dtype == np.float32 else 17, deviations.reshape(len(deviations), -1)
    names = preparation.answer.columns if preparation.classes is None else preparation.classes
    return [Output(f"spread({name})", values[:, k], digits) for k, name in enumerate(names)]


def _digits(net: Model, columns: int, digits: int) -> list[int]:
    """Digits to show for each column: more if its numbers are far from 0 but close to each other."""
    scaling = net.units.scalings.get("f")
    if scaling is None:
        return [digits] * columns
    far = np.abs(scaling.mean) / scaling.divisor
    more = np.ceil(np.log10(np.maximum(far, 1.0))).astype(int)
    return np.broadcast_to(np.minimum(17, digits + more), columns).tolist()
