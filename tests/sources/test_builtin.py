"""Built-in real data."""

import numpy as np
import pytest

from bprop import errors
from bprop.sources import builtin
from bprop.sources.answer import Answer
from bprop.sources.opening import open_rows

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
    frame = open_rows(name)
    rows, inputs, classes = SIZES[name]
    assert frame.name == name
    assert frame.block.cells.shape == (rows, inputs)
    assert len(set(frame.block.names)) == len(frame.block.names) == inputs
    assert np.isfinite(frame.block.cells).all()
    assert frame.task == builtin.NAMES[name]
    answer = Answer.of(frame, frame.target)
    assert (None if answer.classes is None else len(answer.classes)) == classes


def test_classes_have_their_names():
    pytest.importorskip("sklearn", reason="the built-in data comes with scikit-learn")
    assert sorted(set(open_rows("iris").column("class").tolist())) == ["setosa", "versicolor", "virginica"]
    assert sorted(set(open_rows("digits").column("class").tolist())) == list(range(10))


def test_without_scikit_learn_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setattr(builtin, "find_spec", lambda name: None)
    with pytest.raises(errors.MissingPackageError, match=r"'iris' comes with scikit-learn: pip install 'bprop\[sklear"):
        open_rows("iris")
