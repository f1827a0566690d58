"""The table of curves, and the advice below it."""

import io
import re
import sys

import pytest

from bprop import Record


@pytest.fixture
def summary(typer):
    from bprop.cli import summary

    return summary


def records(count, validation=True):
    return [
        Record(e, e, 1 / e, 0.0, 1 / e, {"accuracy": e / 10}, {"loss": 2 / e, "accuracy": 0.5} if validation else None)
        for e in range(1, count + 1)
    ]


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


def test_bars_go_from_the_smallest_to_the_largest(summary):
    assert summary.spark_line([1, 2, 3, 4, 5, 6, 7, 8]) == "▁▂▃▄▅▆▇█"
    assert summary.spark_line([3.0, 1.0, 3.0]) == "█▁█"
    assert summary.spark_line([5.0, 5.0]) == "▁▁"
    assert summary.spark_line([1.0, float("nan"), 2.0]) == "▁?█"
    assert summary.spark_line([float("inf")]) == "?"


@pytest.mark.parametrize("count", [1, 39, 40, 41, 100, 999])
def test_many_epochs_are_taken_together(summary, count):
    line = summary.spark_line(list(range(count)))
    assert len(line) == min(count, 40)
    assert list(line) == sorted(line)


def test_the_table_has_a_line_a_curve(summary):
    lines = summary.summary(records(8)).splitlines()
    assert [line.split("  ")[0] for line in lines[1:]] == [
        "loss", "validation loss", "accuracy", "validation accuracy"]  # fmt: skip
    assert "8 epochs" in lines[0]
    assert lines[1].split()[1:] == ["1", "█▄▃▂▂▁▁▁", "0.125"]
    assert len({len(line) for line in lines}) == 1


def test_validation_that_came_later_is_no_trouble(summary):
    history = [*records(2, validation=False), *records(3)[2:]]
    assert summary.curves(history)["validation loss"] == [pytest.approx(2 / 3)]


@pytest.mark.parametrize(("table", "terminal", "shown"), [(None, True, True), (None, False, False), (True, False, True),
                                                          (False, True, False)])  # fmt: skip
def test_it_is_shown_on_a_terminal_or_on_request(summary, monkeypatch, table, terminal, shown):
    out = Terminal() if terminal else io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    summary.show(records(5), table)
    assert ("5 epochs" in out.getvalue()) == shown


def test_where_bars_cannot_be_written_it_does_with_less(summary, monkeypatch):
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", out)
    summary.show(records(8), True)
    out.flush()
    assert b"#-.." in out.buffer.getvalue()


def test_no_epoch_no_table(summary, capsys):
    summary.show([], True)
    assert capsys.readouterr().out == ""


def test_advice_on_the_health_is_given_with_health_alone(run):
    sick = "train pets.csv --hidden 20,20,20,20,20,20,20 --activation sigmoid --epochs 2 --engine numpy"
    assert "gradients vanish" in run(f"{sick} --health").stdout
    assert "gradients" not in run(sick).stdout
    assert "advice" not in run("train pets.csv --epochs 3 --engine numpy --activation tanh --hidden 8 --health").stdout


def test_a_network_that_is_no_better_than_a_constant_is_told_of_after_the_test(run):
    sick = "train pets.csv --hidden 20,20,20,20,20,20,20 --activation sigmoid --epochs 2 --engine numpy"
    lines = run(sick).stdout.splitlines()
    (place,) = (k for k, line in enumerate(lines) if line.startswith("test: "))
    assert lines[place + 1].startswith("advice: on the 12 test examples the network is right for 33.3%, no better than")
    assert "no better" not in run("train pets.csv --epochs 30 --engine numpy --hidden 8").stdout
    assert "no better" in run("train house.csv --target price --epochs 1 --lr 1e-9 --engine numpy").stdout
    assert "no better" not in run("train house.csv --target price --epochs 60 --hidden 8 --engine numpy").stdout


def test_the_engine_is_told(run):
    assert "engine: numpy\n" in run("train pets.csv --epochs 1 --engine numpy").stdout
    assert re.search(r"engine: (native|xla|numpy)( is the fastest|, because)", run("train pets.csv --epochs 1").stdout)


def test_after_early_stopping_it_is_said_which_weights_are_saved(run):
    said = run("train pets.csv --epochs 200 --patience 2 --lr 0.5 --engine numpy").stdout
    assert "(its weights are saved and tested)" in said


def test_the_table_of_a_real_run(run):
    said = run("train pets.csv --epochs 6 --engine numpy --summary").stdout
    assert "6 epochs" in said
    assert said.index("saved") < said.rindex("6 epochs") < said.index("test:")


def test_tensorboard_writes_its_file_with_health(run, folder):
    pytest.importorskip("tensorboardX", reason="event files are written by tensorboardX")
    run("train pets.csv --epochs 2 --engine numpy --tensorboard runs/first")
    (file,) = (folder / "runs" / "first").iterdir()
    content = file.read_bytes()
    assert b"box_gradient_norm/a1" in content
    assert b"parameters/W1" in content
