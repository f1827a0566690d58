"""Curves of training with matplotlib."""

import sys

import pytest

import bprop as bp
from bprop.draw.plot import plot
from bprop.errors import DataError, MissingPackageError
from bprop.record import Record


@pytest.fixture
def matplotlib():
    return pytest.importorskip("matplotlib", reason="plots need matplotlib")


def history(epochs=4, validation=True):
    return [
        Record(
            epoch=e, updates=10 * e, loss=1 / e, penalty=0.0, objective=1 / e, metrics={"accuracy": 1 - 0.5 / e},
            validation={"loss": 2 / e, "accuracy": 0.5} if validation else None,
        )
        for e in range(1, epochs + 1)
    ]  # fmt: skip


def curves(axes):
    return {line.get_label(): list(line.get_ydata()) for line in axes.get_lines()}


def test_loss_and_metrics_over_the_epochs(matplotlib):
    figure = plot(history(), log=True, best=3)
    loss, accuracy = figure.axes
    assert (loss.get_ylabel(), accuracy.get_ylabel(), loss.get_xlabel()) == ("loss", "accuracy", "epoch")
    assert curves(loss)["training"] == [1, 1 / 2, 1 / 3, 1 / 4]
    assert curves(loss)["validation"] == [2, 1, 2 / 3, 1 / 2]
    assert curves(accuracy)["validation"] == [0.5] * 4
    assert "best epoch, 3" in curves(loss)
    assert (loss.get_yscale(), accuracy.get_yscale()) == ("log", "linear")


def test_without_validation_there_is_one_curve(matplotlib):
    assert list(curves(plot(history(1, validation=False)).axes[0])) == ["training"]


def test_a_fit_plots_itself_without_a_display(matplotlib, tmp_path, monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    data = {"x": [[0.0], [1.0], [2.0], [3.0]], "y": [0, 0, 1, 1]}
    fit = bp.train(bp.mlp([1, 2]), data, epochs=3, validation=data, engine="numpy", progress=False)
    fit.plot().savefig(tmp_path / "curves.pdf")
    assert [fit.plot(log=log).axes[0].get_yscale() for log in (False, True)] == ["linear", "log"]
    assert (tmp_path / "curves.pdf").read_bytes().startswith(b"%PDF")
    assert curves(fit.plot(log=True).axes[0])["training"] == [record.loss for record in fit.history]


def test_an_empty_history(matplotlib):
    with pytest.raises(DataError, match="nothing to plot"):
        plot([])


def test_without_matplotlib_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingPackageError, match=r"pip install 'bprop\[plot\]'"):
        plot(history())
