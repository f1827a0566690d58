"""Update rules of other libraries: anything with optax's init(params) and update(grads, state, params)."""

from dataclasses import dataclass
from typing import Any

from bprop.errors import SettingError
from bprop.rules.rule import Rule, rule_named


@dataclass(frozen=True)
class Foreign:
    """An optax GradientTransformation as a rule. It computes with JAX, so it needs the XLA engine.

    name : when a run is resumed, two rules with one name count as the same, whatever they hold. None: they are compared
        function by function and number by number.
    """

    transformation: Any
    name: str | None = None

    def __post_init__(self):
        if self.name is not None and not isinstance(self.name, str):
            raise SettingError(f"Foreign: name must be a text, not {self.name!r}")

    def init(self, params):
        return self.transformation.init(dict(params))

    def step(self, params, grads, state, t):
        updates, state = self.transformation.update(dict(grads), state, dict(params))
        return {name: p + updates[name].astype(p.dtype) for name, p in params.items()}, state

    def rate(self, t):
        return None


def as_rule(rule: Any) -> Any:
    """The rule of a Rule, of a name ("adam": its class with default settings) or of an optax transformation.

    Raises UnknownNameError for a name that no rule has, SettingError for anything else.
    """
    if isinstance(rule, str):
        return rule_named(rule)()
    if isinstance(rule, Rule | Foreign):
        return rule
    is_object = not isinstance(rule, type)  # the class SGD is no rule, SGD(...) is
    if is_object and callable(getattr(rule, "init", None)) and callable(getattr(rule, "update", None)):
        return Foreign(rule)
    raise SettingError(
        f"rule must be bp.SGD(...), bp.Adam(...), a name such as 'adam', or an optax transformation, not {rule!r}"
    )
