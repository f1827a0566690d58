"""The limits of a server are numbers above 0."""

import pytest

from bprop import errors
from bprop.serving.limits import Limits


@pytest.mark.parametrize("limit", ["body", "rows", "concurrency", "seconds", "rate", "grace"])
@pytest.mark.parametrize("value", [0, -1, float("inf"), float("nan")])
def test_a_limit_is_above_0(limit, value):
    with pytest.raises(errors.SettingError, match=f"{limit} {value}: give a number above 0"):
        Limits(**{limit: value})


def test_any_rate_is_no_limit():
    assert Limits(rate=None).rate is None
