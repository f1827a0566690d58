"""Compiled programs kept between processes."""

import os
import subprocess
import sys

import numpy as np
import pytest

import bprop as bp

jax = pytest.importorskip("jax")
kept = pytest.importorskip("bprop.engines.xla.kept")
programs = pytest.importorskip("bprop.engines.xla.programs")

TRAIN = """
import sys
import jax
import numpy as np
import bprop as bp

seen = []
jax.monitoring.register_event_duration_secs_listener(lambda event, *more, **others: seen.append(event))
rng = np.random.default_rng(0)
data = {"x": rng.normal(size=(40, 3)), "y": rng.integers(2, size=40)}
fit = bp.train(bp.mlp([3, 5, 2]), data, batch_size=8, epochs=2, validation=0.2, engine="xla", progress=False)
before = dict(jax.config.values)
print(sum("backend_compile" in event for event in seen), fit.params["W1"].tobytes().hex())
assert dict(jax.config.values) == before
"""


def in_a_new_process(folder, code=TRAIN, **variables):
    environment = os.environ | {"BPROP_CACHE": str(folder)} | variables
    found = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, env=environment)
    assert (found.returncode, found.stderr) == (0, "")
    return found.stdout.split()


@pytest.fixture
def afresh(monkeypatch, tmp_path):
    """afresh(): nothing is compiled in this process yet; programs are kept in a folder, which is returned."""

    def forget():
        monkeypatch.setenv("BPROP_CACHE", str(tmp_path / "cache"))
        monkeypatch.setattr(programs, "_programs", type(programs._programs)())
        return tmp_path / "cache"

    return forget


def test_the_second_process_compiles_nothing_and_computes_the_same(tmp_path):
    compiled, first = in_a_new_process(tmp_path / "cache")
    assert int(compiled) == 2  # epoch and evaluation
    again, second = in_a_new_process(tmp_path / "cache")
    assert int(again) == 0
    assert first == second
    off, third = in_a_new_process("off")
    assert int(off) == 2
    assert first == third


def test_of_several_devices_the_one_that_holds_the_arrays_is_meant(tmp_path):
    code = TRAIN.replace("rng =", "jax.config.update('jax_default_device', jax.devices()[2])\nrng =")
    flags = {"XLA_FLAGS": "--xla_force_host_platform_device_count=4"}
    compiled, first = in_a_new_process(tmp_path / "cache", code, **flags)
    again, second = in_a_new_process(tmp_path / "cache", code, **flags)
    assert (int(compiled), int(again)) == (2, 0)
    assert first == second


def test_within_a_process_a_kept_program_is_loaded(afresh, train, compilations):
    afresh()
    expected = train()
    afresh()
    with compilations() as seen:
        found = train()
    assert seen == []
    for name, array in expected.params.items():
        assert found.params[name].tobytes() == array.tobytes()


@pytest.mark.parametrize("payload", [b"", b"no program", b"\x80\x05."])
def test_what_cannot_be_loaded_is_compiled_again(afresh, train, compilations, payload, monkeypatch):
    folder = afresh()
    expected = train()
    monkeypatch.setattr(kept.Store, "get", lambda store, key: payload)
    afresh()
    with compilations() as seen:
        found = train()
    assert len(seen) == 2
    assert len(list(folder.iterdir())) == 2
    np.testing.assert_array_equal(found.params["W1"], expected.params["W1"])


def test_where_jax_keeps_programs_itself_nothing_is_kept_here(tmp_path):
    in_a_new_process(tmp_path / "cache", JAX_COMPILATION_CACHE_DIR=str(tmp_path / "of jax"))
    assert not (tmp_path / "cache").exists()


def test_a_program_that_calls_into_this_process_is_not_kept(afresh):
    folder = afresh()

    class Printed(bp.Box):
        def fprop(self, a):
            if not isinstance(a, np.ndarray):
                jax.debug.callback(lambda: None)
            return a * 1.0

        def bprop(self, grad, value, a):
            return grad

    x, w = bp.Input("x"), bp.Parameter("w", ())
    bp.train(bp.Graph(loss=bp.square(Printed(x * w))), {"x": [1.0, 2.0]}, engine="xla", progress=False)
    assert not folder.exists()


def test_the_key_holds_all_that_a_program_depends_on(monkeypatch):
    device = jax.devices()[0]
    keys = [kept.key_of("text", device), kept.key_of("other", device)]
    with monkeypatch.context() as changed:
        changed.setenv("XLA_FLAGS", "--xla_dump_to=nowhere")
        keys.append(kept.key_of("text", device))
    with monkeypatch.context() as changed:
        changed.setattr(kept, "machine", lambda: "another processor")
        keys.append(kept.key_of("text", device))
    with monkeypatch.context() as changed:
        changed.setattr(jax, "__version__", "0.0")
        keys.append(kept.key_of("text", device))
    assert len(set(keys)) == 5
    assert kept.key_of("text", device) == keys[0]


def test_the_machine_is_told_apart_by_its_instructions():
    assert kept.machine() == kept.machine()
    assert kept.machine()
