"""The options of networks and of training, each described once: the settings that a run can have."""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated, Any

import typer

from bprop.architecture import NORMALISATIONS, TASKS, activations, losses
from bprop.engines import names as engine_names
from bprop.measures.judge import EVERY
from bprop.rules import rules
from bprop.rules.schedules import named_schedules

OF_RULES = {
    "momentum": "--momentum", "nesterov": "--nesterov", "decrease_constant": "--dc", "weight_decay": "--weight-decay",
    "clip_norm": "--clip-norm",
}  # fmt: skip
"""{setting of a rule: the option for it}; --set is for all others."""


def _network(text: str) -> Any:
    return typer.Option(help=text, rich_help_panel="Network")


def _training(text: str, *names: str) -> Any:
    return typer.Option(*names, help=text, rich_help_panel="Training")


def _spreading(text: str, *names: str) -> Any:
    return typer.Option(*names, help=text, rich_help_panel="Several processes")


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
