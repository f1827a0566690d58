"""The options of `bprop train` for training, for saving, and for showing the run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bprop.architecture import losses
from bprop.cli import options as opt
from bprop.cli import training_options as training
from bprop.cli.checks import check_seed
from bprop.cli.command import options_for
from bprop.cli.noted import RUN
from bprop.disk.foreseen import cannot_write
from bprop.disk.near import near_file
from bprop.engines import choose
from bprop.errors import SettingError, UnknownNameError
from bprop.measures.judge import EVERY
from bprop.measures.own import read_metrics
from bprop.names import known
from bprop.remote.path import RemotePath
from bprop.sources.formats import format_of, suffixes
from bprop.tables.recipe import DEFAULT, Recipe, need_recipe
from bprop.tables.timing import Budget
from bprop.tensorboard import TensorBoard
from bprop.training.checkpoints import Interval, is_folder
from bprop.training.settings import TrainSettings, precision_of
from bprop.training.stopping import EarlyStopping

LAST_PORT = 65535
OTHERS = (".gz", ".html", ".json", ".onnx", ".py", ".svg", ".toml", ".txt", ".zip")
"""Suffixes of files that are no models and no data."""


@dataclass(frozen=True)
class TrainingOptions:
    """How to train: the recipe, and choices that override its parts, under the names of `bprop.train`; None: none."""

    recipe: training.RecipeName = DEFAULT
    members: training.Members = None
    time: training.TimeLimit = None
    batch_size: training.BatchSize = None
    epochs: training.Epochs = None
    patience: training.Patience = None
    monitor: training.Monitor = "loss"
    metric: training.Metrics = None
    shuffle: training.Shuffle = True
    seed: training.Seed = 0
    dtype: training.Precision = "float32"
    engine: training.EngineName = "auto"

    def __post_init__(self) -> None:
        need_recipe(self.recipe)
        if self.members is not None and self.members < 1:
            raise SettingError(f"--members {self.members}: give the number of networks, 1 or more")
        Budget.of(self.time)
        check_seed(self.seed)
        choose(self.engine)  # a missing engine is an error before any work
        checked = TrainSettings(
            epochs=1 if self.epochs is None else self.epochs, batch_size=self.batch_size, seed=self.seed,
            dtype=self.dtype, engine=self.engine,
        )  # fmt: skip
        precision_of(self.dtype)
        checked.make_engine()
        if self.patience is not None:
            EarlyStopping(self.patience, self.monitor)
            need_measure(self.monitor)
        need_metrics(self.metric or ())

    def override(self, recipe: Recipe) -> Recipe:
        """The recipe with the choices of these options."""
        return recipe.overridden(
            members=self.members, epochs=self.epochs, batch_size=self.batch_size, patience=self.patience
        )

    @property
    def fixed(self) -> frozenset[str]:
        """The parts of the recipe that a limit on the time does not change: the user chose them."""
        return frozenset(name for name in ("members", "epochs") if getattr(self, name) is not None)

    @property
    def settings(self) -> dict[str, Any]:
        """The settings of `bprop.train` that no recipe has."""
        own = {name: getattr(self, name) for name in ("monitor", "shuffle", "seed", "dtype", "engine")}
        return {**own, "metrics": tuple(self.metric or ())}


def need_metrics(names: Sequence[str]) -> None:
    """Raise UnknownNameError for a name that no measure has, SettingError for one that comes twice."""
    for name in names:
        if name not in EVERY:
            raise UnknownNameError(f"--metric {name}: there is {known(name, EVERY)}")
    read_metrics(names)


def need_measure(name: str) -> None:
    """Raise UnknownNameError for a measure that no loss has. Whether that of this network has it is clear later."""
    measures = ["loss", *dict.fromkeys((*(metric for kind in losses().values() for metric in kind.metrics), *EVERY))]
    if name not in measures:
        raise UnknownNameError(f"cannot monitor {name!r}: there is {known(name, measures)}")


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
        if self.out is not None:
            need_name_of_model(self.out)
        if self.resume is not None and not self.resume.exists():
            raise SettingError(f"--resume {self.resume}: there is no such file or folder{near_file(self.resume)}")
        if isinstance(self.checkpoint, RemotePath) and folder:
            reason = cannot_write(self.checkpoint / RUN)
            if reason is not None:
                raise SettingError(f"{self.checkpoint} cannot be written: {reason}")
        above = None if self.checkpoint is None else self.checkpoint.absolute().parent
        if above is not None and not isinstance(above, RemotePath) and folder and not above.is_dir():
            raise SettingError(f"{self.checkpoint} cannot be written: there is no folder {above}")


def need_name_of_model(path: Path) -> None:
    """Raise SettingError for the name of a file of another kind: the model would replace a table, say."""
    suffix = path.suffix.lower()
    if suffix in (*OTHERS, *suffixes()) or format_of(path.name) is not None:
        raise SettingError(f"--out {path}: a file of this name is no model; call it {path.stem}.bprop")


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

    def __post_init__(self) -> None:
        if not 0 <= self.live_port <= LAST_PORT:
            raise SettingError(
                f"--live-port {self.live_port}: a port is a number from 1 to {LAST_PORT}; 0: any that is free"
            )

    def settings(self) -> dict[str, Any]:
        """The settings of `bprop.train`."""
        return {
            "progress": self.progress,
            "health": "auto" if self.health or self.tensorboard is not None else False,
            "callbacks": [] if self.tensorboard is None else [TensorBoard(self.tensorboard)],
        }


training_options: Final = options_for("training", TrainingOptions)
"""A command with a parameter `training` has these options in its place. It is called with the TrainingOptions."""
saving_options: Final = options_for("saving", SavingOptions)
"""The same for a parameter `saving`."""
showing_options: Final = options_for("showing", ShowingOptions)
"""The same for a parameter `showing`."""
