"""How much data may lie on a device."""

import os
import sys

import pytest

from bprop import errors
from bprop.memory import system

pytest.importorskip("jax")
sets = pytest.importorskip("bprop.engines.xla.sets")


class Device:
    def __init__(self, stats):
        self.memory_stats = lambda: stats


@pytest.mark.parametrize(
    ("given", "bytes_"), [("1000", 1000), ("2K", 2048), ("1.5m", 3 * 2**19), ("8GB", 2**33), (" 1 T", 2**40)]
)
def test_a_variable_sets_it(monkeypatch, given, bytes_):
    monkeypatch.setenv("BPROP_DATA_MEMORY", given)
    assert sets.data_budget(Device(None)) == bytes_


@pytest.mark.parametrize("given", ["many", "0", "-1G", "5X", "1e999", "nan"])
def test_what_is_no_size_is_refused_with_an_example(monkeypatch, given):
    monkeypatch.setenv("BPROP_DATA_MEMORY", given)
    with pytest.raises(errors.SettingError, match=r"BPROP_DATA_MEMORY is a size such as 500M or 8G, not '"):
        sets.data_budget(Device(None))


def test_a_device_that_tells_its_memory_is_believed(monkeypatch):
    monkeypatch.delenv("BPROP_DATA_MEMORY", raising=False)
    assert sets.data_budget(Device({"bytes_limit": 1000, "bytes_in_use": 200})) == 400
    assert sets.data_budget(Device({"bytes_limit": 1000})) == 500


def test_else_it_is_a_share_of_the_main_memory_that_is_free(monkeypatch):
    monkeypatch.setenv("BPROP_DATA_MEMORY", "")
    found = sets.data_budget(Device(None))
    assert 2**20 < found < 2**50


def test_without_linux_it_is_a_share_of_all_main_memory(monkeypatch):
    monkeypatch.setattr(system, "Path", lambda name: Missing())
    monkeypatch.setitem(sys.modules, "psutil", None)
    monkeypatch.setattr(os, "sysconf", lambda name: {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 2**20}[name], raising=False)
    assert sets.data_budget(Device({})) == 2**30
    monkeypatch.delattr(os, "sysconf")
    assert sets.data_budget(Device({})) == 2**31


class Missing:
    def read_text(self, **more):
        raise FileNotFoundError
