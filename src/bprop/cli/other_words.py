"""Options as other tools call them, and words too many: the error names the option that is meant."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

MEANT = {
    "learning-rate": "--lr", "learning-rate-init": "--lr", "eta": "--lr", "alpha": "--l2", "optimizer": "--rule",
    "optimiser": "--rule", "solver": "--rule", "max-iter": "--epochs", "num-epochs": "--epochs", "n-epochs": "--epochs",
    "iterations": "--epochs", "batch": "--batch-size", "batchsize": "--batch-size", "hidden-layers": "--hidden",
    "hidden-layer-sizes": "--hidden", "layers": "--hidden", "units": "--hidden", "n-iter-no-change": "--patience",
    "early-stopping": "--patience", "random-state": "--seed", "random-seed": "--seed", "label": "--target",
    "y": "--target", "val-split": "--validation", "validation-split": "--validation", "valid": "--validation",
    "validation-fraction": "--validation", "test-size": "--test", "test-split": "--test", "output": "--out",
    "o": "--out", "device": "--engine", "backend": "--engine", "cv": "--folds", "kfold": "--folds",
    "sep": "--delimiter", "n-trials": "--trials", "timeout": "--time", "max-time": "--time", "na-values": "--missing",
    "weight": "--weights", "sample-weight": "--weights", "wd": "--weight-decay", "decay": "--weight-decay",
    "t": "--target", "e": "--epochs", "b": "--batch-size", "s": "--seed",
}  # fmt: skip
"""{what people type, without dashes before it: our option}."""
_TOO_MANY = re.compile(r"unexpected extra arguments? *\(?s?\)? *\((.*)\)", re.DOTALL)


def answer_with_meant(command: Any, error: Any) -> None:
    """An error about an unknown option names the one that is meant, if the command has it."""
    typed = getattr(error, "option_name", None)
    if not isinstance(typed, str) or not hasattr(error, "possibilities"):
        return
    meant = MEANT.get(typed.lstrip("-").replace("_", "-").lower())
    if meant is not None and any(meant in param.opts for param in command.params):
        error.possibilities = [meant]


def answer_to_words_too_many(command: Any, error: Any) -> None:
    """An error about more words than the command takes says which option they may be for."""
    match = _TOO_MANY.search(getattr(error, "message", None) or "")
    options = {option for param in command.params for option in param.opts}
    advice = _advice(match[1], options) if match else ""
    if advice:
        error.message = f"{error.message}: {advice}"


def _advice(words: str, options: set[str]) -> str:
    first = next(iter(words.split()), "")
    if not first or first.startswith((">", "<", "|")):
        return ""
    if _is_file(words) or _is_file(first):
        return "several files are one table if a pattern in quotation marks names them: 'part*.csv'"
    if "--out" in options and (Path(first).suffix or "--target" not in options):
        return f"to write a file, type --out {first}"
    return f"to predict the column {first}, type --target {first}" if "--target" in options else ""


def _is_file(name: str) -> bool:
    try:
        return Path(name).is_file()
    except (OSError, ValueError):  # too long for a name, or with a character that no name has
        return False
