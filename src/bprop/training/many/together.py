"""Networks that do their steps together, an epoch of all after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bprop.engines.engine import Engine, Job, Run
from bprop.engines.many import ManyRuns
from bprop.training.epoch import Pace, whole_turns
from bprop.training.many.network import Network


class Started(Engine):
    """Gives a run that has been started already."""

    run: Run

    name: str

    def __init__(self, run: Run):
        self.run, self.name = run, run.engine

    def start(self, job: Job, params: Any) -> Run:
        return self.run


def train_together(members: Sequence[Network], many: ManyRuns) -> None:
    """Train to the end of the last. One that is done earlier is computed on, and its results are those of its end.

    All begin at the same step of the same epoch.
    """
    for member in members:
        member.begin_together()
    pace, going = Pace(), list(members)
    while going := [member for member in going if member.next_epoch()]:
        going = _epoch(members, going, many, pace)


def _epoch(members: Sequence[Network], going: list[Network], many: ManyRuns, pace: Pace) -> list[Network]:
    """An epoch, or the rest of it; the networks that go on after it."""
    first = going[0]
    many.set_orders([m.order for m in members], [m.position.running for m in members])
    steps, turn = first.job.steps_per_epoch, many.runs[0].turn
    at = first.position.step, first.position.updates
    while (left := steps - at[0]) and not first.crew.stopping:
        most = min((some for m in going if (some := m.most(m.position)) is not None), default=None)
        count = whole_turns(pace.next(left), turn, left, most)
        stretches = dict(zip(members, many.steps(at[0], count, at[1]), strict=True))
        seconds = max(0.0, pace.done(count) - many.compile_seconds()) / len(members)
        for k, member in enumerate(members):
            if member in going and (bad := stretches[member].bad_step) is not None:
                member.fail(*many.before(k), bad)
                going.remove(member)
        for member in going:
            member.after(count, seconds, stretches[member])
        if not going:
            return []
        at = at[0] + count, at[1] + count
    return [member for member in going if member.after_epoch(whole=at[0] == steps)]
