"""Update rules: two pure functions, init and step, on the array namespace. Their base class, and rules by name."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import partial, reduce
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from bprop import plugins, signatures
from bprop.elsewhere import alike, need_fields
from bprop.errors import CallError, SettingError, UnknownNameError
from bprop.names import known
from bprop.namespace import Array, namespace
from bprop.notebook import Described
from bprop.outside import fails_again
from bprop.registry import is_redefinition
from bprop.rules.factors import read_factors, update_by_factor
from bprop.rules.runtime import plain_numbers
from bprop.rules.schedules import as_rate, positive, rate_at

Arrays = Mapping[str, Array]
RuleState = dict[str, dict[str, Array]]
_CLASSES: "dict[str, type[Rule]]" = {}
METHODS = (
    ("init", ("params",), "the state: {name: {parameter: array}}"),
    ("update", ("params", "grads", "state", "rate", "t"), "(params, state), both new"),
    ("step", ("params", "grads", "state", "t"), "(params, state), both new"),
)
"""(method, its arguments, its result) of the methods of a rule."""
ELSEWHERE = alike(
    {
        ("lr", "learning_rate_init", "step_size", "eta", "alpha"): "type learning_rate=0.1, or the number first",
        ("betas", "beta_1", "beta_2", "b1", "b2"): "type beta1=0.9, beta2=0.999",
        ("eps",): "type epsilon=1e-8",
        ("decay", "weight_decay", "l2"): (
            "type bp.AdamW(0.001, weight_decay=0.01), or bp.mlp(..., l2=1e-4) for a penalty"
        ),
        ("clipnorm", "max_norm", "clip", "gradient_clip", "clipvalue"): "type clip_norm=1.0",
        ("nesterovs_momentum",): "type momentum=0.9, nesterov=True",
        ("params", "parameters"): "bp.train passes the parameters itself",
    }
)
"""Names that the numbers of rules have in other libraries."""
OPTAX = ("rmsprop", "adagrad", "adadelta", "adamax", "nadam", "lamb", "lion", "radam", "adafactor", "lars", "yogi")
"""Rules that optax has."""


@dataclass(frozen=True)
class Rule(Described, ABC):
    """An update rule: (theta, gradient, state, t) -> (theta, state). A subclass defines `update`.

    learning_rate : a number, a schedule of `bprop.schedules`, or a function of t, the number of updates already made.
    clip_norm : in subclasses that have it, the largest Euclidean norm of the gradient of all parameters together. A
        longer gradient is scaled down to it (Pascanu, Mikolov and Bengio 2013, alg. 1). None does not clip.
    rate_factors : {name or pattern of parameters: factor}, by keyword: the learning rate of these parameters is
        alpha(t) * factor, such as {"W1": 0.1, "E_*": 2}. A parameter's own name counts before patterns, and the first
        pattern that fits before the others. All else is the same for all parameters, and clip_norm is of all together.

    Raises SettingError for a number out of its range, CallError for a name that the rule does not have.

    To write one: a frozen dataclass with the formula, which all engines run. Its numbers are annotated attributes.
    `params`, `grads` and what `init` returns are dicts of arrays by parameter; `update` returns new dicts, changes no
    array in place, and computes with the operators and functions of `bp.namespace(array)`.

    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class HeavyBall(bp.Rule):
    ...     friction: float = 0.1
    ...
    ...     def init(self, params):  # the state before the first update; a rule without state leaves this out
    ...         return {"v": {name: bp.namespace(p).zeros_like(p) for name, p in params.items()}}
    ...
    ...     def update(self, params, grads, state, rate, t):
    ...         v = {name: (1 - self.friction) * state["v"][name] - rate * grads[name] for name in params}
    ...         return {name: p + v[name] for name, p in params.items()}, {"v": v}
    >>> rule, theta = HeavyBall(0.5), {"W": np.ones(2)}
    >>> theta, state = rule.step(theta, {"W": np.array([2.0, -4.0])}, rule.init(theta), 0)
    >>> theta["W"]
    array([0., 3.])

    `bp.train(graph, data, rule=HeavyBall(0.1))` then trains with it.
    """

    learning_rate: Any = 0.1
    rate_factors: Any = field(default=None, kw_only=True)

    elementwise: ClassVar[bool] = False
    """True if the update of each element depends on its own gradient and state alone. Then an engine may lay out arrays
    in another order."""
    reference: ClassVar[str | None] = None
    """The name of the function of optax that computes the same ("adam"), or None. The tests compare the two."""

    def __init_subclass__(cls, named: bool = True, **kwargs: Any) -> None:
        """named : Python and the command line know the rule by its name in lower case. The first class of a name keeps
        it, but a class that is defined again replaces itself."""
        super().__init_subclass__(**kwargs)
        for method, arguments, result in METHODS:
            fault = signatures.fault(cls, method, ("self", *arguments), result)
            if fault:
                raise CallError(fault)
        name = cls.__name__.lower()
        if named and is_redefinition(_CLASSES.setdefault(name, cls), cls):
            _CLASSES[name] = cls
        if "__repr__" not in vars(cls):  # so that dataclass does not write another one
            cls.__repr__ = cls.__repr__

    def __repr__(self) -> str:
        shown = {one.name: getattr(self, one.name) for one in fields(self) if one.repr}
        if (factors := shown.pop("rate_factors", None)) is not None:
            shown["rate_factors"] = dict(factors)
        return f"{type(self).__qualname__}({', '.join(f'{name}={value!r}' for name, value in shown.items())})"

    if not TYPE_CHECKING:

        def __new__(cls, *arguments: Any, **settings: Any):
            need_fields(cls, settings, ELSEWHERE)
            return super().__new__(cls)

    @classmethod
    def examples(cls) -> "Iterable[Rule]":
        """Rules with settings that use every part of the formula, for the automatic checks."""
        return ()

    def __post_init__(self) -> None:
        plain_numbers(self)
        rate = as_rate(f"{type(self).__name__}: learning_rate", self.learning_rate)
        object.__setattr__(self, "learning_rate", rate)
        if getattr(self, "clip_norm", None) is not None:
            positive(self, "clip_norm")
        object.__setattr__(self, "rate_factors", read_factors(type(self).__name__, self.rate_factors))
        if self.rate_factors and (type(self).step, type(self).step_at) != (Rule.step, Rule.step_at):
            raise SettingError(f"{type(self).__name__} has a `step` of its own, which takes no rate_factors")

    def init(self, params: Arrays) -> RuleState:
        """The state before the first update: {"velocity": {parameter: array}}, say."""
        return {}

    def step(self, params: Arrays, grads: Arrays, state: RuleState, t: Any) -> tuple[dict[str, Array], RuleState]:
        """theta and state after update number t (0, 1, 2, ...). `grads` are the gradients of the objective."""
        return self.step_at(params, grads, state, self.rate(t), t)

    def step_at(
        self, params: Arrays, grads: Arrays, state: RuleState, rate: Any, t: Any
    ) -> tuple[dict[str, Array], RuleState]:
        """theta and state after update number t, with the learning rate alpha(t) = `rate`."""
        limit = getattr(self, "clip_norm", None)
        if limit is not None:
            grads = clip_by_norm(grads, limit)
        if self.rate_factors:
            return update_by_factor(self.update, self.rate_factors, params, grads, state, rate, t)
        return _pair(self, params, self.update(params, grads, state, rate, t))

    def rate(self, t: Any) -> Any:
        """alpha(t): a Python float for a whole number t, so that the update stays in the precision of theta."""
        return float(self.rates(int(t), 1)[0]) if isinstance(t, int | np.integer) else self.alpha(t)

    def alpha(self, t: Any) -> Any:
        """alpha(t) by its formula, for t on any array namespace."""
        return rate_at(self.learning_rate, t)

    def rates(self, t: int, count: int) -> np.ndarray:
        """alpha of the updates t .. t + count - 1, in float64. Every engine uses these, and the history shows them."""
        if type(self).rate is not Rule.rate:
            return np.array([self.rate(t + i) for i in range(count)], np.float64)
        several = partial(self.alpha, np.arange(t, t + count, dtype=np.int64))
        try:
            alphas = several()
        except Exception:  # a user's schedule may take one number at a time; if it is wrong, the calls below raise
            if not fails_again(several):
                raise
            if count > 1:
                return np.concatenate([self.rates(t + i, 1) for i in range(count)])
            alphas = self.alpha(int(t))
        return np.broadcast_to(np.asarray(alphas, np.float64), (count,))

    @property
    def scheduled(self) -> bool:
        """True if alpha changes from update to update. Then engines use `rates`."""
        return type(self).step is Rule.step and (callable(self.learning_rate) or type(self).rate is not Rule.rate)

    def unscheduled(self) -> Self:
        """The rule with alpha set to 0, for engines that pass alpha to `step_at`."""
        copy = object.__new__(type(self))
        vars(copy).update(vars(self), learning_rate=0.0)
        return copy

    @abstractmethod
    def update(
        self, params: Arrays, grads: Arrays, state: RuleState, rate: Any, t: Any
    ) -> tuple[dict[str, Array], RuleState]:
        """The formula of the rule: theta and state after update number t, with alpha = `rate`."""


@dataclass(frozen=True)
class Foreign:
    """An optax GradientTransformation as a rule. It computes with JAX, so it needs the XLA engine.

    name : when a run is resumed, two rules with one name count as the same, whatever they hold. None: they are compared
        function by function and number by number.
    """

    transformation: Any
    name: str | None = None

    def __post_init__(self) -> None:
        if self.name is not None and not isinstance(self.name, str):
            raise SettingError(f"Foreign: name must be a text, not {self.name!r}")

    def init(self, params: Arrays) -> Any:
        return self.transformation.init(dict(params))

    def step(self, params: Arrays, grads: Arrays, state: Any, t: Any) -> tuple[dict[str, Array], Any]:
        updates, state = self.transformation.update(dict(grads), state, dict(params))
        return {name: p + updates[name].astype(p.dtype) for name, p in params.items()}, state

    def rate(self, t: Any) -> None:
        return None


def rules() -> "dict[str, type[Rule]]":
    """The classes of rules by name: "sgd", "adam", "adamw", then those of other packages and programs."""
    return dict(_CLASSES)


def rule_named(name: str) -> "type[Rule]":
    """The class of a rule by its name in lower case. Installed packages may add rules (see `bprop.plugins`).

    Raises UnknownNameError, which lists the known names.
    """
    if name not in _CLASSES:
        plugins.load()
    if name not in _CLASSES:
        more = f"; optax has it: rule=optax.{name.lower()}(0.001)" if name.lower() in OPTAX else ""
        raise UnknownNameError(f"{name!r} is not one of {known(name, _CLASSES)}{more}")
    return _CLASSES[name]


def as_rule(rule: Any) -> Any:
    """The rule of a Rule, of a name ("adam" or "Adam": its class with default settings) or of an optax transformation.

    Raises UnknownNameError for a name that no rule has, SettingError for anything else.
    """
    if isinstance(rule, str):
        return rule_named(rule if rule in _CLASSES else rule.lower())()
    if isinstance(rule, Rule | Foreign):
        return rule
    is_object = not isinstance(rule, type)  # the class SGD is no rule, SGD(...) is
    if is_object and callable(getattr(rule, "init", None)) and callable(getattr(rule, "update", None)):
        return Foreign(rule)
    is_class = isinstance(rule, type)
    raise SettingError(
        f"rule must be bp.SGD(...), bp.Adam(...), a name such as 'adam', or an optax transformation, not {rule!r}"
        + ("; a number is a learning rate, rule=bp.SGD(0.1)" if isinstance(rule, int | float) else "")
        + (f"; type rule=bp.{rule.__name__}()" if isinstance(rule, type) and issubclass(rule, Rule) else "")
        + ("; a rule of your own is a class, see help(bp.Rule)" if not is_class and callable(rule) else "")
    )


def _pair(rule: Rule, params: Arrays, result: Any) -> Any:
    """The result of `update`. Raises SettingError where that is not (params, state)."""
    if type(result) is not tuple or len(result) != 2 or not hasattr(result[0], "keys"):
        raise SettingError(
            f"{type(rule).__name__}.update returned a {type(result).__name__}: it returns a pair, (params, state)"
        )
    if result[0].keys() != params.keys():
        lost = ", ".join(map(str, [*(params.keys() - result[0].keys()), *(result[0].keys() - params.keys())]))
        raise SettingError(f"{type(rule).__name__}.update returned other parameters than it was called with: {lost}")
    return result


def clip_by_norm(grads: Arrays, limit: Any) -> dict[str, Array]:
    """All gradients, times min(1, limit / their common Euclidean norm).

    The gradients are divided by their largest element before they are squared, so no square overflows.
    """
    if not grads:
        return {}
    xp = namespace(*grads.values())
    largest = reduce(xp.maximum, (xp.abs(g).max() for g in grads.values()))
    size = xp.where(largest > 0, largest, largest * 0 + 1)
    norm = xp.maximum(xp.sqrt(sum(xp.square(g / size).sum() for g in grads.values())), 1)  # 1 if all are 0
    allowed = limit / norm  # the largest element after clipping
    factor = xp.where(size > allowed, allowed, 1) / xp.where(size > allowed, size, 1)
    return {name: g * factor.astype(g.dtype) for name, g in grads.items()}


def zeros_like(params: Arrays) -> dict[str, Array]:
    """One array of zeros for each parameter."""
    return {name: namespace(p).zeros_like(p) for name, p in params.items()}
