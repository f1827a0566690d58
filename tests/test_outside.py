"""Pure work with an error of its own fails again; work with an error from outside does not."""

import pytest

from bprop.outside import fails_again


def failing(error, times):
    """Work that fails so many times."""
    left = [error] * times

    def work():
        if left:
            raise left.pop()

    return work


def test_work_that_fails_again_has_an_error_of_its_own():
    assert fails_again(failing(ValueError(), 1))
    assert not fails_again(failing(ValueError(), 0))


def test_ctrl_c_is_passed_on():
    with pytest.raises(KeyboardInterrupt):
        fails_again(failing(KeyboardInterrupt(), 1))
