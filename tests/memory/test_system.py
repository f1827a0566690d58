"""Free memory of each system."""

import ctypes
import sys
from types import SimpleNamespace

import pytest

from bprop.memory import system


@pytest.fixture
def elsewhere(monkeypatch):
    """A system that is not Linux."""

    def none():
        raise OSError("no such file")

    monkeypatch.setattr(system, "_linux", none)


def test_linux_reports_what_programs_can_take(tmp_path):
    path = tmp_path / "meminfo"
    path.write_text("MemTotal:  100 kB\nMemAvailable:    3 kB\n")
    assert system._linux(str(path)) == 3072


def test_windows_fills_a_structure(monkeypatch, elsewhere):
    def fill(pointer):
        status = ctypes.cast(pointer, ctypes.POINTER(system._Status)).contents
        assert status.length == ctypes.sizeof(system._Status) == 64
        status.free = 12345
        return 1

    library = SimpleNamespace(GlobalMemoryStatusEx=fill)
    monkeypatch.setattr(ctypes, "WinDLL", lambda name: {"kernel32": library}[name], raising=False)
    assert system.available() == 12345


def test_psutil_knows_other_systems(monkeypatch, elsewhere):
    module = SimpleNamespace(virtual_memory=lambda: SimpleNamespace(available=777))
    monkeypatch.setitem(sys.modules, "psutil", module)
    assert system.available() == 777


def test_without_psutil_it_is_half_of_all_and_without_anything_a_fixed_size(monkeypatch, elsewhere):
    monkeypatch.setitem(sys.modules, "psutil", None)
    monkeypatch.setattr("os.sysconf", {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 10}.__getitem__, raising=False)
    assert system.available() == 4096 * 5
    monkeypatch.setattr("os.sysconf", {}.__getitem__, raising=False)
    assert system.available() == system.UNKNOWN
