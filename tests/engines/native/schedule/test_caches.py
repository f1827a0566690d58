"""The sizes of caches as Linux describes them, and what is assumed where nothing is described."""

import pytest

from bprop.engines.native.schedule.caches import Caches, caches, described


@pytest.fixture
def machine(tmp_path):
    """machine(lines): a folder with a cache for each (type, level, size, cores that share it)."""

    def make(*lines):
        for i, values in enumerate(lines):
            index = tmp_path / f"index{i}"
            index.mkdir()
            for name, value in zip(("type", "level", "size", "shared_cpu_list"), values, strict=True):
                (index / name).write_text(f"{value}\n", encoding="utf-8")
        return tmp_path

    return make


DATA, CODE, LEVEL_2, LEVEL_3 = (
    ("Data", 1, "48K", "0"), ("Instruction", 1, "64K", "0"), ("Unified", 2, "2M", "0"), ("Unified", 3, "300M", "0-1"),
)  # fmt: skip


def test_the_two_caches_of_a_core_are_read(machine):
    assert described(machine(DATA, CODE, LEVEL_2, LEVEL_3)) == Caches(48 * 1024, 2 * 1024 * 1024)


def test_a_shared_cache_counts_in_parts(machine):
    shared = ("Data", 1, "48K", "0,64"), ("Unified", 2, "4M", "0-3")
    assert described(machine(*shared)) == Caches(24 * 1024, 1024 * 1024)


def test_bytes_without_a_unit(machine):
    assert described(machine(("Data", 1, "65536", "0"))).first == 65536


@pytest.mark.parametrize("odd", [("Data", 1, "much", "0"), ("Data", 1, "64K", "all"), ("Data", "one", "64K", "0")])
def test_what_cannot_be_read_is_assumed(machine, odd):
    assert described(machine(odd)) == Caches()


def test_a_cache_of_no_size_is_not_believed(machine):
    assert described(machine(("Data", 1, "0K", "0"))).first >= 8 * 1024


def test_a_machine_that_describes_nothing(tmp_path):
    assert described(tmp_path / "nowhere") == Caches()
    assert caches().first > 0
