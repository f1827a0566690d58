"""Versions of packages that are installed."""

import re


def too_old(version: str, oldest: tuple[int, int]) -> str:
    """The fault of a version that is older than the oldest that serves; "" for one that serves.

    version : as `__version__` has it. Only its first two numbers count, so a pre-release counts as its release.

    >>> from bprop.versions import too_old
    >>> too_old("0.29.0rc1", (0, 29)), too_old("1.4.2", (1, 10))
    ('', '1.10 or newer, and 1.4.2 is installed')
    """
    if tuple(int(number) for number in re.findall(r"\d+", version)[:2]) >= oldest:
        return ""
    return f"{'.'.join(map(str, oldest))} or newer, and {version} is installed"
