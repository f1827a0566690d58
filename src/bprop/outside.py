"""Exceptions that come from outside of the code in which they are raised: they say nothing of it."""

from collections.abc import Callable


def comes_again(work: Callable[[], object]) -> bool:
    """Whether pure work, which has just failed, fails once more.

    If not, the error was none of its own. It came from outside: a time limit, an interrupt raised by another thread, no
    memory for a moment. Nothing is to be concluded from it, and it is to be passed on.
    """
    try:
        work()
    except Exception:
        return True
    return False
