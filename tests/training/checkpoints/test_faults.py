"""A disk that fails, fills up or loses power at every call and at every byte of the writing of checkpoints.

The disk is simulated: it knows what would still be there after a power cut, which is only what was flushed, plus any
part of the rest. Nothing that was accepted is lost; nothing torn is loaded.
"""

import errno
import os
import re
from itertools import chain, combinations

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.data import DataSet
from bprop.disk import atomic, special, unfinished
from bprop.engines import Job
from bprop.training.checkpoints import folder, resume
from bprop.training.checkpoints.writer import CheckpointWriter
from bprop.training.epoch import Position

FULL, BROKEN = (OSError(number, os.strerror(number)) for number in (errno.ENOSPC, errno.EIO))


class PowerCut(BaseException):
    """The machine stops: nothing after this is done, not even cleaning up."""


class Disk:
    """Stands for the `os` module, on one folder in memory.

    fail_at : the number of the call at which `fault` is raised; a power cut lasts.
    room : bytes that the next calls of write take before `fault` is raised, or None.
    """

    def __init__(self, fail_at=None, fault=FULL, room=None):
        self.fail_at, self.fault, self.room = fail_at, fault, room
        self.calls, self.dead = 0, False
        self.content, self.flushed = [], []  # bytes by file number: as they read now; as they are on the disk for sure
        self.names, self.flushed_names, self.since = {}, {}, []  # and changes of names since the folder was flushed
        self.open_files = {}

    def __getattr__(self, name):
        return getattr(os, name)

    def _called(self):
        if self.dead:
            raise PowerCut
        self.calls += 1
        if self.calls - 1 == self.fail_at:
            self._fail()

    def _fail(self):
        self.dead = isinstance(self.fault, PowerCut)
        raise self.fault

    def _change(self, name, number):
        self.since.append((name, number))
        self._apply(self.names, [(name, number)])

    @staticmethod
    def _apply(names, changes):
        for name, number in changes:
            if number is None:
                names.pop(name, None)
            else:
                names[name] = number

    def open(self, path, flags, mode=0o777):
        self._called()
        handle = 1000 + self.calls
        if flags & os.O_DIRECTORY:
            self.open_files[handle] = None
            return handle
        self.content.append(b"")
        self.flushed.append(b"")
        self._change(os.path.basename(path), len(self.content) - 1)
        self.open_files[handle] = len(self.content) - 1
        return handle

    def write(self, handle, data):
        self._called()
        taken = len(data) if self.room is None else min(len(data), self.room)
        self.content[self.open_files[handle]] += bytes(data[:taken])
        if self.room is not None:
            self.room -= taken
            if taken == 0 or self.dead:
                self._fail()
        return taken

    def fsync(self, handle):
        self._called()
        number = self.open_files[handle]
        if number is None:
            self.flushed_names, self.since = dict(self.names), []
        else:
            self.flushed[number] = self.content[number]

    def close(self, handle):
        if self.dead:
            raise PowerCut
        del self.open_files[handle]

    def replace(self, source, target):
        self._called()
        number = self.names[os.path.basename(source)]
        self.since.append((os.path.basename(source), None))
        self._change(os.path.basename(target), number)
        del self.names[os.path.basename(source)]

    def unlink(self, path):
        self._called()
        if os.path.basename(path) not in self.names:
            raise FileNotFoundError(errno.ENOENT, "No such file")
        self._change(os.path.basename(path), None)

    def listdir(self, path):
        self._called()
        return list(self.names)

    def after_a_power_cut(self):
        """Every folder {name: bytes} that may be found: any of the changes of names, any part of unflushed bytes."""
        subsets = chain.from_iterable(combinations(self.since, size) for size in range(len(self.since) + 1))
        for changes in subsets:
            names = dict(self.flushed_names)
            self._apply(names, changes)
            for part in (0.0, 0.5, 1.0):
                yield {name: self._torn(number, part) for name, number in names.items()}

    def _torn(self, number, part):
        now, safe = self.content[number], self.flushed[number]
        return now if now == safe else now[: int(part * len(now))] + bytes(len(now) // 7)

    def now(self):
        return {name: self.content[number] for name, number in self.names.items()}


def job():
    x, w = bp.Input("x"), bp.Parameter("w", (2,))
    graph = bp.Graph(loss=bp.square(bp.sum(w) * x))
    return Job(graph, bp.SGD(0.1, momentum=0.9), DataSet({"x": np.ones(40)}), 2, np.dtype("float64"), 0)


JOB = job()
SETTINGS = resume.fingerprint(JOB, True)


def model(number):
    return bp.Model(JOB.graph, {"w": np.full(2, float(number))}, notes={"number": number})


class StillRun:
    """Stands for a run after so many updates."""

    engine = "numpy"

    def __init__(self, updates):
        self.updates = updates

    def rule_arrays(self):
        return [np.full(2, float(self.updates))]

    def surroundings(self):
        return {}


class Writer:
    """Writes checkpoints 1, 2, ... on a disk; `accepted` is the last one whose writing did not fail."""

    def __init__(self, monkeypatch, place, disk):
        self.disk, self.accepted, self.best = disk, 0, 0
        self.writer = CheckpointWriter(place, "1steps", JOB.dtype, SETTINGS, "loss", False)
        self.writer.close()  # nobody else writes there
        self.uses(monkeypatch)

    def uses(self, monkeypatch):
        for module in (atomic, unfinished, special, folder):
            monkeypatch.setattr(module, "os", self.disk)
        monkeypatch.setattr(atomic, "_tidied", {os.path.realpath(self.writer.path)})  # of this folder on a disk

    def write(self, number):
        if number % 2:
            self.writer.best = model(number)
        position = Position(epoch=0, step=number, updates=number, running=[[1.0, 2.0]])
        try:
            self.writer.write(lambda: model(number), position, StillRun(number), None)
            self.accepted = number
            self.best = number if number % 2 else max(self.best, number - 1)
        except (errors.ModelFileError, PowerCut):
            return False
        return True


def check(place, found, accepted, best, last):
    """What is found in a folder is a whole checkpoint, no older than the one accepted last; so is the best."""
    place.mkdir(exist_ok=True)
    for old in os.listdir(place):
        os.unlink(place / old)
    for name, content in found.items():
        (place / name).write_bytes(content)
    if accepted == 0 and not folder.Folder(place).steps():
        return
    saved = resume.load(place, JOB, SETTINGS)
    number = saved.position["updates"]
    assert accepted <= number <= last
    np.testing.assert_array_equal(saved.params["w"], np.full(2, float(number)))
    np.testing.assert_array_equal(saved.rule_arrays[0], np.full(2, float(number)))
    best = max(best, number - 1 + number % 2)  # what a resumed run goes on from was written after its best
    if best:
        assert best <= bp.load(place / "best.bprop").notes["number"] <= last


COUNT = 6  # checkpoints: enough for old ones to be removed
CALLS = 110  # at least as many as writing them takes
STEP = 1 if os.environ.get("BPROP_EVERY_BYTE") else 41


@pytest.mark.parametrize("fault", [FULL, BROKEN], ids=["full", "broken"])
def test_a_call_that_fails_loses_nothing_and_the_next_checkpoint_is_written(tmp_path, monkeypatch, fault):
    failures = 0
    for call in range(CALLS):
        with monkeypatch.context() as patch:
            disk = Disk(call, fault)
            writer = Writer(patch, tmp_path / "run", disk)
            went_well = [writer.write(number) for number in range(1, COUNT + 1)]
        assert went_well.count(False) <= 1
        failures += went_well.count(False)
        check(tmp_path / "found", disk.now(), writer.accepted, writer.best, COUNT)
        assert writer.accepted >= COUNT - 1
    assert disk.calls < CALLS
    assert failures > 50


def test_the_power_may_go_at_every_call(tmp_path, monkeypatch):
    outcomes = 0
    for call in range(CALLS):
        with monkeypatch.context() as patch:
            disk = Disk(call, PowerCut())
            writer = Writer(patch, tmp_path / "run", disk)
            for number in range(1, COUNT + 1):
                if not writer.write(number):
                    break
        for found in disk.after_a_power_cut():
            check(tmp_path / "found", found, writer.accepted, writer.best, number)
            outcomes += 1
        if not disk.dead:
            break
    assert outcomes > 500


@pytest.mark.parametrize("fault", [FULL, BROKEN, PowerCut()], ids=["full", "broken", "power"])
def test_a_write_may_stop_at_every_byte(tmp_path, monkeypatch, fault):
    """The third checkpoint and its model of the best: every byte of the one, then of the other."""
    room = last = 0
    while last != 3:
        with monkeypatch.context() as patch:
            disk = Disk()
            writer = Writer(patch, tmp_path / "run", disk)
            assert writer.write(1)
            assert writer.write(2)
            disk.room, disk.fault = room, fault
            last = 3 if writer.write(3) else 2
        found = disk.after_a_power_cut() if disk.dead else [disk.now()]
        for content in found:
            check(tmp_path / "found", content, writer.accepted, writer.best, 3)
        if last == 2 and not disk.dead:
            assert not [name for name in disk.names if name.endswith(unfinished.UNFINISHED)]
            with monkeypatch.context() as patch:
                disk.room = None  # space was made
                writer.uses(patch)
                assert writer.write(4)
            check(tmp_path / "found", disk.now(), 4, 3, 4)
        room += STEP
    assert room > 2000


class FlushesNothing(Disk):
    def fsync(self, handle):
        self._called()


class WritesInPlace(Disk):
    def open(self, path, flags, mode=0o777):
        target = re.fullmatch(r"\.(.*)\.[0-9a-f]{16}\.bprop-tmp", os.path.basename(path))
        return super().open(path if target is None else target[1], flags, mode)

    def replace(self, source, target):
        self._called()


@pytest.mark.parametrize("careless", [FlushesNothing, WritesInPlace])
def test_the_simulation_finds_what_a_careless_writer_loses(tmp_path, monkeypatch, careless):
    losses = 0
    for call in range(CALLS):
        with monkeypatch.context() as patch:
            disk = careless(call, PowerCut())
            writer = Writer(patch, tmp_path / "run", disk)
            for number in range(1, COUNT + 1):
                if not writer.write(number):
                    break
        for found in disk.after_a_power_cut() if len(disk.since) < 10 else ():
            try:
                check(tmp_path / "found", found, writer.accepted, writer.best, number)
            except (AssertionError, errors.ModelFileError):
                losses += 1
        if losses:
            break
    assert losses
