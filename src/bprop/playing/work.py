"""The state of the machine. Nothing changes it: a command makes a new one, and undo goes back to one before."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bprop.playing.curve import EMPTY, Curve
from bprop.playing.network import Network, Theta, network_of
from bprop.playing.recipe import Recipe
from bprop.playing.subjects.subject import Subject
from bprop.rules import SGD, Rule


@dataclass(frozen=True, eq=False)
class Training:
    """Where training is: what `bp.train` keeps of a run.

    rule_state : of the rule, None before its first update. epoch, step : epochs done, updates done of this one.
    updates : those since the rule began, its t. total : all updates since the initialisation.
    """

    rule: Rule
    batch_size: int
    rule_state: Mapping[str, Any] | None = None
    epoch: int = 0
    step: int = 0
    updates: int = 0
    total: int = 0
    curve: Curve = EMPTY

    @property
    def begun(self) -> bool:
        return self.total > 0

    def anew(self) -> Training:
        """The same settings, before the first update."""
        is_new = self.total == 0 and self.rule_state is None and not self.curve.points and self.step == self.epoch == 0
        return self if is_new else Training(self.rule, self.batch_size)

    def with_rule(self, rule: Rule) -> Training:
        """The training with another rule: one of the same class that needs the same state goes on with it, any other
        begins."""
        now = self.rule_state
        goes_on = type(rule) is type(self.rule) and now is not None and _keys(rule) == set(now)
        if goes_on or now is None:
            return replace(self, rule=rule)
        return replace(self, rule=rule, rule_state=None, updates=0)

    def with_batch_size(self, size: int) -> Training:
        """The training with another batch size. The epoch begins again."""
        return replace(self, batch_size=size, step=0)


def _keys(rule: Rule) -> set[str]:
    """The names of what a rule remembers."""
    return set(rule.init({"w": np.zeros(1)}))


@dataclass(frozen=True, eq=False)
class Work:
    """All that undo restores: the subject, the network, theta and the training.

    mistake : (name, box) of the planted mistake in the network, if there is one.
    """

    subject: Subject
    recipe: Recipe | None
    network: Network
    theta: Theta
    training: Training
    mistake: tuple[str, str] | None = None

    def is_same(self, other: Work) -> bool:
        """Whether another work has the same parts, to the bit."""
        mine, its = ((w.subject, w.recipe, w.network, w.training, w.mistake) for w in (self, other))
        return all(map(operator.is_, mine, its)) and all(
            array is other.theta[name] or array.tobytes() == other.theta[name].tobytes()
            for name, array in self.theta.items()
        )

    @classmethod
    def of(cls, subject: Subject) -> Work:
        """The beginning with a subject."""
        network = network_of(subject, subject.recipe)
        size = min(subject.batch_size, subject.rows)
        return cls(subject, subject.recipe, network, network.start, Training(SGD(subject.rate), size))


@dataclass(frozen=True, eq=False)
class View:
    """The view of a person. Undo leaves it as it is, where it still fits.

    row : of the training set, the example of the pass. own : {input: numbers} in their place, typed by hand.
    position : moves made of its pass. chosen : a weight, (parameter, index). check : the last result of a check.
    lesson : (name, step). answer : to the question of this step. begun : the work at its beginning.
    """

    row: int = 0
    own: Mapping[str, np.ndarray] | None = None
    position: int = 0
    chosen: tuple[str, tuple[int, ...]] | None = None
    check: Any = None
    lesson: tuple[str, int] | None = None
    answer: str | float | None = None
    begun: Work | None = None


FIRST = View()


@dataclass(frozen=True, eq=False)
class State:
    """The whole state: the work, the view of it, and whether training runs."""

    work: Work
    view: View = FIRST
    running: bool = False

    def with_work(self, **changes: Any) -> State:
        return replace(self, work=replace(self.work, **changes))

    def with_view(self, **changes: Any) -> State:
        return replace(self, view=replace(self.view, **changes))
