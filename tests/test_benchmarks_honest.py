"""The benchmark of coverage and calibration runs on a small table."""

import argparse

import numpy as np
import pytest

honest = pytest.importorskip("benchmarks.honest")


@pytest.mark.parametrize("classes", [True, False])
def test_a_split_has_its_figures_and_its_line(tmp_path, rng, classes):
    x = rng.normal(size=90)
    y = np.where(x + rng.normal(size=90) > 0, "a", "b") if classes else x + rng.normal(size=90) * 0.1
    rows = [f"{a},{b}" for a, b in zip(x.tolist(), y.tolist(), strict=True)]
    (tmp_path / "t.csv").write_text("\n".join(["x,y", *rows]) + "\n")
    asked = argparse.Namespace(rows=80, level=0.5, epochs=1, patience=0)
    figures = honest.measured(f"{tmp_path / 't.csv'}=y", asked, 0)
    assert figures["rows"] == 80 and 0 <= figures["coverage, folds"] <= 1 and 0 <= figures["coverage, validation"] <= 1
    assert ("temperature, folds" in figures) == classes and ("coverage, quantiles" in figures) != classes
    line = honest.line(str(tmp_path / "t.csv"), [figures])
    assert line.startswith("| t | 80 | ") and line.count("|") == honest.HEADER.splitlines()[0].count("|")
