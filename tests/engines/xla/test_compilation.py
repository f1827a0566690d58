"""Compiled programs kept between processes."""

import os
import pickle
import subprocess
import sys
from hashlib import sha256

import numpy as np
import pytest

import bprop as bp

jax = pytest.importorskip("jax")
compilation = pytest.importorskip("bprop.engines.xla.compilation")
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


def test_what_cannot_be_loaded_is_compiled_again(afresh, train, compilations, monkeypatch):
    folder = afresh()
    expected = train()
    for payload in (b"", b"no program", b"\x80\x05."):
        monkeypatch.setattr(compilation.Store, "get", lambda store, key, payload=payload: payload)
        afresh()
        with compilations() as seen:
            found = train()
        assert len(seen) == 2, payload
        assert len(list(folder.glob("*.program"))) == 2
        np.testing.assert_array_equal(found.params["W1"], expected.params["W1"])


class Bomb:
    """Unpickling it makes a folder."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_the_bomb_of_these_tests_works(tmp_path):
    pickle.loads(pickle.dumps(Bomb(tmp_path / "made")))
    assert (tmp_path / "made").exists()


def planted(way, payload, key, folder, other):
    """The content of an entry that this user has not sealed, or not under this key."""
    if way == "no seal":
        return payload
    if way == "its own digest":
        return sha256(payload).digest() + payload
    if way == "sealed in another folder":
        compilation.Store(other).put(key, payload)
        return (other / f"{key}.program").read_bytes()
    compilation.Store(folder).put("another", payload)
    return (folder / "another.program").read_bytes()


WAYS = ("no seal", "its own digest", "sealed in another folder", "sealed under another name")


def test_nothing_is_unpickled_that_this_user_has_not_sealed(afresh, train, compilations, tmp_path):
    """XLA's programs are kept as pickles. To unpickle one is to run what it says."""
    folder, bomb = afresh(), pickle.dumps(Bomb(tmp_path / "made"))
    expected = train()
    for way in WAYS:
        entries = sorted(path for path in folder.glob("*.program") if path.stem != "another")
        assert len(entries) == 2, way
        for entry in entries:
            entry.write_bytes(planted(way, bomb, entry.stem, folder, tmp_path / "other"))
        afresh()
        with compilations() as seen:
            again = train()
        assert len(seen) == 2, way
        assert not (tmp_path / "made").exists(), way
        np.testing.assert_array_equal(again.params["W1"], expected.params["W1"])


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can make files of other users")
def test_nothing_is_unpickled_out_of_a_folder_of_another_user(afresh, train, compilations, tmp_path, monkeypatch):
    """Secret and seals are right: only the owner of the files shows that they are another user's."""
    folder = afresh()
    expected = train()
    put = compilation.Store(folder).put
    for entry in folder.glob("*.program"):
        put(entry.stem, pickle.dumps(Bomb(tmp_path / "made")))
    for path in (folder, *folder.iterdir()):
        os.chown(path, 61001, 61001)
    afresh()
    with compilations() as seen:
        again = train()
    assert len(seen) == 2
    assert not (tmp_path / "made").exists()
    np.testing.assert_array_equal(again.params["W1"], expected.params["W1"])
    for path in (folder, *folder.iterdir()):
        os.chown(path, 0, 0)
    afresh()
    train()
    assert (tmp_path / "made").exists()  # the same files as the user's own are loaded, so the bomb was armed


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
    keys = [compilation.program_key("text", device), compilation.program_key("other", device)]
    with monkeypatch.context() as changed:
        changed.setenv("XLA_FLAGS", "--xla_dump_to=nowhere")
        keys.append(compilation.program_key("text", device))
    with monkeypatch.context() as changed:
        changed.setattr(compilation, "cpu_identity", lambda: "another processor")
        keys.append(compilation.program_key("text", device))
    with monkeypatch.context() as changed:
        changed.setattr(jax, "__version__", "0.0")
        keys.append(compilation.program_key("text", device))
    assert len(set(keys)) == 5
    assert compilation.program_key("text", device) == keys[0]


@pytest.mark.parametrize(
    ("name", "value", "same"),
    [
        ("jax_log_compiles", True, True),
        ("jax_dump_ir_to", "nowhere", True),
        ("jax_persistent_cache_min_compile_time_secs", 5.0, True),
        ("jax_default_matmul_precision", "float32", False),
    ],
)
def test_settings_of_jax_that_change_no_number_make_no_other_program(name, value, same):
    device, before = jax.devices()[0], jax.config.values[name]
    key = compilation.program_key("text", device)
    jax.config.update(name, value)
    try:
        assert jax.config.values[name] != before
        assert (compilation.program_key("text", device) == key) is same
    finally:
        jax.config.update(name, before)


def test_the_machine_is_told_apart_by_its_instructions():
    assert compilation.cpu_identity() == compilation.cpu_identity()
    assert compilation.cpu_identity()


def test_where_nothing_is_kept_no_program_is_made_ready_to_be(monkeypatch):
    monkeypatch.setattr(compilation, "serialize", lambda program: pytest.fail("serialized"))
    monkeypatch.setattr(compilation, "program_key", lambda *args: pytest.fail("named"))
    lowered = jax.jit(lambda a: a + 1).lower(1.0)
    program = compilation.compile_or_load(lowered, jax.devices()[0], compilation.Store(None))
    assert program(1.0) == 2.0


@pytest.mark.parametrize("compile", [compilation.compile_or_load, compilation.remembered])
def test_an_argument_that_the_code_does_not_use_may_come_in_other_shapes(compile, tmp_path, monkeypatch):
    """The state of optax.sgd is empty: its code was the same for every network, and refused the next one."""
    monkeypatch.setenv("BPROP_CACHE", str(tmp_path))
    for size in (3, 4):
        function = compilation.Function(lambda arrays: {}, compile=compile)
        assert function({"W": np.ones(size, np.float32)}) == {}
