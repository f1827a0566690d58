"""A subject by its name."""

from __future__ import annotations

from collections.abc import Mapping

from bprop.playing import read
from bprop.playing.subjects.subject import Subject
from bprop.playing.subjects.toys import EVERY, toy


def by_name(name: str, subjects: Mapping[str, Subject]) -> Subject:
    """One of the subjects that a host brought, or a toy. Raises RefusedError."""
    if name in subjects:
        return subjects[name]
    return toy(read.choice(name, "subject", [*subjects, *EVERY]))
