"""The options of training in several processes, and those that do not go with them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from bprop.cli import training_options as training
from bprop.cli.command import options_for
from bprop.cli.running import ShowingOptions, TrainingOptions
from bprop.distributed.membership import Membership, membership
from bprop.errors import SettingError

PLACED = ("coordinator", "processes", "process")
"""The options that say which process this is: they are no part of the run."""
ENGINES = ("auto", "xla")


@dataclass(frozen=True)
class DistributedOptions:
    """Whether to train in several processes, and which of them this is."""

    distributed: training.Distributed = False
    coordinator: training.Coordinator = None
    processes: training.Processes = None
    process: training.ProcessNumber = None

    @property
    def member(self) -> Membership | None:
        """The place of this process, by the options or the environment; None: nothing speaks of other processes."""
        if not self.distributed:
            return None
        return membership(os.environ, self.coordinator, self.processes, self.process)

    @property
    def leads(self) -> bool:
        """Whether this process writes and shows: process 0, or the only one."""
        return self.member is None or self.member.leads

    @property
    def setting(self) -> Any:
        """The setting `distributed` of a training."""
        return self.distributed and (self.member or True)

    def chosen(self, training: TrainingOptions, showing: ShowingOptions, folds: int | None) -> TrainingOptions:
        """The options of training as they are used: one network, where nothing else is asked for.

        Raises SettingError for options that several processes do not follow together.
        """
        if not self.distributed:
            return training
        apart = "train without it, or without --distributed"
        reasons = {
            f"--engine {training.engine} computes in one process": training.engine not in ENGINES,
            f"--members {training.members}: several networks are best trained apart": training.members not in (None, 1),
            "--time: processes do not agree on how long an epoch takes": training.time is not None,
            "--folds: the networks of folds are best trained apart": folds is not None,
            "--live: a live page, which can steer, is for one process": showing.live,
        }
        for reason in (reason for reason, there in reasons.items() if there):
            raise SettingError(f"{reason}; {apart}")
        return replace(training, members=1)

    def of_this_process(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """The settings of `bprop.train`, of which only process 0 has those that write and show."""
        own = {**settings, "distributed": self.setting}
        if not self.leads:
            own |= {"callbacks": [], "health": False, "progress": False}
        return own


distributed_options: Final = options_for("spreading", DistributedOptions)
"""A command with a parameter `spreading` has these options in its place. It is called with DistributedOptions."""
