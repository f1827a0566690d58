"""How many boxes XLA compiles, and what is said before."""

from collections import OrderedDict
from types import SimpleNamespace

import pytest

import bprop as bp
from bprop import errors

pytest.importorskip("jax")
from bprop.engines.xla import compilation


def test_few_boxes_are_compiled_without_a_word(capsys):
    compilation.need_few(compilation.SLOW_FROM)
    assert capsys.readouterr().err == ""


def test_many_are_announced_with_what_they_cost(capsys):
    compilation.need_few(2000)
    assert capsys.readouterr().err == (
        "bprop: compiling 2,000 boxes with XLA may take about 40 seconds and 4 GB of memory; engine='numpy' begins at "
        "once\n"
    )


def test_more_are_refused_with_what_to_do(monkeypatch):
    compilation.need_few(compilation.MOST_BOXES)
    with pytest.raises(errors.UnsupportedError, match=r"5,000 boxes.*3,000.*250 seconds.*numpy.*BPROP_XLA_BOXES"):
        compilation.need_few(5000)
    monkeypatch.setenv("BPROP_XLA_BOXES", "5_000")
    compilation.need_few(5000)
    for text in ("", "many", "-1"):
        monkeypatch.setenv("BPROP_XLA_BOXES", text)
        assert compilation.most_boxes() == compilation.MOST_BOXES


def chain(boxes):
    """A network of a chain of boxes, and its data."""
    h = bp.Input("x") * bp.Parameter("w", ())
    for _ in range(boxes):
        h = bp.tanh(h)
    return bp.Graph(loss=bp.square(h)), {"x": [0.5, 1.0]}


def test_a_long_chain_is_refused_before_it_is_traced():
    graph, data = chain(5000)
    with pytest.raises(errors.UnsupportedError, match="BPROP_XLA_BOXES"):
        bp.train(graph, data, engine="xla", progress=False)


def test_a_long_chain_is_left_to_numpy_by_default():
    graph, data = chain(12_500)
    assert bp.train(graph, data, epochs=1, progress=False).engine == "numpy"


def test_the_program_that_was_not_used_for_longest_is_forgotten_first(monkeypatch):
    made = []
    monkeypatch.setattr(compilation, "REMEMBERED", 2)
    monkeypatch.setattr(compilation, "_remembered", OrderedDict())
    monkeypatch.setattr(compilation, "program_key", lambda text, device, lowered: text)
    monkeypatch.setattr(compilation, "compile_or_load", lambda lowered, device, store: made.append(lowered.text))
    lowered = {
        text: SimpleNamespace(text=text, as_text=lambda text=text: text, in_tree=0, out_tree=0) for text in "abc"
    }
    for text in "abacab":
        compilation.remembered(lowered[text], "cpu", None)
    assert made == ["a", "b", "c", "b"]
