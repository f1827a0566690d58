"""The options of `bprop train` for training, for saving, and for showing the run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bprop.cli import options as opt
from bprop.cli.command import options_for
from bprop.cli.rule import RuleOptions
from bprop.disk.foreseen import cannot_write
from bprop.engines import choose
from bprop.errors import SettingError
from bprop.tensorboard import TensorBoard
from bprop.training.checkpoints import Interval, is_folder


@dataclass(frozen=True)
class TrainingOptions:
    """How to train: settings of `bprop.train`, under its names."""

    batch_size: opt.BatchSize = None
    epochs: opt.Epochs = 30
    patience: opt.Patience = None
    monitor: opt.Monitor = "loss"
    shuffle: opt.Shuffle = True
    seed: opt.Seed = 0
    dtype: opt.Precision = "float32"
    engine: opt.EngineName = "auto"

    def __post_init__(self):
        choose(self.engine)  # a missing engine is an error before any work

    def settings(self, updating: RuleOptions, examples: int) -> dict[str, Any]:
        """The settings of `bprop.train` for a training set of so many examples."""
        size = min(32, examples) if self.batch_size is None else self.batch_size
        rule = updating.make(self.epochs * -(-examples // max(size, 1)))
        return {**vars(self), "rule": rule, "batch_size": size}


@dataclass(frozen=True)
class SavingOptions:
    """Where to save the model and the checkpoints."""

    out: opt.Out = None
    checkpoint: opt.Checkpoint = None
    every: opt.Every = None
    resume: opt.Resume = None

    def check(self, report: Path | None) -> None:
        """Raise SettingError, before any work, if these files or the report cannot be written."""
        if self.every is not None:
            Interval.parse(self.every)
            if self.checkpoint is None:
                raise SettingError(f"--every {self.every} needs a folder for the checkpoints: add --checkpoint DIR")
        folder = self.checkpoint is None or is_folder(self.checkpoint, self.every)
        for path in (self.out, report, None if folder else self.checkpoint):
            reason = None if path is None else cannot_write(path)
            if reason is not None:
                raise SettingError(f"{path} cannot be written: {reason}")


@dataclass(frozen=True)
class ShowingOptions:
    """How to show training, and its result."""

    report: opt.Report = None
    live: opt.ShowLive = False
    live_port: opt.LivePort = 0
    live_wait: opt.LiveWait = None
    open_page: opt.OpenPage = False
    progress: opt.ShowProgress = True
    health: opt.Health = False
    tensorboard: opt.TensorBoardFolder = None
    summary: opt.Summary = None

    def settings(self) -> dict[str, Any]:
        """The settings of `bprop.train`."""
        return {
            "progress": self.progress,
            "health": "auto" if self.health or self.tensorboard is not None else False,
            "callbacks": [] if self.tensorboard is None else [TensorBoard(self.tensorboard)],
        }


training_options = options_for("training", TrainingOptions)
"""A command with a parameter `training` has these options in its place. It is called with the TrainingOptions."""
saving_options = options_for("saving", SavingOptions)
"""The same for a parameter `saving`."""
showing_options = options_for("showing", ShowingOptions)
"""The same for a parameter `showing`."""
