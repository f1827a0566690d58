"""The options of the command line, each described once."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any

import typer

from bprop.architecture import NORMALISATIONS, TASKS, activations, losses
from bprop.engines import names as engine_names
from bprop.measures.judge import EVERY
from bprop.rules import rules
from bprop.rules.schedules import named_schedules
from bprop.sources.builtin import NAMES
from bprop.sources.columns.infer import in_order
from bprop.sources.formats import suffixes
from bprop.sources.read_options import BAD_CELLS
from bprop.sources.target_kinds import KINDS, SPELLING

OF_RULES = {
    "momentum": "--momentum", "nesterov": "--nesterov", "decrease_constant": "--dc", "weight_decay": "--weight-decay",
    "clip_norm": "--clip-norm",
}  # fmt: skip
"""{setting of a rule: the option for it}; --set is for all others."""


def _data(text: str, **more: Any) -> Any:
    return typer.Option(help=text, rich_help_panel="Data", **more)


def _reading(text: str, *names: str) -> Any:
    return typer.Option(*names, help=text, rich_help_panel="Reading")


def _network(text: str) -> Any:
    return typer.Option(help=text, rich_help_panel="Network")


def _training(text: str, *names: str) -> Any:
    return typer.Option(*names, help=text, rich_help_panel="Training")


def _spreading(text: str, *names: str) -> Any:
    return typer.Option(*names, help=text, rich_help_panel="Several processes")


def _files(text: str) -> Any:
    return typer.Option(help=text, rich_help_panel="Files")


def _having(setting: str) -> str:
    """The rules that have a setting."""
    return ", ".join(name for name, rule in rules().items() if setting in {field.name for field in fields(rule)})


def _defaults(setting: str) -> str:
    """The default of a setting for each rule that has it."""
    values = {name: f.default for name, rule in rules().items() for f in fields(rule) if f.name == setting}
    return ", ".join(f"{value} for {name}" for name, value in values.items())


def _further() -> str:
    """The settings of each rule that have no option of their own."""
    apart = {"learning_rate", "rate_factors", *OF_RULES}
    names = {name: [field.name for field in fields(rule) if field.name not in apart] for name, rule in rules().items()}
    return "; ".join(f"{name}: {', '.join(settings)}" for name, settings in names.items() if settings)


def _engines() -> str:
    return ", ".join(name for name in engine_names() if name != "auto")


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

Hidden = Annotated[str | None, _network("Units of the hidden layers: 500, or 200,100 for two; empty for none.")]
Activation = Annotated[
    str | None, _network(f"{', '.join(activations())}; one, or one for each hidden layer, as tanh,relu.")
]
Loss = Annotated[
    str | None,
    _network(
        f"Default: {TASKS['classification']}, the negative log-likelihood, for classes, {TASKS['multilabel']} for "
        f"several columns of yes and no, {TASKS['regression']} for numbers, {TASKS['counts']} for counts; also "
        f"{', '.join(name for name in losses() if name not in TASKS.values())}."
    ),
]
Quantiles = Annotated[str | None, _network("Levels of --loss quantile, all learned at once (default: 0.05,0.5,0.95).")]
L1 = Annotated[float | None, _network("Weight of the sum of |W|.")]
L2 = Annotated[float | None, _network("Weight of the sum of W^2.")]
Dropout = Annotated[float | None, _network("Share of hidden units dropped in training.")]
Normalise = Annotated[str | None, _network(f"{' or '.join(NORMALISATIONS)}: normalise hidden pre-activations.")]

RecipeName = Annotated[
    str,
    _training(
        "What is not chosen otherwise: best (several networks, each with validation rows of its own, whose answers are "
        "averaged), fast (one such network), or lecture (plain stochastic gradient descent). The recipe is printed.",
        "--recipe",
    ),
]
TimeLimit = Annotated[
    str | None,
    _training(
        "How long the command may take, about: 60s, 10min, 2h. It decides the number of networks and epochs, unless "
        "they are given; the results then depend on the speed of the machine.",
        "--time",
    ),
]
Members = Annotated[int | None, _training("Networks to train; their answers are averaged (default: the recipe's).")]
RuleName = Annotated[str | None, _training(f"The update rule: {', '.join(rules())} (default: the recipe's).")]
LearningRate = Annotated[
    float | None,
    _training(f"Learning rate (default: the recipe's; of another rule its own, {_defaults('learning_rate')})."),
]
DecreaseConstant = Annotated[
    float | None, _training(f"Decrease constant: lr / (1 + dc * updates) ({_having('decrease_constant')}).")
]
ScheduleName = Annotated[
    str | None, _training(f"{', '.join(named_schedules())}; cosine goes to 0 at the end (default: the recipe's).")
]
Factor = Annotated[float | None, _training("Factor of the step and exponential schedules (default 0.5).")]
ScheduleEvery = Annotated[
    int | None, _training("Updates between two steps of the step and exponential schedules (default 1000).")
]
WarmUp = Annotated[int, _training("Updates over which the learning rate rises from 0.")]
Momentum = Annotated[float | None, _training(f"Momentum, in [0, 1) ({_having('momentum')}).")]
Nesterov = Annotated[bool, _training(f"Nesterov's momentum ({_having('nesterov')}).", "--nesterov")]
WeightDecay = Annotated[
    float | None, _training(f"Weight decay, separate from the loss (default: {_defaults('weight_decay')}).")
]
ClipNorm = Annotated[float | None, _training("Clip the gradient to this norm.")]
RuleSettings = Annotated[
    list[str] | None,
    _training(
        "NAME=VALUE: a setting of the rule or the schedule that has no option of its own, such as beta1=0.95; may be "
        f"repeated. {_further()}.",
        "--set",
    ),
]
BatchSize = Annotated[
    int | None, _training("Examples per update (default: the recipe's); 1 is plain stochastic gradient descent.")
]
Epochs = Annotated[int | None, _training("Passes over all training examples (default: the recipe's).")]
Patience = Annotated[
    int | None,
    _training("Stop when the validation measure has not improved for this many epochs; keep the best weights."),
]
Monitor = Annotated[
    str, _training("The measure of the validation rows by which an epoch is the best: loss, accuracy, f1, rmse, ...")
]
Metrics = Annotated[
    list[str] | None,
    _training(f"Also measure this, may be repeated: {', '.join(EVERY)}."),
]
Shuffle = Annotated[bool, _training("Shuffle the examples in every epoch.")]
Seed = Annotated[int, _training("Seed of all random numbers.")]
Precision = Annotated[str, _training("float32, float64, or bfloat16 (mixed with float32, on XLA).")]
EngineName = Annotated[str, _training(f"{_engines()}, or auto: the best installed engine that can run the network.")]

Distributed = Annotated[
    bool,
    _spreading(
        "Train together with other processes, each on its rows of every batch, on XLA: started by `bprop launch`, "
        "Slurm or Open MPI, or named by the three options below; or on all devices of this process.",
        "--distributed",
    ),
]
Coordinator = Annotated[
    str | None,
    _spreading("HOST:PORT where process 0 listens (or the environment variable BPROP_COORDINATOR).", "--coordinator"),
]
Processes = Annotated[int | None, _spreading("How many processes train together (or BPROP_PROCESSES).", "--processes")]
ProcessNumber = Annotated[
    int | None,
    _spreading(
        "The number of this process, from 0 (or BPROP_PROCESS, or JOB_COMPLETION_INDEX of Kubernetes).", "--process"
    ),
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
