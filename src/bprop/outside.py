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


def pass_on_limit(error: BaseException) -> None:
    """Raise the error, or its cause, if it is a time limit of the user: then no file is at fault.

    A handler of signals that raises TimeoutError raises an OSError, but one without a number of the system's.
    """
    for one in (error, error.__cause__):
        if isinstance(one, TimeoutError) and one.errno is None:
            raise one
