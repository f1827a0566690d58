"""Commands on training: updates, and the settings that may change midway."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bprop.playing import read, training
from bprop.playing.commands.command import At, command
from bprop.playing.refused import RefusedError
from bprop.playing.ruling import made
from bprop.playing.work import State, Work
from bprop.rules import Rule, rules

MOST_UPDATES = 100_000
"""Of one command; a host makes more of them by `tick`."""


@command(optional={"updates": lambda value, key: read.whole(value, key, 1, MOST_UPDATES)})
def step(at: At, updates: int = 1) -> State:
    """So many updates."""
    return replace(at.state, work=advanced(at, updates))


@command()
def epoch(at: At) -> State:
    """The updates to the end of this epoch; at its beginning, those of a whole one."""
    work = at.state.work
    need_loss(work)
    return replace(at.state, work=advanced(at, at.computed.run(work).job.steps_per_epoch - work.training.step))


def advanced(at: At, updates: int) -> Work:
    """The work after some updates more."""
    work = at.state.work
    need_loss(work)
    run = at.computed.run(work)
    return training.updates(run, training.started(run, work), updates)


def need_loss(work: Work) -> None:
    if work.network.graph.loss is None:
        raise RefusedError("this graph has no loss: there is nothing to train for")


@command({"value": lambda value, key: read.number(value, key, 0.0, 1e6)})
def rate(at: At, value: float) -> State:
    """The learning rate is another one. The rule goes on with what it remembers."""
    now = at.state.work.training
    return _ruled(at, replace(now.rule, learning_rate=value))


@command({"name": read.text}, {"rate": read.anything, "settings": read.anything})
def rule(at: At, name: str, rate: Any = None, settings: Any = None) -> State:
    """The rule is another one, or has other settings. One of another class begins: it remembers nothing."""
    kinds = {kind.__name__: kind for kind in rules().values()}
    kind = kinds[read.choice(name, "name", kinds)]
    return _ruled(at, made(kind, rate, settings, at.state.work.training.rule))


def _ruled(at: At, new: Rule) -> State:
    return at.state.with_work(training=at.state.work.training.with_rule(new))


@command({"size": lambda value, key: read.whole(value, key, 1, 10**9)})
def batch_size(at: At, size: int) -> State:
    """Each update sees so many rows. The epoch begins again."""
    work = at.state.work
    if size > work.subject.rows:
        raise RefusedError(f"batch_size {size}: the training set has {work.subject.rows} rows")
    return at.state.with_work(training=work.training.with_batch_size(size))


@command()
def rewind(at: At) -> State:
    """The same initialisation, and the same order of the rows: training begins again."""
    work = at.state.work
    return at.state.with_work(theta=work.network.start, training=work.training.anew())
