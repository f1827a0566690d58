"""Classes of other packages, found by entry points as if these were installed."""

from importlib.metadata import EntryPoint

import pytest

import bprop as bp
from bprop import errors, plugins
from bprop.registry import registry

MODULE = """
import bprop as bp

class Softsign(bp.boxes.Activation):
    def fprop(self, a):
        return a / (1 + abs(a))
    def bprop(self, grad, value, a):
        return grad / (1 + abs(a)) ** 2
"""


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A function that installs a module of somebody's under a name."""
    monkeypatch.syspath_prepend(tmp_path)
    entries = []

    def install(name, text):
        (tmp_path / f"{name}.py").write_text(text)
        entries.append(EntryPoint(name, name, plugins.GROUP))

    monkeypatch.setattr("bprop.registry._CLASSES", registry())
    monkeypatch.setattr(plugins, "entry_points", lambda group: entries if group == plugins.GROUP else [])
    plugins.load.cache_clear()
    yield install
    plugins.load.cache_clear()


def test_an_activation_of_another_package_is_known_by_name(installed):
    installed("softsign_of_somebody", MODULE)
    graph = bp.mlp([2, 3, 1], task="regression", activation="softsign")
    assert type(graph.boxes["h1"]).__name__ == "Softsign"


def test_a_name_that_bprop_knows_loads_no_other_package(installed):
    installed("never_imported", "raise RuntimeError")
    bp.mlp([2, 3, 1], task="regression", activation="tanh", loss="huber")


def test_a_package_that_cannot_be_imported_is_named_and_the_others_count(installed):
    installed("broken_package", "raise RuntimeError('no licence')")
    installed("softsign_of_somebody_else", MODULE.replace("Softsign", "Softersign"))
    with pytest.warns(UserWarning, match=r"'broken_package'.*RuntimeError: no licence"):
        assert plugins.load() == ("softsign_of_somebody_else",)
    with pytest.raises(errors.UnknownNameError, match=r"no activation is called 'nowhere'.*softersign"):
        bp.mlp([2, 3, 1], task="regression", activation="nowhere")
