"""Options as other tools call them: an unknown one is answered with the option that is meant."""

from __future__ import annotations

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
}  # fmt: skip
"""{what people type, without dashes before it: our option}."""


def answer_with_meant(command: Any, error: Any) -> None:
    """An error about an unknown option names the one that is meant, if the command has it."""
    typed = getattr(error, "option_name", None)
    if not isinstance(typed, str) or not hasattr(error, "possibilities"):
        return
    meant = MEANT.get(typed.lstrip("-").replace("_", "-").lower())
    if meant is not None and any(meant in param.opts for param in command.params):
        error.possibilities = [meant]
