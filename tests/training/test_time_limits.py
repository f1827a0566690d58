"""A time limit, or an exception that another thread raises, comes out of training as it is: it is nobody's mistake.

It may come at any line. Code that explains errors of a user's function, or of a file, does not take it for one of them.
"""

import gc
import os
import sys

import numpy as np
import pytest

import bprop as bp

FILES = (
    "init.py", "perceptron.py", "reading.py", "rules/rule.py", "rules/schedules.py", "disk/holder.py",
    "training/checkpoints/place.py", "disk/locks.py",
)  # fmt: skip
"""Files with code that explains errors."""
ROOT = os.path.dirname(bp.__file__)


class StopError(Exception):
    """As libraries for time limits raise in another thread."""


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    return {"x": rng.normal(size=(8, 4)).tolist(), "y": rng.integers(2, size=8)}


def train(data, place):
    """One epoch with a checkpoint; the initialisers, the activation and the schedule are functions of the user's."""
    graph = bp.mlp([4, 3, 2], activation=lambda box: bp.tanh(box))
    rule = bp.SGD(lambda t: 0.1 if t < 1 else 0.01)  # it takes one number at a time
    return bp.train(
        graph, data, rule=rule, epochs=1, batch_size=4, engine="numpy", progress=False, checkpoint=place, seed=0
    )


class Lines:
    """Calls `at(file, line)` at each line of the files."""

    def __init__(self, at):
        self.at = at
        self.names = {os.path.join(ROOT, *name.split("/")): name for name in FILES}

    def __call__(self, frame, event, argument):
        return self.local if frame.f_code.co_filename in self.names else None

    def local(self, frame, event, argument):
        if event == "line":
            self.at(self.names[frame.f_code.co_filename], frame.f_lineno)
        return self.local


def traced(at, work):
    tracer = sys.gettrace()  # that of a tool that measures the tests
    sys.settrace(Lines(at))
    try:
        return work()
    finally:
        sys.settrace(tracer)


@pytest.mark.filterwarnings("ignore:Exception ignored .*Lock.__del__:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("error", [TimeoutError, StopError])
def test_it_comes_out_of_every_line_as_it_is_and_no_lock_stays(data, tmp_path, error):
    train(data, tmp_path / "first")
    lines = {}
    traced(lambda *line: lines.setdefault(line), lambda: train(data, tmp_path / "second"))
    assert {name for name, _ in lines} == set(FILES)

    def raises(line):
        left = [line]

        def at(*here):
            if left == [here]:
                left.clear()
                raise error

        return at

    places = []
    for number, line in enumerate(lines):
        on_disk = line[0].startswith(("disk", "training"))
        if on_disk and error is StopError:
            continue  # it is no OSError, for which code of files might take it
        place = tmp_path / str(number)
        try:
            traced(raises(line), lambda place=place: train(data, place))
        except error:
            pass
        else:  # where a lock is released as garbage, after all is done
            assert line[0] == "disk/locks.py", line
        places += [place] * on_disk
    gc.collect()  # a lock that has just been taken is released with its object
    for place in places:
        train(data, place)
