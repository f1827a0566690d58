"""Built-in real data."""

import numpy as np
import pytest

from bprop import errors
from bprop.sources import builtin, open_source

SIZES = {
    "digits": (1797, 64, 10),
    "iris": (150, 4, 3),
    "breast_cancer": (569, 30, 2),
    "wine": (178, 13, 3),
    "diabetes": (442, 10, None),
}


@pytest.mark.parametrize("name", builtin.NAMES)
def test_each_set_is_read(name):
    pytest.importorskip("sklearn", reason="the built-in data comes with scikit-learn")
    table = open_source(name)
    rows, inputs, classes = SIZES[name]
    assert table.name == name
    assert table.x.shape == (rows, inputs)
    assert len(table.columns) == inputs
    assert len(set(table.columns)) == inputs
    assert np.isfinite(table.x).all()
    assert table.guess_task() == builtin.NAMES[name]
    if classes is not None:
        assert len(np.unique(table.y)) == classes


def test_classes_have_their_names():
    pytest.importorskip("sklearn", reason="the built-in data comes with scikit-learn")
    assert sorted(set(open_source("iris").y.tolist())) == ["setosa", "versicolor", "virginica"]
    assert sorted(set(open_source("digits").y.tolist())) == list(range(10))


def test_without_scikit_learn_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setattr(builtin, "find_spec", lambda name: None)
    with pytest.raises(errors.MissingPackageError, match=r"'iris' comes with scikit-learn: pip install 'bprop\[sklear"):
        open_source("iris")
