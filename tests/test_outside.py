"""Errors of pure work come again; those from outside do not."""

import pytest

from bprop.outside import fails_again


def failing(error, times):
    """Work that fails so many times."""
    left = [error] * times

    def work():
        if left:
            raise left.pop()

    return work


def test_an_error_that_fails_again_is_the_works_own():
    assert fails_again(failing(ValueError(), 1))
    assert not fails_again(failing(ValueError(), 0))


def test_ctrl_c_is_passed_on():
    with pytest.raises(KeyboardInterrupt):
        fails_again(failing(KeyboardInterrupt(), 1))
