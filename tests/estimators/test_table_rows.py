"""The rows of scikit-learn's users as a frame."""

import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn.base import BaseEstimator

from bprop import errors
from bprop.estimators.table_rows import read_table, read_targets


def test_an_array_has_numbered_columns_that_are_numbers_whatever_they_look_like():
    rows = read_table(BaseEstimator(), np.stack([np.arange(30), np.full(30, np.nan)], axis=1), reset=True)
    assert list(rows.frame.columns) == ["x0", "x1"]
    assert rows.kinds == {"x0": "numeric"}  # rather than row numbers; a column without a value is left to inference


def test_a_frame_notes_its_names_and_the_kinds_that_its_types_say():
    pandas = pytest.importorskip("pandas")
    estimator = BaseEstimator()
    frame = pandas.DataFrame({"a": [1, 2], "b": pandas.Categorical(["x", "y"])})
    rows = read_table(estimator, frame, reset=True)
    assert (rows.kinds, rows.declared) == ({}, {"b": "categorical"})
    assert estimator.feature_names_in_.tolist() == ["a", "b"]
    with pytest.raises(ValueError, match="feature names should match"):
        read_table(estimator, frame[["b", "a"]], reset=False)


def test_frames_of_polars_eager_and_lazy():
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({"a": [1, 2], "b": ["x", None]})
    for each in (frame, frame.lazy()):
        assert read_table(BaseEstimator(), each, reset=True).frame.column("b").tolist() == ["x", None]


def test_targets():
    assert read_targets([1, 2], 2, numbers=True).dtype == np.float64
    with pytest.warns(UserWarning, match="column-vector"):
        assert read_targets(np.array([[1.0], [2.0]]), 2, numbers=True).shape == (2,)
    assert read_targets(["a", "b"], 2, numbers=False).tolist() == ["a", "b"]
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        read_targets([1, 2, 3], 2, numbers=True)
    with pytest.raises(errors.DataError, match="masked"):
        read_targets(np.ma.array([1, 2], mask=[0, 1]), 2, numbers=True)


def test_a_data_set_of_hugging_face_is_refused_with_the_way_to_a_frame():
    datasets = pytest.importorskip("datasets")
    rows = datasets.Dataset.from_dict({"a": [1.0, 2.0], "b": ["x", "y"]})
    with pytest.raises(errors.DTypeError, match=r"X\.to_pandas\(\)"):
        read_table(BaseEstimator(), rows, reset=True)
