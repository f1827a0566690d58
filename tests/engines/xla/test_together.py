"""Joining others, and training on four devices of one process, which have the arithmetic of four processes."""

import json
import os
import subprocess
import sys

import pytest

pytest.importorskip("jax")

from bprop.distributed.membership import Membership
from bprop.engines.xla.together import TogetherEngine, join
from bprop.errors import SettingError

ON_FOUR = """
import json
import numpy as np
import bprop as bp

rng = np.random.default_rng(0)
X = rng.normal(size=(110, 5))
data = {"x": X, "y": (X[:, 0] * X[:, 1] > 0).astype(int)}
network = bp.mlp([5, 6, 2], dropout=0.2, l2=1e-3, normalise="batch")
common = dict(rule=bp.Adam(0.01), epochs=2, batch_size=24, validation=0.2, dtype="float64", progress=False)
common |= dict(weights=rng.random(110) + 0.5)
for fit in (bp.train(network, data, engine="xla", **common), bp.train(network, data, distributed=True, **common)):
    print(json.dumps([fit.engine_reason, [r.loss for r in fit.history], [r.validation["loss"] for r in fit.history]]))
"""


def test_four_devices_of_a_process_give_the_losses_of_one():
    environment = {**os.environ, "XLA_FLAGS": "--xla_force_host_platform_device_count=4"}
    done = subprocess.run([sys.executable, "-c", ON_FOUR], env=environment, capture_output=True, text=True, check=True)
    one, four = map(json.loads, done.stdout.splitlines())
    assert four[0] == "xla, on 4 devices of this process"
    assert four[1] == pytest.approx(one[1], rel=1e-9)
    assert four[2] == pytest.approx(one[2], rel=1e-9)


def test_there_must_be_something_to_distribute():
    with pytest.raises(SettingError, match="nothing to distribute: one process, which has one device; start"):
        join(None)


def test_a_process_alone_loses_no_other():
    assert not TogetherEngine.is_loss(ValueError("Gloo all-reduce failed"))
    engine = TogetherEngine(Membership(1, 0))
    assert engine.largest([1, 2]) == [1, 2]
