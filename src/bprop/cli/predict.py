"""`bprop predict`: the predictions of a saved model for new rows."""

from __future__ import annotations

import csv
import gzip
import io
import stat
import sys
from pathlib import Path
from typing import Annotated

import typer

from bprop.cli import options as opt
from bprop.cli.command import command
from bprop.cli.deciding import threshold_line
from bprop.cli.opening import open_for
from bprop.cli.reading import reading_options
from bprop.console import say
from bprop.disk.foreseen import cannot_write
from bprop.disk.special import file_type
from bprop.ensembles import SPREAD
from bprop.errors import SettingError
from bprop.files import write_atomically
from bprop.remote.path import RemotePath
from bprop.sources.formats import Csv, Format, format_of, suffixes
from bprop.sources.formats.output import Output, as_csv
from bprop.sources.preparation import Preparation
from bprop.sources.read_options import ReadOptions
from bprop.tables.answers import answers
from bprop.tables.files import load_for_rows
from bprop.tables.threshold import with_threshold
from bprop.visible import visible

PredictionsFile = Annotated[
    Path | None,
    typer.Option(
        help=f"File to write. Its suffix is the format: {', '.join(suffixes(written=True))}; text also as .csv.gz "
        "(default: CSV to standard output)."
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
    columns = answers(net, preparation, rows, ids, interval, spread)
    if line := threshold_line(preparation):
        say(visible(line), error=True)
    if out is None or form is None:
        text, shown = as_csv(columns), _on_terminal()
        _write(_shown(text) if shown else text, shown)
    else:
        write_columns(out, form, columns)
        engine = net.graph.predictor.engine
        say(f"wrote {len(rows):,} predictions to {visible(out)}, computed by the engine {engine}", error=True)


def need_writer(out: Path, option: str = "--out") -> Format:
    """The format of a file to write, by its name; CSV if it has no suffix. Raises SettingError before any work."""
    form = format_of(out.name) or (Csv() if not out.suffix or _is_special(out) else None)
    if form is None or not form.writes:
        written = ", ".join(suffixes(written=True))
        raise SettingError(f"{option} {out}: predictions are written as {written}; text also as .csv.gz")
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
