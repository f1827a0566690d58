"""Progress: a bar on a terminal, lines elsewhere, or nothing."""

import importlib.util
import io
import sys
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest

import bprop as bp
from bprop import Record
from bprop.training import progress
from bprop.training.bar import Bar
from bprop.training.cell import Cell
from bprop.training.measured import measured
from bprop.training.progress import Lines, Silent, progress_of


def record(epoch):
    return Record(epoch, 10 * epoch, 1 / epoch, 0.0, 1 / epoch, {"accuracy": 0.5}, None, 0.1, 1.0, 100.0)


@pytest.fixture
def clock(monkeypatch):
    """A clock that is set by hand."""
    now = [100.0]
    monkeypatch.setattr(progress, "perf_counter", lambda: now[0])
    return now


def on_terminal(monkeypatch, is_one=True):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: is_one, raising=False)


# --- which one ---


@pytest.mark.parametrize(
    ("wanted", "terminal", "kind"),
    [
        (False, True, Silent),
        (False, False, Silent),
        ("auto", False, Silent),
        (True, False, Lines),
    ],
)
def test_what_is_shown_depends_on_the_wish_and_the_terminal(monkeypatch, wanted, terminal, kind):
    on_terminal(monkeypatch, terminal)
    assert type(progress_of(wanted, 3, 30, 0)) is kind


@pytest.mark.parametrize("wanted", [True, "auto"])
def test_a_terminal_gets_a_bar_where_rich_is_installed(monkeypatch, wanted):
    pytest.importorskip("rich")
    on_terminal(monkeypatch)
    shown = progress_of(wanted, 3, 30, 0)
    shown.close()
    assert type(shown) is Bar


@pytest.mark.parametrize("wanted", [True, "auto"])
def test_a_terminal_gets_lines_where_rich_is_missing(monkeypatch, wanted):
    on_terminal(monkeypatch)
    find = importlib.util.find_spec
    monkeypatch.setattr(progress, "find_spec", lambda name: None if name == "rich" else find(name))
    assert type(progress_of(wanted, 3, 30, 0)) is Lines


# --- lines ---


def test_silence_says_nothing(capsys):
    shown = Silent()
    shown.steps(1, 10, 0.5)
    shown.epoch(record(1))
    shown.close()
    assert capsys.readouterr() == ("", "")


def test_lines_are_said_for_the_first_epoch_then_as_time_passes_and_for_the_last(clock, capsys):
    shown = Lines(epochs=9, seconds=2.0)
    for epoch in range(1, 10):
        shown.epoch(record(epoch))
        clock[0] += 0.7
    shown.close()
    out, lines = capsys.readouterr()
    assert out == ""
    said = [line.split("  ")[0] for line in lines.splitlines()]
    assert said == ["epoch 1/9", "epoch 4/9", "epoch 7/9", "epoch 9/9"]
    assert lines.splitlines()[0] == "epoch 1/9  training loss 1 accuracy 0.5  100 examples/s"


def test_the_last_line_is_said_once(clock, capsys):
    shown = Lines(epochs=1)
    shown.epoch(record(1))
    shown.close()
    shown.close()
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_long_epoch_is_told_from_within(clock, capsys):
    shown = Lines(epochs=3, seconds=2.0)
    for done in range(1000, 31_000, 1000):
        clock[0] += 1.0
        shown.steps(1, done, 0.25)
    lines = capsys.readouterr().err.splitlines()
    assert lines == ["epoch 1/3  11,000 updates  loss 0.25", "epoch 1/3  22,000 updates  loss 0.25"]


@pytest.mark.parametrize("wanted", [True, "auto"])
def test_a_notebook_gets_a_card_which_changes_in_place(monkeypatch, wanted):
    monkeypatch.setattr(progress, "display_here", lambda: lambda html, text: None)
    assert type(progress_of(wanted, 3, 30, 0)) is Cell
    assert type(progress_of(False, 3, 30, 0)) is Silent


def test_a_line_names_the_set_of_each_number_as_the_bar_does(clock, capsys):
    watched = replace(record(1), validation={"loss": 0.75, "accuracy": 0.25}, best=True, penalty=0.125)
    lines = Lines(2)
    lines.epoch(watched)
    line = capsys.readouterr().err.strip()
    assert "  ".join(measured(watched)) in line
    assert line.endswith("validation loss 0.75 accuracy 0.25 (best so far)  penalty 0.125  100 examples/s")


def test_a_line_is_there_at_once_also_where_standard_error_is_a_file(monkeypatch):
    class File(io.StringIO):
        flushed = ""

        def flush(self):
            self.flushed = self.getvalue()

    monkeypatch.setattr(sys, "stderr", File())
    lines = Lines(3)
    lines.epoch(record(1))
    lines.close()
    assert sys.stderr.flushed.startswith("epoch 1/3")


def test_lines_and_a_bar_tell_the_engine(capsys):
    Lines(epochs=1).engine("numpy, because native declined: llvmlite is not installed (pip install 'bprop[native]')")
    assert capsys.readouterr().err == (
        "engine: numpy, because native declined: llvmlite is not installed (pip install 'bprop[native]')\n"
    )
    if find_spec("rich") is not None:
        bar = Bar(epochs=1, total=1, start=0)
        bar.engine("xla, because native declined: the array function 'flip' [bold]")
        bar.close()
        told = capsys.readouterr().err
        assert "engine: xla, because native declined: the array function 'flip' [bold]" in " ".join(told.split())
    Silent().engine("native")
    assert capsys.readouterr().err == ""


def test_training_tells_the_engine_once_and_again_where_it_goes_on_elsewhere(capsys):
    x, w = bp.Input("x"), bp.Parameter("w", ())
    graph = bp.Graph(loss=bp.square(w * x))
    bp.train(graph, {"x": np.ones(4)}, epochs=3, engine="numpy", progress=True)
    told = capsys.readouterr().err.splitlines()
    assert told[0] == "engine: numpy"
    assert sum(line.startswith("engine: ") for line in told) == 1


# --- lines by the clock ---


@pytest.mark.parametrize(("seconds", "said"), [(10.0, False), (10.1, True)])
def test_within_an_epoch_there_is_a_line_after_five_times_the_seconds_between_lines(monkeypatch, capsys, seconds, said):
    now = [100.0]
    monkeypatch.setattr(progress, "perf_counter", lambda: now[0])
    lines = progress.Lines(9)
    now[0] += seconds
    lines.steps(3, 12_345, 0.123456)
    assert capsys.readouterr().err == ("epoch 3/9  12,345 updates  loss 0.1235\n" if said else "")
    now[0] += 9.0
    lines.steps(3, 12_346, 0.5)
    assert bool(capsys.readouterr().err) == (not said)  # since the last line, or the beginning
