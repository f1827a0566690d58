"""`bprop train`: from data to a saved model and its test result."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from bprop.cli import options as opt
from bprop.cli.errors import INTERRUPTED, command
from bprop.cli.experiment import build, free_path, hold_out
from bprop.cli.show import dataset, measures
from bprop.engines import choose
from bprop.errors import NonFiniteError, SettingError, UnknownNameError
from bprop.model import save
from bprop.rules import SGD, Adam, AdamW, schedules
from bprop.sources import open_source
from bprop.sources.encoding import Encoding
from bprop.training import Fit, Terminated
from bprop.training import train as fit_graph

_T = "Training"
_RULES = ("sgd", "adam", "adamw")
_SCHEDULES = ("constant", "step", "exponential", "cosine")


@command
def train(
    data: opt.Source,
    target: opt.Target = None,
    labels: opt.Labels = None,
    task: opt.Task = None,
    scale: opt.Scale = "auto",
    test: Annotated[float, typer.Option(help="Held out for the final test: a share, or a number of examples.", rich_help_panel="Data")] = 0.2,
    validation: Annotated[float, typer.Option(help="Held out to watch while training: a share, or a number.", rich_help_panel="Data")] = 0.1,
    hidden: opt.Hidden = "200",
    activation: opt.Activation = "relu",
    loss: opt.Loss = None,
    l1: opt.L1 = None,
    l2: opt.L2 = None,
    dropout: opt.Dropout = None,
    normalise: opt.Normalise = None,
    rule: Annotated[str, typer.Option(help="sgd, adam or adamw.", rich_help_panel=_T)] = "sgd",
    lr: Annotated[float | None, typer.Option(help="Learning rate (default: 0.1 for sgd, 0.001 for adam, adamw).", rich_help_panel=_T)] = None,
    dc: Annotated[float | None, typer.Option(help="Decrease constant: lr / (1 + dc * updates) (sgd).", rich_help_panel=_T)] = None,
    schedule: Annotated[str, typer.Option(help="constant, step, exponential or cosine (to 0 at the end).", rich_help_panel=_T)] = "constant",
    factor: Annotated[float, typer.Option(help="Of the step and exponential schedules.", rich_help_panel=_T)] = 0.5,
    every: Annotated[int, typer.Option(help="Updates between two steps of those schedules.", rich_help_panel=_T)] = 1000,
    warm_up: Annotated[int, typer.Option(help="Updates over which the learning rate rises from 0.", rich_help_panel=_T)] = 0,
    momentum: Annotated[float | None, typer.Option(help="Of sgd, in [0, 1).", rich_help_panel=_T)] = None,
    nesterov: Annotated[bool, typer.Option("--nesterov", help="Nesterov's momentum.", rich_help_panel=_T)] = False,
    weight_decay: Annotated[float, typer.Option(help="Of adamw.", rich_help_panel=_T)] = 0.01,
    clip_norm: Annotated[float | None, typer.Option(help="Largest norm of the gradient.", rich_help_panel=_T)] = None,
    batch_size: Annotated[int | None, typer.Option(help="Examples an update; 1 is the lecture's algorithm. Default 32.", rich_help_panel=_T)] = None,
    epochs: Annotated[int, typer.Option(help="Iterations over all examples.", rich_help_panel=_T)] = 30,
    patience: Annotated[int | None, typer.Option(help="Stop when the validation set has not improved for so many epochs, and keep the best.", rich_help_panel=_T)] = None,
    monitor: Annotated[str, typer.Option(help="What patience looks at: loss, accuracy, rmse, mae.", rich_help_panel=_T)] = "loss",
    shuffle: Annotated[bool, typer.Option(help="A new order of the examples in every epoch.", rich_help_panel=_T)] = True,
    seed: opt.Seed = 0,
    dtype: Annotated[str, typer.Option(help="float32 or float64.", rich_help_panel=_T)] = "float32",
    engine: Annotated[str, typer.Option(help="numpy, xla, or auto (xla where JAX is installed).", rich_help_panel=_T)] = "auto",
    out: Annotated[Path | None, typer.Option(help="Model file to write (default: DATA.bprop here, or the next free name).", rich_help_panel="Files")] = None,
    checkpoint: Annotated[Path | None, typer.Option(help="File from which the run can be resumed; written while training.", rich_help_panel="Files")] = None,
    resume: Annotated[Path | None, typer.Option(help="Continue from a checkpoint, with the same options.", rich_help_panel="Files")] = None,
    progress: Annotated[bool, typer.Option(help="Show progress.", rich_help_panel="Files")] = True,
) -> None:  # fmt: skip
    """Train a network on DATA, test it on examples it never saw, and save it.

    \b
    bprop train digits
    bprop train train-images-idx3-ubyte.gz --hidden 500 --batch-size 1 --lr 0.01 --epochs 20
    bprop train house.csv --target price --hidden 200,100 --activation relu --rule adam --patience 10
    """
    choose(engine)  # a missing engine is said before any work
    if out is not None and not out.resolve().parent.is_dir():
        raise SettingError(f"--out {out}: there is no folder {out.resolve().parent}")
    table = open_source(data, target=target, labels=labels)
    encoding = Encoding.of(table, task)
    stratify = encoding.classes is not None
    rest, tested = hold_out(table, test, seed, "--test", stratify)
    trained, watched = hold_out(rest, validation, seed + 1, "--validation", stratify)
    network = opt.Network(hidden, activation, loss, l1, l2, dropout, normalise, scale)
    graph = build(trained, encoding, network)
    size = min(32, len(trained)) if batch_size is None else batch_size
    updates = epochs * -(-len(trained) // max(size, 1))
    chosen = _rule(rule, lr, dc, _Schedule(schedule, factor, every, warm_up, updates), momentum, nesterov, weight_decay,
                   clip_norm)  # fmt: skip
    print(dataset(encoding, train=trained, watch=watched, test=tested))
    saved = out or free_path(encoding.source)
    try:
        fit = fit_graph(
            graph, encoding.arrays(trained), rule=chosen, batch_size=size, epochs=epochs, seed=seed,
            validation=None if watched is None else encoding.arrays(watched), patience=patience, monitor=monitor,
            shuffle=shuffle, dtype=dtype, engine=engine, checkpoint=checkpoint, resume=resume, progress=progress,
        )  # fmt: skip
    except Terminated as end:
        _finish(end.fit, encoding, tested, saved)
        raise
    except NonFiniteError as error:
        if isinstance(error.fit, Fit) and error.fit.updates:
            _save(error.fit, encoding, saved)
        raise
    _finish(fit, encoding, tested, saved)
    if fit.stopped == "interrupted":
        raise typer.Exit(INTERRUPTED)


class _Schedule:
    """The options of the learning rate, less the rate itself."""

    def __init__(self, name: str, factor: float, every: int, warm_up: int, updates: int):
        if name not in _SCHEDULES:
            raise UnknownNameError(f"no schedule is called {name!r}; there are: {', '.join(_SCHEDULES)}")
        self.name, self.factor, self.every, self.warm_up, self.updates = name, factor, every, warm_up, updates

    def of(self, rate: float) -> Any:
        made = {
            "constant": lambda: rate,
            "step": lambda: schedules.step(rate, self.factor, self.every),
            "exponential": lambda: schedules.exponential(rate, self.factor, self.every),
            "cosine": lambda: schedules.cosine(rate, max(1, self.updates - self.warm_up)),
        }[self.name]()
        return schedules.warm_up(self.warm_up, made) if self.warm_up else made


def _rule(
    name: str, lr: float | None, dc: float | None, schedule: _Schedule, momentum: float | None, nesterov: bool,
    weight_decay: float, clip_norm: float | None,
) -> Any:  # fmt: skip
    if name not in _RULES:
        raise UnknownNameError(f"no rule is called {name!r}; there are: {', '.join(_RULES)}")
    rate = schedule.of((0.1 if name == "sgd" else 0.001) if lr is None else lr)
    if name == "sgd":
        return SGD(rate, momentum=momentum, nesterov=nesterov, decrease_constant=dc, clip_norm=clip_norm)
    if momentum is not None or nesterov or dc is not None:
        raise SettingError(f"--momentum, --nesterov and --dc are options of sgd, not of {name}")
    return Adam(rate, clip_norm=clip_norm) if name == "adam" else AdamW(rate, weight_decay=weight_decay, clip_norm=clip_norm)


def _finish(fit: Fit, encoding: Encoding, tested: Any, path: Path) -> None:
    """Save, then say how the fit does on examples it never saw."""
    _save(fit, encoding, path)
    if fit.best_epoch is not None:
        print(f"best epoch on the validation set: {fit.best_epoch} of {len(fit.history)}")
    if tested is not None:
        print(f"test: {measures(fit.evaluate(encoding.arrays(tested)), encoding.task)} on {len(tested):,} examples")


def _save(fit: Fit, encoding: Encoding, path: Path) -> None:
    fit.notes.update(encoding.to_notes())
    save(path, fit)
    print(f"saved {path}")

