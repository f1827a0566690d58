"""A training in which several processes do the same steps together, each on its rows of every batch.

All of them hold the same theta and come to the same records. Process 0 alone writes checkpoints, shows progress and
calls callbacks. Whatever only one of them knows is agreed on: a signal, the wish of a callback to stop, how many steps
come next.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from zlib import crc32

import numpy as np

from bprop.console import quiet
from bprop.distributed.membership import Membership, membership
from bprop.engines import Job, together
from bprop.errors import LostProcessError, NonFiniteError, SettingError
from bprop.training.checkpoints import resume
from bprop.training.fit import Fit
from bprop.training.helm import steering_of
from bprop.training.interrupt import Terminated
from bprop.training.settings import TrainSettings
from bprop.training.trainer import Trainer

REASONS = (None, "epochs", "patience", "callback", "interrupted")
"""Why training ends. Of several reasons, the last counts."""
LOST = (
    "another process of this training has ended or cannot be reached, so this one ends too; start all of them again "
    "with bprop resume DIR (or resume=), if there are checkpoints"
)
WORD = 2**31 - 1
FAILED, LOST_CODE = 1, 75


class DistributedTrainer(Trainer):
    """The trainer of one process. engine : a `TogetherEngine`."""

    engine: Any

    def __init__(self, job: Job, engine: Any, theta: Mapping[str, np.ndarray], settings: TrainSettings):
        self.member: Membership = engine.member
        with self._leaving(engine):
            settings = replace(settings, resume=resume.source_of(settings.resume, settings.checkpoint))
            if not self.member.leads:
                settings = replace(settings, checkpoint=None, every=None, progress=False, callbacks=())
            engine.largest([0])  # process 0 writes its first checkpoint when all have seen what there is to resume
            super().__init__(job, engine, theta, settings)
            try:
                self._need_same()
            except BaseException:
                self.close()
                raise

    @contextmanager
    def _leaving(self, engine: Any) -> Iterator[None]:
        """Process 0 alone says what happens. A process that fails does not wait for the others at its end.

        Raises LostProcessError where another process is lost.
        """
        try:
            with quiet(not self.member.leads):
                yield
        except (NonFiniteError, Terminated):  # all processes end so
            raise
        except BaseException as error:
            lost = engine.is_loss(error)
            engine.leave(LOST_CODE if lost else FAILED)
            if lost:
                raise LostProcessError(LOST) from error
            raise

    def _need_same(self) -> None:
        """Raise SettingError unless all processes train the same network on the same data from the same place."""
        names, own = zip(*self._facts().items(), strict=True)
        words = [crc32(repr(fact).encode()) & WORD for fact in own]
        most = self.engine.largest(words)
        least = [-number for number in self.engine.largest([-word for word in words])]
        differ = [name for name, a, b in zip(names, most, least, strict=True) if a != b]
        if differ:
            raise SettingError(
                f"the processes differ in {' and '.join(differ)}: all of them need the same data, settings, versions "
                "and checkpoints"
            )

    def _facts(self) -> dict[str, Any]:
        """All that must be the same in every process, by what it is."""
        job, settings, here = self.job, self.settings, self.run_.surroundings()
        fingerprint = resume.fingerprint(job, settings.shuffle)
        data = {name: fingerprint.pop(name) for name in list(fingerprint) if name.startswith(("checksum", "examples"))}
        chosen = fingerprint, settings.epochs, settings.patience, settings.monitor, settings.keep_best
        theta = [crc32(array.tobytes()) for array in (*self.run_.params().values(), *self.run_.rule_arrays())]
        return {
            "their data": data,
            "their settings": chosen,
            "their network": job.graph.describe(),
            "their versions": [here.get(name) for name in ("bprop", "jax", "jaxlib")],
            "the place where they begin": (self.position.epoch, self.position.step, theta),
        }

    def run(self) -> Fit:
        with self._leaving(self.engine):
            return super().run()

    # --- the numbers on which all agree ---

    def agreed(self, count: int) -> int:
        wish = self.hooks.stopping or self.helm.stops
        least, stopping = self._largest(-count, int(wish))
        self.hooks.stopping = bool(stopping)
        return -least

    def _ended(self) -> str | None:
        return self._same(super()._ended())

    def _stopped_after_epoch(self) -> str | None:
        return self._same(super()._stopped_after_epoch())

    def _same(self, reason: str | None) -> str | None:
        """The reason of all, of the reason of this process."""
        (number,) = self._largest(REASONS.index(reason))
        return "interrupted" if self.interrupted() and not number else REASONS[number]

    def _largest(self, *numbers: int) -> list[int]:
        """The largest of each number over all processes; a signal that one of them has is one that all have."""
        *numbers_of_all, signal = self.engine.largest([*numbers, self.interrupt.signal or 0])
        self.interrupt.signal = signal or None
        return numbers_of_all


def distributed_trainer(job: Job, theta: Mapping[str, np.ndarray], settings: TrainSettings) -> Trainer:
    """The trainer of this process, which joins the others."""
    need_able(job, settings)
    return DistributedTrainer(job, joined(settings.distributed), theta, settings)


def joined(distributed: Any) -> Any:
    """The engine of all processes. distributed : a Membership, or True: as the environment says."""
    return together(distributed if isinstance(distributed, Membership) else membership(os.environ))


def leads(distributed: Any) -> bool:
    """Whether this process is process 0, or trains alone."""
    return not distributed or joined(distributed).member.leads


def need_able(job: Job, settings: TrainSettings) -> None:
    """Raise SettingError for a job or settings that cannot be distributed."""
    if settings.engine not in ("auto", "xla"):
        raise SettingError(f"engine={settings.engine!r} computes in one process: leave it out, or distributed=True")
    if job.data.window is not None or (job.validation is not None and job.validation.window is not None):
        raise SettingError(
            "batches that are made while training (by an iterable, a DataLoader or augment=) come anew in every "
            "process, so that they are not the same: give arrays, or bp.stream(...)"
        )
    if steering_of(settings.callbacks) is not None:
        raise SettingError("a live page, which can steer, is for one process: leave it out, or distributed=True")
