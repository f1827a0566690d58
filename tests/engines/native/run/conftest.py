"""Exceptions at any instruction of some files, as a handler of signals may raise them."""

import pytest


class Came(BaseException):
    """An interrupt, as from a handler of signals."""


class Instants:
    """A function for `sys.settrace`: it raises `Came` at the k-th instruction that a thread does in some files."""

    came = Came

    def __init__(self, k, files):
        self.left, self.files = k, files

    def __call__(self, frame, event, argument):
        if frame.f_code.co_filename not in self.files:
            return None
        frame.f_trace_opcodes = True
        return self.local

    def local(self, frame, event, argument):
        if event == "opcode":
            self.left -= 1
            if self.left == 0:
                raise Came
        return self.local


@pytest.fixture
def instants():
    """The class `Instants`; `instants.came` is what it raises."""
    return Instants
