"""Estimators side by side: the small cases run, and a table comes out."""

import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("sklearn")

sys.path.insert(0, str(Path(__file__).parent.parent))  # benchmarks are beside the package, not in it

from benchmarks import estimators


def test_a_case_gives_scores_and_times_of_both():
    case = next(case for case in estimators.CASES if case.name == "diabetes")
    found = estimators.measure(case, Path("nowhere"), 1, {"engine": "numpy"})
    assert found["bprop"][0][0] == pytest.approx(found["scikit-learn"][0][0], abs=1e-6)
    assert len(estimators.row(case.name, found)) == len(estimators.HEAD)


def test_tables_of_words_and_numbers(tmp_path):
    pytest.importorskip("pandas")
    rows = ["age,word,income-per-year"] + [f"{i},{'ab'[i % 2]},{'<=>'[i % 3]}" for i in range(60)] + ["?,a,<"]
    (tmp_path / "adult.csv").write_text("\n".join(rows), encoding="utf-8")
    X, y = estimators.adult(tmp_path)
    (before,) = estimators.columns()
    assert before.fit_transform(X).shape == (61, 3)
    assert set(y) == set("<=>")
    assert np.isfinite(before.fit_transform(X)).all()
