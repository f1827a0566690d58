"""What other packages offer, found by entry points as if these were installed: each kind works everywhere at once."""

import os
import re
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest

import bprop as bp
from bprop import errors, plugins
from bprop.registry import registry

LECTURE = ("--recipe", "lecture")
ACTIVATION = '''
import bprop as bp

class Softsign(bp.boxes.Activation):
    """a / (1 + |a|): derivative 1 / (1 + |a|)^2."""

    bounds = (-1.0, 1.0)

    def fprop(self, a):
        return a / (1 + abs(a))

    def bprop(self, grad, value, a):
        return grad / (1 + abs(a)) ** 2
'''
LOSS = '''
import bprop as bp

class PseudoHuber(bp.boxes.Loss):
    """delta^2 (sqrt(1 + (r / delta)^2) - 1), r = f - y, summed over the outputs."""

    delta: float = 1.0
    metrics = ("mae", "rmse")
    unit = "furlongs"
    head = bp.boxes.Head(reads_output=True, scaled=2)

    @classmethod
    def settings_for(cls, deviation):
        return {"delta": deviation}

    def fprop(self, f, y):
        losses = self.delta**2 * ((1 + ((f - y) / self.delta) ** 2) ** 0.5 - 1)
        return losses.reshape(losses.shape[0], -1).sum(axis=1)

    def bprop(self, grad, value, f, y):
        sent = grad.reshape(-1, *[1] * (f.ndim - 1)) * (f - y) / (1 + ((f - y) / self.delta) ** 2) ** 0.5
        return sent, -sent
'''
RULE = '''
from dataclasses import dataclass
from typing import Any

import bprop as bp

@dataclass(frozen=True)
class Lion(bp.Rule):
    """theta <- theta - alpha (sign(beta1 m + (1 - beta1) grad) + weight_decay theta)."""

    learning_rate: Any = 0.0003
    beta1: float = 0.9
    beta2: float = 0.99
    weight_decay: float = 0.0
    clip_norm: float | None = None

    def init(self, params):
        return {"m": {name: 0 * p for name, p in params.items()}}

    def update(self, params, grads, state, rate, t):
        moved, momentum = {}, {}
        for name, p in params.items():
            m, g = state["m"][name], grads[name]
            sign = bp.namespace(p).sign(self.beta1 * m + (1 - self.beta1) * g)
            moved[name] = p - rate * (sign + self.weight_decay * p)
            momentum[name] = self.beta2 * m + (1 - self.beta2) * g
        return moved, {"m": momentum}
'''
ENGINE = '''
from bprop.engines import Engine
from bprop.engines.delegate import Delegate
from bprop.engines.numpy import NumpyEngine

class CountingRun(Delegate):
    engine = "tallying"

    def steps(self, start, count, t):
        Tallying.steps += count
        return super().steps(start, count, t)

class Tallying(Engine):
    """Runs a graph on NumPy, and counts the steps."""

    name = "tallying"
    steps = 0

    def start(self, job, params):
        return CountingRun(NumpyEngine().start(job, params))
'''
COMMAND = '''
from pathlib import Path

import bprop as bp
from bprop.cli.command import command

@command
def sizes(model: Path) -> None:
    """Show what MODEL is made of."""
    print(len(bp.load(model).graph.order), "boxes")
'''
KINDS = {"an_activation": ACTIVATION, "a_loss": LOSS, "a_rule": RULE, "an_engine": ENGINE}


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """installed(name, text): a module of somebody's, as if a package named it as an entry point."""
    monkeypatch.syspath_prepend(tmp_path)
    entries = []

    def install(name, text):
        (tmp_path / f"{name}.py").write_text(text)
        entries.append(EntryPoint(name, name, plugins.GROUP))

    monkeypatch.setattr("bprop.registry._CLASSES", registry())
    monkeypatch.setattr("bprop.rules.rule._CLASSES", bp.rules.rules())
    monkeypatch.setattr("bprop.engines.engine._DEFINED", {})
    monkeypatch.setattr(plugins, "entry_points", lambda group: entries if group == plugins.GROUP else [])
    plugins.load.cache_clear()
    yield install
    plugins.load.cache_clear()
    for entry in entries:
        sys.modules.pop(entry.name, None)


@pytest.fixture
def rows():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 3))
    return {"x": x, "y": x @ [1.0, -2.0, 0.5] + 3}


def trained(graph, rows, **settings):
    return bp.train(graph, rows, **{"epochs": 3, "batch_size": 8, "engine": "numpy", "progress": False, **settings})


def test_an_activation_is_known_by_name_and_as_a_class(installed, rows):
    installed("an_activation", ACTIVATION)
    graph = bp.mlp([3, 4, 1], task="regression", activation="softsign")
    cls = type(graph.boxes["h1"])
    assert cls.__name__ == "Softsign"
    assert bp.mlp([3, 4, 1], task="regression", activation=cls).describe() == graph.describe()
    assert trained(graph, rows, epochs=20).history[-1].loss < trained(graph, rows).history[0].loss


def test_a_bounded_activation_is_saturated_in_the_drawing_and_in_what_is_said_of_health(installed, rows):
    installed("an_activation", ACTIVATION)
    graph = bp.mlp([3, 4, 1], task="regression", activation="softsign")
    theta = graph.init(0) | {"W1": np.full((3, 4), 1e4)}
    shares = [re.findall(r"(\d+)% saturated", graph.draw(of, rows).text()) for of in (theta, graph.init(0))]
    assert int(shares[0][0]) > 90
    assert int(shares[1][0]) == 0
    fit = trained(graph, rows, params=theta, rule=bp.SGD(0.0), health=True)
    assert fit.history[-1].health["boxes"]["h1"]["saturated"] > 0.9


def test_a_loss_is_known_by_name_and_as_a_class(installed, rows):
    installed("a_loss", LOSS)
    graph = bp.mlp([3, 4, 1], task="regression", loss="pseudo_huber", target_scaling=(3.0, 2.0))
    box = graph.loss.children[-1] if type(graph.loss).__name__ != "PseudoHuber" else graph.loss
    assert box.delta == 2.0
    same = bp.mlp([3, 4, 1], task="regression", loss=type(box), target_scaling=(3.0, 2.0))
    assert same.describe() == graph.describe()
    assert set(trained(bp.mlp([3, 4, 1], task="regression", loss=type(box)), rows).history[-1].metrics) == {
        "mae",
        "rmse",
    }
    assert bp.check_gradients(graph, graph.init(0), {name: array[:5] for name, array in rows.items()}).ok


def test_a_rule_is_known_by_name_and_as_an_object(installed, rows):
    installed("a_rule", RULE)
    graph = bp.mlp([3, 4, 1], task="regression")
    by_name = trained(graph, rows, rule="lion")
    Lion = bp.rules.rule_named("lion")
    by_object = trained(graph, rows, rule=Lion())
    assert all(np.array_equal(array, by_object.params[name]) for name, array in by_name.params.items())
    assert not np.array_equal(trained(graph, rows, rule=Lion(0.01, beta1=0.5)).params["W1"], by_name.params["W1"])


@pytest.mark.parametrize("engine", ["native", "xla"])
def test_all_of_them_compute_the_same_on_every_engine(installed, rows, engine):
    pytest.importorskip({"native": "llvmlite", "xla": "jax"}[engine])
    for name, text in KINDS.items():
        installed(name, text)
    graph = bp.mlp([3, 4, 1], task="regression", activation="softsign", loss="pseudo_huber")
    one, other = (
        trained(graph, rows, rule="lion", engine=name, dtype="float64").params for name in ("numpy", engine)
    )  # fmt: skip
    for name, array in one.items():
        np.testing.assert_allclose(other[name], array, rtol=1e-9, atol=1e-12)


def test_an_engine_is_known_by_name_and_as_an_object(installed, rows):
    installed("an_engine", ENGINE)
    graph = bp.mlp([3, 4, 1], task="regression")
    by_name = trained(graph, rows, engine="tallying")
    assert by_name.engine == "tallying"
    Tallying = sys.modules["an_engine"].Tallying
    assert Tallying.steps == 3 * 8
    trained(graph, rows, engine=Tallying())
    assert Tallying.steps == 2 * 3 * 8


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
def test_an_estimator_takes_all_of_them(installed, rows):
    pytest.importorskip("sklearn")
    for name, text in KINDS.items():
        installed(name, text)
    plugins.load()
    rule, engine = bp.rules.rule_named("lion")(0.01), "tallying"
    for chosen in (engine, sys.modules["an_engine"].Tallying()):
        ours = bp.MLPRegressor(
            "pseudo_huber", 8, "softsign", solver=rule, engine=chosen, max_iter=4, batch_size=20, random_state=0
        )
        before = sys.modules["an_engine"].Tallying.steps
        ours.fit(rows["x"], rows["y"])
        assert sys.modules["an_engine"].Tallying.steps == before + 4 * 3
        assert {"Softsign", "PseudoHuber"} <= {type(box).__name__ for box in ours._network_.graph.order}
        assert ours.out_activation_ == "identity"


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
def test_an_estimator_asks_installed_packages_for_names_that_it_does_not_know(installed, rows):
    pytest.importorskip("sklearn")
    installed("a_loss", LOSS)
    bp.MLPRegressor("pseudo_huber", 4, max_iter=2, engine="numpy").fit(rows["x"], rows["y"])
    with pytest.raises(errors.SettingError, match=r"loss must be one of .*pseudo_huber.* or a function"):
        bp.MLPRegressor("pseudo_hubert", 4).fit(rows["x"], rows["y"])
    with pytest.raises(errors.SettingError, match="engine must be one of 'auto', 'native', 'numpy', 'xla'"):
        bp.MLPRegressor(engine="abacus").fit(rows["x"], rows["y"])


@pytest.fixture
def bprop(tmp_path):
    """bprop(*words): the command line in a process, where a package with all kinds is installed beside bprop."""
    pytest.importorskip("typer")
    site, folder = tmp_path / "site", tmp_path / "work"
    (site / "stranger-1.0.dist-info").mkdir(parents=True)
    folder.mkdir()
    modules = {**KINDS, "a_command": COMMAND}
    for name, text in modules.items():
        (site / f"{name}.py").write_text(text)
    (site / "stranger-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\n")
    points = "".join(f"{name} = {name}\n" for name in modules)
    (site / "stranger-1.0.dist-info" / "entry_points.txt").write_text(f"[{plugins.GROUP}]\n{points}")
    lines = [f"{k / 7:.3f},{k % 5},{k / 3 + (k % 5):.3f}" for k in range(60)]
    (folder / "house.csv").write_text("\n".join(["area,rooms,price", *lines]) + "\n")
    path = os.pathsep.join([str(site), str(Path(bp.__file__).parents[1])])
    environment = {**os.environ, "PYTHONPATH": path, "COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}

    def bprop(*words):
        command = [sys.executable, "-m", "bprop", *words]
        return subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment, timeout=300)

    return bprop


def test_the_command_line_takes_all_of_them_by_name(bprop):
    options = "--activation softsign --loss pseudo_huber --rule lion --lr 0.01 --set beta1=0.8 --clip-norm 1"
    done = bprop(
        "train", "house.csv", *options.split(), "--engine", "tallying", "--epochs", "2", "--no-progress", *LECTURE
    )
    assert done.returncode == 0, done.stderr
    assert "engine: tallying" in done.stdout
    assert "furlongs" in done.stdout
    shown = bprop("graph", "house.bprop").stdout
    assert "softsign(a1)" in shown
    assert "pseudo_huber(" in shown
    assert bprop("evaluate", "house.bprop", "house.csv").returncode == 0
    assert bprop("sizes", "house.bprop").stdout.endswith(" boxes\n")
    assert "Show what MODEL is made of." in bprop("--help").stdout


def test_the_help_names_all_of_them_and_the_settings_of_the_rule(bprop):
    shown = " ".join(bprop("train", "--help").stdout.replace("│", " ").split())
    for name in ("softsign", "pseudo_huber", "lion", "tallying", "0.0003 for lion", "lion: beta1, beta2"):
        assert name in shown


def test_a_name_that_bprop_knows_loads_no_other_package(installed):
    installed("never_imported", "raise RuntimeError")
    bp.mlp([2, 3, 1], task="regression", activation="tanh", loss="huber")


def test_a_package_that_cannot_be_imported_is_named_and_the_others_count(installed):
    installed("broken_package", "raise RuntimeError('no licence')")
    installed("softsign_of_somebody_else", ACTIVATION.replace("Softsign", "Softersign"))
    with pytest.warns(UserWarning, match=r"'broken_package'.*RuntimeError: no licence"):
        assert plugins.load() == ("softsign_of_somebody_else",)
    with pytest.raises(errors.UnknownNameError, match=r"no activation is called 'nowhere'.*softersign"):
        bp.mlp([2, 3, 1], task="regression", activation="nowhere")
