"""Exceptions that come from outside the code in which they are raised, such as an interrupt."""

from collections.abc import Callable


def fails_again(work: Callable[[], object]) -> bool:
    """True if pure work, which has just failed, fails once more.

    If it does not, its error came from outside: a time limit, an interrupt raised by another thread, no memory for a
    moment. The caller then concludes nothing about the work, and raises the error on.
    """
    try:
        work()
    except Exception:
        return True
    return False
