"""The options of the command line about data and files, each described once. `training_options` has the others."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from bprop.sources.builtin import NAMES
from bprop.sources.columns.infer import in_order
from bprop.sources.formats import suffixes
from bprop.sources.read_options import BAD_CELLS
from bprop.sources.target_kinds import KINDS, SPELLING


def _data(text: str, **more: Any) -> Any:
    return typer.Option(help=text, rich_help_panel="Data", **more)


def _reading(text: str, *names: str) -> Any:
    return typer.Option(*names, help=text, rich_help_panel="Reading")


def _files(text: str) -> Any:
    return typer.Option(help=text, rich_help_panel="Files")


Source = Annotated[
    str,
    typer.Argument(
        metavar="DATA",
        help=f"A table ({', '.join(suffixes(arrays=False))}), a folder or a pattern of such files, - for standard "
        "input; an address of these, s3://bucket/rows.csv (also gs, https, hf); a database with --query, "
        f"sqlite:///FILE or postgresql://USER@HOST/NAME; arrays ({', '.join(suffixes(arrays=True))} with x and y); "
        "idx images such as "
        f"train-images-idx3-ubyte.gz; or built-in real data ({', '.join(NAMES)}).",
    ),
]
SourceOrNone = Annotated[
    str | None,
    typer.Argument(metavar="DATA", help="As for `bprop train`; with --held-out, default: the data of the training."),
]
ModelFile = Annotated[Path, typer.Argument(metavar="MODEL", help="A model file that `bprop train` saved.")]

Target = Annotated[
    str | None, _data("Column of the targets (default: the last), or several: a,b; the name of the array in .npz.")
]
Labels = Annotated[str | None, _data("File of labels for idx images (default: the file beside them).")]
Task = Annotated[
    str | None,
    _data("classification, regression or counts; multilabel for several columns (default: inferred from the targets)."),
]
Kinds = Annotated[
    list[str] | None,
    _data(
        f"COLUMN=KIND overrides the inferred kind of a column: {', '.join(in_order())}; may be repeated. The target "
        f"can be {', '.join(KINDS)}, or {SPELLING}: names that differ by case or blanks are one class.",
    ),
]
Weights = Annotated[
    str | None, _data("Column of example weights, also used for held-out rows. It is not used as an input.")
]
ClassWeight = Annotated[
    list[str] | None,
    _data(
        "balanced: rows of a rare class count more, so that all classes weigh the same; or CLASS=WEIGHT, which may be "
        "repeated. For the rows to train and to watch on, on top of --weights."
    ),
]
Threshold = Annotated[
    str | None,
    _data(
        "Of two classes, predict the positive one (the rarer) where its probability is at least this number; balanced "
        "or f1: the number that is best on the validation set for the balanced accuracy, or for F1 (default: the more "
        "probable class)."
    ),
]
SomeThreshold = Annotated[
    str | None,
    typer.Option(
        "--threshold",
        help="Of two classes, predict the positive one where its probability is at least this number (default: as the "
        "model was trained).",
    ),
]
Scale = Annotated[
    str,
    _data(
        "Scaling of the inputs: standard (mean 0, deviation 1), unit (x / 255), none, "
        "or auto (unit for bytes, else standard)."
    ),
]
Test = Annotated[str, _data("Rows for the final test: a share, a number of examples, or a separate file.")]
Validation = Annotated[
    str, _data("Rows for validation while training: a share, a number of examples, or a separate file.")
]
SplitBy = Annotated[
    str | None,
    _data(
        "Column of dates, time stamps or numbers: the last rows in its order are the test, those before them the "
        "validation (default: rows are held out at random)."
    ),
]
Group = Annotated[
    str | None,
    _data("Column of groups: rows with the same cell are never in two parts. It is not used as an input."),
]
Folds = Annotated[
    int | None,
    _data(
        "Cross-validate first: train on all folds but one and measure on that one, for each; the test rows are in none."
    ),
]

OutOfFold = Annotated[
    Path | None,
    _data(
        "File to write with --folds: for each row the prediction of the network that was not trained on it "
        "(.csv, .parquet, ...)."
    ),
]
Calibrate = Annotated[
    bool,
    typer.Option(
        "--calibrate/--no-calibrate",
        help="Give the probabilities a temperature, chosen on rows that were not trained on (those of the folds, or of "
        "the validation), so that 80 % means right in 80 % of the cases.",
        rich_help_panel="Data",
    ),
]
Interval = Annotated[
    float | None,
    typer.Option(
        "--interval",
        help="A probability such as 0.9: intervals of values, or sets of classes, that hold the true answer so often "
        "(split-conformal, from the rows that training held out).",
    ),
]

Stream = Annotated[
    bool | None,
    typer.Option(
        "--stream/--no-stream",
        help="Keep the table in temporary files rather than in memory (default: if it needs more than half of the free "
        "memory, or more than BPROP_DATA_MEMORY).",
        rich_help_panel="Data",
    ),
]
HeldOut = Annotated[
    bool,
    typer.Option(
        "--held-out",
        help="Measure on the rows that `bprop train` held out for the test, from the data of the training (DATA, or "
        "where the model says it is), which must be unchanged.",
    ),
]
SpoolFolder = Annotated[
    Path | None, _data("Folder for the temporary files of --stream (default: the system's temporary folder).")
]

Encoding = Annotated[str | None, _reading("Encoding of text files, such as cp1252 (default: UTF-8).")]
Delimiter = Annotated[str | None, _reading("What stands between the cells of text files (default: inferred).")]
Header = Annotated[
    bool | None,
    _reading("Whether the first row has the names of the columns (default: inferred).", "--header/--no-header"),
]
SkipRows = Annotated[int, _reading("Lines of text files before the header that are left out.")]
Comment = Annotated[str | None, _reading("Lines of text files that begin with this mark are left out.")]
Missing = Annotated[
    list[str] | None, _reading("A word that stands for a missing value, beside the usual ones; may be repeated.")
]
BadCells = Annotated[
    str,
    _reading(f"What becomes of a cell that does not fit its column: {' or '.join(BAD_CELLS)}."),
]
Sheet = Annotated[str | None, _reading("Name or number of the sheet of a workbook (default: the first with cells).")]

Query = Annotated[
    str | None,
    _reading('For a database as DATA, the SELECT that gives the rows: "select * from homes order by id".'),
]

ConfigFile = Annotated[
    Path | None,
    _files(
        "A file of settings (TOML), as every run writes beside its model: repeat that run. Options on the command line "
        "come before those of the file."
    ),
]
Out = Annotated[Path | None, _files("Model file to write (default: DATA.bprop here, or the next free name).")]
Checkpoint = Annotated[
    Path | None,
    _files("Where to write checkpoints, to resume the run from: a folder with --every, else a file."),
]
Every = Annotated[
    str | None,
    _files("How often to write a checkpoint: 30s (default), 10min, 5epochs or 200steps. Continue with `bprop resume`."),
]
Resume = Annotated[Path | None, _files("Continue from a checkpoint, with the same options.")]
Report = Annotated[Path | None, _files("Write the training report to this file: one HTML page that needs no network.")]
ShowLive = Annotated[
    bool,
    typer.Option(
        "--live", help="Serve the training report on this machine while training runs.", rich_help_panel="Files"
    ),
]
LivePort = Annotated[int, _files("Port of the live report (default: any free port).")]
LiveWait = Annotated[
    bool | None,
    typer.Option(
        "--live-wait/--no-live-wait",
        help="Keep serving the live report after training ends, until Ctrl-C (default: yes on a terminal).",
        rich_help_panel="Files",
    ),
]
OpenPage = Annotated[
    bool, typer.Option("--open", help="Open the live report in your browser; needs --live.", rich_help_panel="Files")
]
ShowProgress = Annotated[bool, _files("Show progress.")]


def _watching(text: str, *names: str) -> Any:
    return typer.Option(*names, help=text, rich_help_panel="Watching")


Health = Annotated[
    bool,
    _watching("Sample values, gradients and updates while training, and print advice at the end.", "--health"),
]
TensorBoardFolder = Annotated[Path | None, _watching("Folder for TensorBoard's event files.", "--tensorboard")]
Summary = Annotated[
    bool | None,
    _watching("Show short curves at the end (default: yes on a terminal).", "--summary/--no-summary"),
]
