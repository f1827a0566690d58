"""What of a network's settings follows from its rows."""

import numpy as np
import pytest

from bprop.sources.encoding import Encoding
from bprop.sources.scaling import settings_of
from bprop.sources.table import Table


@pytest.mark.parametrize("task", ["regression", "classification"])
def test_inputs_and_numbers_are_scaled(task):
    x, y = np.array([[1.0, 5.0], [3.0, 5.0]]), np.array([0.0, 4.0])
    table = Table("t", x, y, ("a", "b"))
    found = settings_of(x, table, Encoding.of(table, task))
    assert found["task"] == task
    np.testing.assert_array_equal(found["input_scaling"], ([2, 5], [1, 1]))
    assert found["target_scaling"] == ((2.0, 2.0) if task == "regression" else None)
    assert settings_of(x, table, Encoding.of(table, task), "none")["input_scaling"] is None
