"""An engine is added as the top of engines/engine.py says."""

import re
import textwrap

import numpy as np

import bprop as bp
from bprop import engines
from bprop.engines import auto, builtin
from bprop.engines import engine as page
from bprop.engines.engine import Run


def described():
    """The code on the page, up to the training."""
    block = page.__doc__.split("of NumPy's:\n")[1].split("\n1. The run.")[0]
    return textwrap.dedent(block)


def test_the_engine_of_the_page_works_as_an_object_and_by_its_name(monkeypatch):
    monkeypatch.setattr(page, "_DEFINED", dict(page._DEFINED))
    page._DEFINED.pop("counting", None)  # of other tests
    rng = np.random.default_rng(0)
    data = {"x": rng.normal(size=(20, 3)), "y": rng.integers(2, size=20)}
    settings = {"epochs": 3, "batch_size": 5, "progress": False}
    names = {"bp": bp, "graph": bp.mlp([3, 4, 2]), "data": data}
    exec(described().replace("engine=counting)", f"engine=counting, **{settings})"), names)
    assert names["counting"].counted == 12
    fit = bp.train(names["graph"], data, engine="counting", **settings)
    assert fit.engine == "counting"
    ours = bp.train(names["graph"], data, engine="numpy", **settings)
    np.testing.assert_array_equal(fit.params["W1"], ours.params["W1"])


def test_the_page_names_all_that_a_run_must_have():
    sentence = re.search(r"derive from\s+`Run`, and write (.*?)\.", page.__doc__, re.DOTALL)[1]
    assert set(re.findall(r"`(\w+)`", sentence)) == Run.__abstractmethods__ | {"state", "engine"}


def test_the_files_and_names_of_the_page_are_there():
    assert builtin.BUILT_IN.keys() >= {"native", "numpy", "xla"}
    assert callable(auto.preferred)


def test_an_engine_that_is_defined_again_is_the_new_one_by_its_name(monkeypatch):
    monkeypatch.setattr(page, "_DEFINED", {})

    def cell():
        class Mine(page.Engine):
            name = "mine"

            def start(self, job, params):
                raise NotImplementedError

        return Mine

    cell()
    again = cell()
    assert type(engines.choose("mine")) is again
