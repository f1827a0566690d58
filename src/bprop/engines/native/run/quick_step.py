"""A step in one call of machine code, where theta lies in memory and the batch is as it should be.

Python compares the arguments with those of the step before, copies the batch, and calls `perform` with the address of a
block that says everything else. Whatever is unusual is not done here: `Workspace.step` does it, or refuses it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bprop.engines.engine import LAST
from bprop.engines.functions import State, rows_of
from bprop.engines.native.run.block import Block, Stage, stage_of
from bprop.engines.native.run.team import TEAM, Performing, performing
from bprop.engines.native.run.workspace import Workspace

KEPT_BLOCKS = 8


class QuickStep:
    """Steps in the memory of a workspace."""

    space: Workspace

    def __init__(self, space: Workspace):
        self.space = space
        graph, options = space.graph, space.functions.options
        self.limits: Any = graph.limits if options.check else None
        unable = not graph.inputs or (options.check and graph.ranges.derived)
        self.code: Performing | None = None if unable else performing()
        self.block: Block | None = None
        """That of the last call."""
        self.blocks: dict[Any, Block | None] = {}

    def step(self, theta: Any, state: Any, batch: Any, seed: Any) -> tuple[Any, State, Any] | None:
        """The results of a step, or None where nothing has been done."""
        space, code = self.space, self.code
        if code is None:
            return None
        try:
            t, rule = state["t"], state["rule"]
            if len(state) != 2 or type(t) is not int or not 0 <= t < LAST or not space.holds(theta):
                return None
            if (rule or space.held_rule) and not space.holds_rule(rule):
                return None
            block = self.block
            if block is None or not block.takes(batch):
                block = self.block = self.block_for(batch, code)
                if block is None or not block.takes(batch):
                    return None
        except (KeyError, TypeError, AttributeError):  # these are no mappings of arrays
            return None
        if seed is not block.call.seed or t >> 32 != block.call.high:
            block.call.set_seed(seed, t)
        if block.rates is not None:
            block.rates[0] = space.functions.rule.rates(t, 1)[0]
        if block.begin(t) > 1:
            TEAM.wake(block.pacer.threads)
        if code.perform(block.address):
            return None
        theta, rule = space.handed() if space.in_place else space.taken()
        return theta, {"t": t + 1, "rule": rule}, block.result[0]

    def block_for(self, batch: Any, code: Performing) -> Block | None:
        """The block for batches such as this one; None where there can be none, or nothing is compiled yet."""
        inputs = self.space.graph.inputs
        arrays = {name: batch[name] for name in inputs}
        if len(batch) != len(inputs) or not all(type(array) is np.ndarray and array.ndim for array in arrays.values()):
            return None
        key = tuple((array.dtype, array.shape) for array in arrays.values())
        if key not in self.blocks:
            rows = rows_of(arrays)
            stages = self.stages(arrays, rows)
            if stages is None:
                return None
            run, call = self.space.steps[self.space.functions.filled(rows), False]
            while len(self.blocks) >= KEPT_BLOCKS:
                del self.blocks[next(iter(self.blocks))]
            self.blocks[key] = Block(code, self.space, run, call, stages, rows)
        return self.blocks[key]

    def stages(self, arrays: dict[str, np.ndarray], rows: int) -> dict[str, Stage] | None:
        """Where these arrays arrive, by input. None where something is unusual."""
        size = self.space.functions.options.batch_size
        if not rows or (size is not None and rows > size):
            return None
        if (self.space.functions.filled(rows), False) not in self.space.steps:
            return None
        _, call = self.space.steps[self.space.functions.filled(rows), False]
        stages = {}
        for name, array in arrays.items():
            target = call.arrays[name][:rows]
            legal = None if self.limits is None else self.limits.get(name, (-np.inf, np.inf, ""))
            stage = stage_of(array, target, legal)
            if stage is None:
                return None
            stages[name] = stage
        return stages
