"""The result of `bprop train` on the test rows."""

import numpy as np
import pytest

pytest.importorskip("typer", reason="the command line needs typer")

from bprop.cli import judging

BASE = "--engine numpy --hidden 4 --no-progress --out m.bprop"


def result(run, command):
    """The lines from the test result on."""
    lines = run(command).stdout.splitlines()
    return lines[next(k for k, line in enumerate(lines) if line.startswith("test: ")) :]


@pytest.mark.parametrize("stream", ["", "--stream"])
def test_classes_have_a_baseline_and_a_line_each(run, stream):
    first, header, *lines = result(run, f"train pets.csv {BASE} --epochs 20 --lr 0.3 --test pets.csv {stream}")
    assert not header.startswith("advice")
    assert first.startswith("test: accuracy ")
    assert "% (always cat: 33.33%), loss " in first
    assert header.split() == ["class", "rows", "recall", "precision"]
    assert [line.split()[:2] for line in lines[:3]] == [["cat", "20"], ["dog", "20"], ["eel", "20"]]
    assert lines[4].startswith("  balanced accuracy, the mean recall: ")
    assert lines[4].endswith("% (by chance 33.3%)")
    accuracy = float(first.partition("accuracy ")[2].partition("%")[0])
    recalls = [float(line.split()[2].rstrip("%")) for line in lines[:3]]
    assert np.mean(recalls) == pytest.approx(accuracy, abs=0.1)  # the classes are equally frequent


@pytest.mark.parametrize("stream", ["", "--stream"])
def test_values_stand_beside_the_mean_and_the_median(run, numbers, stream):
    y = numbers("house.csv", "price").y
    (first,) = result(run, f"train house.csv --target price {BASE} --epochs 30 --lr 0.05 --test house.csv {stream}")
    assert f"(always the mean: {y.std():.4g}), mae " in first
    assert f"(always the median: {abs(y - np.median(y)).mean():.4g}), loss " in first


def test_where_all_classes_weigh_the_same_the_warning_is_of_such_rows(run, folder):
    rng = np.random.default_rng(0)
    rows = [f"{a:.3f},{'yes' if k % 10 == 0 else 'no'}" for k, a in enumerate(rng.normal(size=400))]
    (folder / "noise.csv").write_text("\n".join(["a,y", *rows]))
    command = f"train noise.csv {BASE} --epochs 2 --test noise.csv"
    for option in ("--class-weight balanced", "--threshold balanced"):
        text = "\n".join(result(run, f"{command} {option}"))
        assert "on the 400 test (weighted so that all classes weigh the same) examples the network is right" in text
        assert "(50.0%)" in text.partition("advice: ")[2]
    assert "weighted so" not in "\n".join(result(run, command))


def test_of_too_many_scores_no_class_is_judged(run, monkeypatch):
    monkeypatch.setattr(judging, "MOST_SCORES", 100)
    (first,) = result(run, f"train pets.csv {BASE} --epochs 20 --lr 0.3 --test pets.csv")
    assert "(always cat: 33.33%)" in first
