"""Options that would have no effect. They are refused before any work: the user expects something of them.

EFFECTS has a line for each option that has an effect only together with others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, NamedTuple

from bprop import toys
from bprop.architecture import Architecture
from bprop.cli.asked import Asked
from bprop.cli.experiment import is_model
from bprop.errors import SettingError
from bprop.remote.path import place_of
from bprop.sources import builtin
from bprop.sources.formats import Arrow, Csv, Idx, JsonLines, Parquet, Tsv, format_of
from bprop.sources.formats.columnar import Columnar

Values = Mapping[str, Any]
NO_OPTIONS = ("task", "init", "features", "category_dropout")
"""Fields of an Architecture that no option of a network chooses."""
NETWORK = tuple(field.name for field in fields(Architecture) if field.name not in NO_OPTIONS)
"""The options of a network."""
TOYS = (*toys.CLASSES, *toys.NUMBERS)
NO_SHEETS = (Arrow, Csv, JsonLines, Parquet, Tsv)


class Idle(NamedTuple):
    """Options that have no effect if `when` is true of all values of the command; `reason` says why, and what to do."""

    options: tuple[str, ...]
    when: Callable[[Values], bool]
    reason: str


def _is_images(source: Any) -> bool:
    return source is not None and isinstance(format_of(place_of(str(source)).name), Idx)


def _has_arrays(source: Any) -> bool:
    """Whether data has no columns with names: built-in data, arrays and images."""
    known = format_of(place_of(str(source)).name)
    return source in builtin.NAMES or (known is not None and known.arrays)


def _has_a_target(source: Any) -> bool:
    """Whether data has one target that is known, so that none is chosen."""
    return source in builtin.NAMES or _is_images(source)


def _holds_out_nothing(values: Values) -> bool:
    try:
        return float(values["validation"]) == 0
    except ValueError:
        return False


def _of_model(values: Values) -> bool:
    return is_model(values["subject"])


def _without_values(values: Values) -> bool:
    return not values["values"] and not (values["data"] is not None and _of_model(values))


def _source(values: Values) -> Any:
    """The data of a command: DATA, or the subject of `bprop check` where that is no model."""
    subject = values.get("subject")
    return values["data"] if subject is None or is_model(subject) else subject


def _is_typed_or_arrays(values: Values) -> bool:
    source = _source(values)
    return source is not None and (_has_arrays(source) or isinstance(format_of(place_of(str(source)).name), Columnar))


def _has_no_sheets(values: Values) -> bool:
    source = _source(values)
    return source is not None and (_has_arrays(source) or isinstance(format_of(place_of(str(source)).name), NO_SHEETS))


def _has_no_layers(values: Values) -> bool:
    return values["hidden"] is not None and not values["hidden"].strip(" ,")


READING = (
    Idle(
        ("encoding", "delimiter", "header", "skip_rows", "comment"), _is_typed_or_arrays,
        "{options} is for text files (.csv, .tsv, ...), and this data is not text",
    ),
    Idle(
        ("missing", "bad_cells"), lambda values: _source(values) is not None and _has_arrays(_source(values)),
        "{options} is for tables with cells (.csv, .parquet, ...), not for arrays",
    ),
    Idle(("sheet",), _has_no_sheets, "--sheet is for workbooks (.xlsx, ...), and this data has no sheets"),
)  # fmt: skip
OF_READING = tuple(name for idle in READING for name in idle.options)
LABELS = Idle(
    ("labels",), lambda values: not _is_images(values["data"]),
    "--labels is for idx images (train-images-idx3-ubyte.gz): a table has its targets in a column (--target)",
)  # fmt: skip
FRESH = Idle(
    ("target", "task", "scale", *NETWORK), _of_model, "MODEL is a model and has its own network: leave out {options}"
)
OF_SUBJECT = (
    Idle(
        ("labels",), lambda values: not _is_images(values["data"] if _of_model(values) else values["subject"]),
        LABELS.reason,
    ),
    Idle(
        ("target",), lambda values: not _of_model(values) and _has_a_target(values["subject"]),
        "{options}: this data has one target, so there is none to choose",
    ),
    FRESH,
)  # fmt: skip
HIDDEN = Idle(
    ("activation", "dropout", "normalise"), _has_no_layers,
    "{options} is for hidden layers, and --hidden '' has none",
)  # fmt: skip

WEIGHTS = Idle(
    ("weights",), lambda values: _has_arrays(values["data"]),
    "{options} is for tables with columns (.csv, .parquet, ...), not for arrays",
)  # fmt: skip
OF_ROWS = (
    Idle(
        ("labels", "weights", *(name for idle in READING for name in idle.options)),
        lambda values: values["data"] is None and not values.get("held"),
        "{options} is about rows, and no data is named",
    ),
)  # fmt: skip
"""Of a command that may have no data."""

OF_DATA = (
    LABELS,
    Idle(
        ("target",), lambda values: _has_a_target(values["data"]),
        "{options}: this data has one target, so there is none to choose",
    ),
    Idle(
        ("kind", "weights"), lambda values: _has_arrays(values["data"]),
        "{options} is for tables with columns (.csv, .parquet, ...), not for arrays",
    ),
    *READING,
)  # fmt: skip
"""Of the data of a training."""

EFFECTS: dict[str, tuple[Idle, ...]] = {
    "train": (
        *OF_DATA,
        HIDDEN,
        Idle(
            ("out_of_fold",), lambda values: values["folds"] is None,
            "--out-of-fold writes the predictions of the folds: add --folds 5",
        ),
        Idle(
            ("time",), lambda values: values["checkpoint"] is not None or values["resume"] is not None,
            "--time chooses the number of epochs by the speed of the machine, so no run continues another exactly: "
            "leave out --checkpoint and --resume, or give --epochs in its place and stop the run with Ctrl-C",
        ),
        Idle(
            ("monitor",), lambda values: values["patience"] is None and values["recipe"] == "lecture",
            "--monitor names the measure that --patience watches: add --patience 10",
        ),
        Idle(
            ("patience", "monitor"), _holds_out_nothing,
            "{options} watches the validation rows, and --validation 0 holds out none: leave one of them out",
        ),
        Idle(
            ("every",), lambda values: values["checkpoint"] is None,
            "--every says how often a checkpoint is written, and needs a folder for the checkpoints: "
            "add --checkpoint DIR",
        ),
        Idle(
            ("live_port", "live_wait", "open_page"), lambda values: not values["live"],
            "{options} needs the live report: add --live",
        ),
        Idle(
            ("coordinator", "processes", "process"), lambda values: not values["distributed"],
            "{options} is about training in several processes: add --distributed",
        ),
        Idle(
            ("spool",), lambda values: values["stream"] is False,
            "--spool is for the temporary files of --stream, and --no-stream writes none",
        ),
    ),
    "tune": OF_DATA,
    "evaluate": (
        LABELS,
        *READING,
        WEIGHTS,
        Idle(
            ("seed",), lambda values: values["bootstrap"] == 0 and not values["importance"],
            "--seed draws the resamples of --bootstrap, and --bootstrap 0 draws none",
        ),
        Idle(
            ("repeats",), lambda values: not values["importance"],
            "--repeats is of --importance: add --importance",
        ),
    ),
    "report": (*OF_ROWS, LABELS, *READING, WEIGHTS),
    "compare": (*OF_ROWS, LABELS, *READING, WEIGHTS),
    "predict": (
        *READING,
        Idle(
            ("ids",), lambda values: _has_arrays(values["data"]),
            "{options} is for tables: this data is not a table, so it has no such column",
        ),
    ),
    "check": (*OF_SUBJECT, *READING, HIDDEN),
    "graph": (
        *OF_SUBJECT,
        *READING,
        HIDDEN,
        Idle(
            OF_READING, lambda values: _source(values) is None,
            "{options} says how data is read, and no data is named: name it after the model",
        ),
        Idle(("rows",), _without_values, "--rows is for --values: add --values, or data after a model"),
        Idle(
            ("seed",), _without_values,
            "--seed draws the weights whose values --values shows: add --values, or data after a model",
        ),
        Idle(
            ("collapse", "fold", "direction", "width"), lambda values: values["svg"] is None,
            "{options} is for a picture: add --svg FILE",
        ),
    ),
    "step": (*OF_SUBJECT, *READING, HIDDEN),
    "play": (
        Idle(
            ("target", "task", "kind", *OF_READING), lambda values: values["subject"] in TOYS,
            "MODEL is a toy and has its own data: leave out {options}",
        ),
        Idle(
            ("target", "task", "kind", "seed", *OF_READING), _of_model,
            "MODEL is a model, with its own weights and its own way to read rows: leave out {options}",
        ),
        OF_SUBJECT[1],
        *READING,
    ),
}  # fmt: skip


def need_effect(command: str, choices: Asked) -> None:
    """Raise SettingError for the first option that the user asks for and that would have no effect."""
    for options, when, reason in EFFECTS.get(command, ()):
        idle = [name for name in options if name in choices.typed]
        if idle and when(choices.values):
            model = choices.values.get("subject", "")
            shown = ", ".join(choices.spelled[name] for name in idle)
            raise SettingError(reason.replace("MODEL", str(model)).replace("{options}", shown))
