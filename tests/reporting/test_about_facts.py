"""What is known beside a fit."""

from bprop.reporting import Facts


def test_nothing_need_be_known():
    assert Facts() == Facts({}, {}, None, None)
