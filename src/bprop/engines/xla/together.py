"""Joining the other processes, and the engine that trains with them."""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import jax
import numpy as np

from bprop.distributed.lifeline import end_with_launcher
from bprop.distributed.membership import HOW, Membership
from bprop.engines.engine import Job, Run
from bprop.engines.xla.devices import Devices
from bprop.engines.xla.spread import SpreadRun
from bprop.engines.xla.xla_engine import XlaEngine
from bprop.errors import SettingError

JOINING = 300
"""Seconds for which processes wait for each other at the start."""
SIGNS = ("Gloo", "NCCL", "oordination", "UNAVAILABLE", "DEADLINE_EXCEEDED", "eartbeat")
"""Words of the errors of a process that cannot reach another one."""
SILENT = 60
"""Seconds without a sign of life after which a process counts as lost."""
PREEMPTION = "jax_enable_preemption_service"
"""A setting of JAX."""
ENDING = 24 * 3600
"""Seconds for which processes wait, at the end, for process 0 to test and to save."""


def join(member: Membership | None) -> Membership:
    """Join the other processes, once in the life of this one. Returns the place of this process among them.

    member : None where nothing speaks of other processes: then those that the caller has joined with
    `jax.distributed.initialize`, else the devices of this process alone.
    Raises SettingError where the processes do not find each other, and where there is nothing to distribute.
    """
    end_with_launcher()
    if jax.distributed.is_initialized() or member is None:
        joined = Membership(jax.process_count(), jax.process_index())
        if member is not None and member[:2] != joined[:2]:
            raise SettingError(f"this process has joined {joined.processes} processes already, as number {joined[1]}")
        if joined.processes == 1 and len(jax.devices()) == 1 and member is None:
            raise SettingError(f"there is nothing to distribute: one process, which has one device; {HOW}")
        return joined
    if PREEMPTION in jax.config.values:  # it would take SIGTERM for itself, which asks a training to stop and to save
        jax.config.update(PREEMPTION, False)
    try:
        jax.distributed.initialize(
            member.coordinator, member.processes if member.coordinator else None,
            member.process if member.coordinator else None, cluster_detection_method=member.by or "deactivate",
            initialization_timeout=JOINING, heartbeat_timeout_seconds=SILENT, shutdown_timeout_seconds=ENDING,
            coordinator_bind_address=member.coordinator if member.on_loopback else None,
        )  # fmt: skip
    except (RuntimeError, ValueError) as error:
        raise SettingError(f"the processes could not join: {str(error).splitlines()[0]}") from error
    return member


class TogetherEngine(XlaEngine):
    """Trains on all devices of all processes that have joined. member : which of them this is."""

    def __init__(self, member: Membership):
        self.member, self.devices = member, Devices.every()
        with _silent():  # the library that connects the processes prints that it has done so
            self.largest([0])

    def start(self, job: Job, params: Mapping[str, np.ndarray]) -> Run:
        self._need_able(job)
        return SpreadRun(job, params, self.devices)

    def largest(self, numbers: Sequence[int]) -> list[int]:
        """The largest of each number over all processes."""
        return self.devices.largest(numbers)

    @staticmethod
    def is_loss(error: BaseException) -> bool:
        """Whether an error is that of a process that cannot reach another one."""
        kind = isinstance(error, jax.errors.JaxRuntimeError | ValueError)
        return kind and any(word in str(error) for word in SIGNS) and jax.process_count() > 1

    @staticmethod
    def leave(code: int) -> None:
        """At the end of this process, do not wait for the others, which wait for this one."""
        if jax.process_count() > 1:
            atexit.register(_leave, code)


@contextmanager
def _silent() -> Iterator[None]:
    """Within the context, standard output goes nowhere, also that of C code."""
    try:
        before = os.dup(1)
    except OSError:  # there is none
        yield
        return
    sys.stdout.flush()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        os.dup2(before, 1)
        os.close(before)
        os.close(nowhere)


def _leave(code: int) -> None:
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    os._exit(code)


def engine_of(member: Any) -> TogetherEngine:
    """The engine of a process that joins, or has joined, the others."""
    return TogetherEngine(join(member))
