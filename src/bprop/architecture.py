"""The choices of a perceptron. `bp.mlp`, `bp.tabular`, the estimators and the command line build networks from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from inspect import isabstract
from operator import index
from typing import Any

import numpy as np

from bprop import plugins, signatures
from bprop.box import Box
from bprop.boxes import Activation, CrossEntropy, Loss
from bprop.boxes.loss import Head
from bprop.boxes.value_losses import need_levels
from bprop.elsewhere import Answers
from bprop.elsewhere.networks import ACTIVATIONS, LOSSES
from bprop.errors import SettingError, UnknownNameError
from bprop.lower_case import snake
from bprop.names import known, some
from bprop.registry import registry

TASKS = {
    "classification": "nll",
    "binary": "binary_cross_entropy",
    "multilabel": "binary_cross_entropy",
    "regression": "squared_error",
    "counts": "poisson",
}
"""{task: its own loss}"""
NORMALISATIONS = ("batch", "layer")
NO_ANSWERS: Answers = {}


@dataclass(frozen=True)
class Architecture:
    """The layers of a perceptron, its loss and its regularisers. How many inputs and outputs it has, the data says.

    hidden : [H_1, ..., H_L], the units of the hidden layers. features : for tables, a function from the box of the
    numbers (N, D), scaled, to a box (N, D') that the layers take in its place. category_dropout : for tables, the share
    of what embeddings look up that is dropped in training. All others are arguments of `bp.mlp`.

    What can be checked without data is checked here, for every builder: raises SettingError and UnknownNameError.
    """

    hidden: tuple[int, ...] = ()
    activation: Any = "tanh"
    task: str = "classification"
    loss: Any = None
    l1: float | None = None
    l2: float | None = None
    dropout: Any = None
    normalise: str | None = None
    init: Any = None
    quantiles: tuple[float, ...] | None = None
    features: Any = None
    category_dropout: float | None = None

    def __post_init__(self) -> None:
        for name in ("hidden", "activation", "dropout"):  # so that equal architectures are equal
            value = getattr(self, name)
            object.__setattr__(self, name, tuple(value) if isinstance(value, list) else value)
        object.__setattr__(self, "loss", as_loss(self.loss))
        if self.task not in TASKS:
            raise UnknownNameError(f"no task is called {self.task!r}; there are: {known(str(self.task), TASKS)}")
        if self.normalise not in (None, *NORMALISATIONS):
            there = known(str(self.normalise), NORMALISATIONS)
            raise UnknownNameError(f"no normalisation is called {self.normalise!r}; there are: {there}")
        for name in ("l1", "l2"):
            _need_weight(name, getattr(self, name))
        _ = self.activations, self.rates
        if self.quantiles is not None:
            object.__setattr__(self, "quantiles", need_levels(self.quantiles))
            if self.loss is None or self.function is not None or head_of(_loss(self.loss)).each != "levels":
                raise SettingError(
                    f"quantiles {self.quantiles} are the levels of the loss 'quantile': choose that loss"
                )

    @property
    def activations(self) -> list[Any]:
        """For each hidden layer, a class of box or a function from box to box."""
        return self._for_each_layer("activation", _activation(self.activation))

    @property
    def rates(self) -> list[Any]:
        """For each hidden layer, the rate of its dropout, or None."""
        return self._for_each_layer("dropout", self.dropout)

    def _for_each_layer(self, what: str, value: Any) -> list[Any]:
        hidden = len(self.hidden)
        if not isinstance(value, list | tuple):
            return [value] * hidden
        if len(value) != hidden:
            raise SettingError(f"{what} has {len(value)} entries for {hidden} hidden layers")
        return list(value)

    @property
    def function(self) -> Callable[[Box, Box], Any] | None:
        """The loss where it is a function (f, y) -> box: f the output of the task's own loss, y the target."""
        return self.loss if callable(self.loss) and not isinstance(self.loss, type) else None

    def loss_of(self, f: Box, y: Box) -> Box:
        """The loss of a function. Raises SettingError for one that is none of f and y."""
        assert self.function is not None
        return loss_box(self.function, f, y)

    def loss_class(self) -> type[Loss]:
        """The class of the loss; of a function, the task's own. Raises SettingError for one that does not fit it."""
        if self.function is not None:
            return _loss(TASKS[self.task])
        name, labels = TASKS[self.task] if self.loss is None else self.loss, self.task == "classification"
        kind = _loss(name)
        if head_of(kind).labels != labels:
            fitting = ", ".join(n for n, k in losses().items() if head_of(k).labels == labels)
            raise SettingError(f"the loss {name!r} does not go with task {self.task!r}; these do: {fitting}")
        return kind

    def loss_settings(self, kind: type[Loss]) -> dict[str, Any]:
        """The hyper-parameters of the loss that were chosen."""
        return {} if self.quantiles is None else {head_of(kind).each: self.quantiles}

    def need_outputs(self, outputs: int) -> None:
        """Raise SettingError for a number of outputs that the task does not have."""
        if self.task == "classification" and outputs < 2:
            raise SettingError(
                "classification needs an output for each of at least 2 classes; for one output: task='binary', or "
                "for a number task='regression'"
            )
        if self.task == "binary" and outputs != 1:
            raise SettingError(
                f"task 'binary' has 1 output, not {outputs}; for several: 'multilabel' or 'classification'"
            )


def task_for(loss: Any, outputs: int) -> str:
    """The task of a network whose loss was chosen and whose task was not: the one that the loss is made for.

    A function (f, y) -> box, and no loss at all, leave it at classification.
    """
    loss = as_loss(loss)
    if loss is None or not isinstance(loss, str | type):
        return "classification"
    kind = _loss(loss)
    if kind.head is None or kind.head.labels:
        return "classification"
    own = [task for task, name in TASKS.items() if _loss(name) is kind]
    return next((task for task in own if task != "binary" or outputs == 1), "regression")


def as_loss(loss: Any) -> Any:
    """A loss by name, as a class or as a function (f, y) -> box: bp.huber and bp.cross_entropy are of their classes.

    Raises SettingError for anything else.
    """
    if loss is None or isinstance(loss, str):
        return loss
    ours = (getattr(loss, "__module__", "") or "").startswith("bprop.boxes.")
    if ours and getattr(loss, "head", None) is None:
        return _losses_by_every_name().get(snake(getattr(loss, "__name__", "")), loss)
    if isinstance(loss, type) and issubclass(loss, Loss):
        return loss
    if isinstance(loss, type) or not callable(loss):
        kind = f"a box {loss!r}" if isinstance(loss, Box) else repr(loss)
        raise SettingError(
            f"a loss is a name, a class of loss, or a function (f, y) -> box, not {kind}; there are: {some(losses())}"
        )
    if not signatures.accepts(loss, 2):
        raise SettingError(f"loss={loss!r} cannot be called as loss(f, y), with the output f and the target y")
    return loss


def loss_box(function: Callable[..., Any], f: Box, y: Box) -> Box:
    """function(f, y). Raises SettingError where that is no loss of the output f."""
    loss = function(f, y)
    if not isinstance(loss, Box):
        raise SettingError(f"loss must be a name or a function (f, y) -> box, but the function returned {loss!r}")
    if len(loss.dims) != 1 or loss.dims[0] != "N":
        cure = "leave out the mean over the examples" if not loss.dims else "sum over the rest, bp.sum(loss, axis=1)"
        raise SettingError(f"loss must be one number an example, (N,), but the function returned {loss!r}: {cure}")
    if isinstance(loss, Loss) and loss.children[0] is f and f.children and takes_scores(type(loss), f):
        raise SettingError(
            f"{snake(type(loss).__name__)} takes the values before the output, but f is {type(f).__name__} of them: "
            f"choose loss={snake(type(loss).__name__)!r} by name, or for classes write bp.nll(f, y)"
        )
    return loss


def takes_scores(kind: type[Loss], f: Box) -> bool:
    """True if a loss applies the output f itself, to the values before it."""
    outputs = {"Softmax"} if issubclass(kind, CrossEntropy) else set()
    if kind.head is not None and not kind.head.reads_output:
        outputs |= {kind.head.output}
    return type(f).__name__ in outputs


def _loss(loss: Any) -> type[Loss]:
    """The class of a loss, from that or its name."""
    if isinstance(loss, str):
        return named(loss, "loss", losses, _losses_by_every_name, LOSSES)
    return loss


def activations() -> dict[str, type[Activation]]:
    """The activations by name: every elementwise box of that family, and then yours that have another name."""
    return _by_name(Activation, lambda cls: [snake(cls.__name__)])


def losses() -> dict[str, type[Loss]]:
    """The losses by name that say how a network ends (`Loss.head`), and then yours that have another name."""
    return _by_name(Loss, lambda cls: _names(cls)[:1])


def _losses_by_every_name() -> dict[str, type[Loss]]:
    return _by_name(Loss, _names)


def _names(cls: type[Loss]) -> list[str]:
    """The name of a loss, and its further names; none of one that ends no network. An inherited head names none."""
    if cls.head is None:
        return []
    return [cls.head.name or snake(cls.__name__), *cls.head.also] if "head" in vars(cls) else [snake(cls.__name__)]


def named(
    name: str, what: str, listed: Callable[[], dict[str, Any]], every: Callable[[], dict[str, Any]] | None = None,
    elsewhere: Answers = NO_ANSWERS,
) -> Any:  # fmt: skip
    """The class with a name: one defined in this process, or one of an installed package (see `bprop.plugins`).

    listed : gives {name: class}. every : the same with further names, which the error does not list. elsewhere : the
    names of other libraries.

    Raises UnknownNameError with the names that there are.
    """
    every = every or listed
    if name not in every():
        plugins.load()
    if name not in every():
        here = elsewhere.get(name.lower())
        there = known(name, listed()) if here is None else f"{some(listed())}; here it is {here}"
        raise UnknownNameError(f"no {what} is called {name!r}; there are: {there}")
    return every()[name]


def _by_name(family: Any, names_of: Callable[[Any], list[str]]) -> dict[str, Any]:
    """The classes of a family by their names: ours, then those of others, whose names do not replace ours."""
    classes = [cls for cls in registry().values() if issubclass(cls, family) and not isabstract(cls)]
    pairs = [(":" in cls.type_key, name, cls) for cls in classes for name in names_of(cls)]
    by_name: dict[str, Any] = {}
    for _, name, cls in sorted(pairs, key=lambda pair: pair[:2]):
        by_name.setdefault(name, cls)
    return by_name


def head_of(kind: type[Loss]) -> Head:
    """How a loss ends a network. Raises SettingError for one that does not say it."""
    if kind.head is None:
        raise SettingError(
            f"the loss {kind.__name__} does not say how a network ends: give it a `head`, such as head = "
            "bp.Head(output='Softmax', reads_output=True, labels=True, kind='int') (see help(bp.Head))"
        )
    return kind.head


def checked_sizes(sizes: Any) -> list[int]:
    """[D, H_1, ..., outputs] as plain numbers. Raises SettingError."""
    try:
        numbers = [index(size) for size in sizes]
    except TypeError:
        raise SettingError(f"sizes is a list of whole numbers, such as [784, 500, 10], not {sizes!r}") from None
    if len(numbers) < 2 or min(numbers) < 1:
        raise SettingError(
            f"sizes needs at least the numbers of inputs and outputs, each above 0, such as [784, 500, 10]; got {sizes}"
        )
    return numbers


def _activation(activation: Any) -> Any:
    """An activation as a class or a function, from that or its name; a list of them from a list."""
    if isinstance(activation, list | tuple):
        return [_activation(one) for one in activation]
    if isinstance(activation, str):
        return named(activation, "activation", activations, elsewhere=ACTIVATIONS)
    if not callable(activation):
        none = "; for no activation lambda a: a" if activation is None else ""
        raise SettingError(f"an activation is a name or a function from box to box, not {activation!r}{none}")
    return activation


def _need_weight(name: str, value: Any) -> None:
    if value is not None and not (isinstance(value, int | float | np.number) and 0 <= value < float("inf")):
        raise SettingError(f"{name} must be a number, 0 or more, not {value!r}")
