"""The system that code is made for: its triple, and a format of object files that the loader reads."""

import pytest

pytest.importorskip("llvmlite")

from llvmlite import binding

from bprop.engines.native.emit.target import is_arm, is_intel, loadable, triple


@pytest.mark.parametrize(
    ("system", "expected"),
    [
        ("x86_64-pc-windows-msvc", "x86_64-pc-windows-msvc-elf"),
        ("aarch64-pc-windows-msvc", "aarch64-pc-windows-msvc-elf"),
        ("x86_64-pc-windows-msvc-elf", "x86_64-pc-windows-msvc-elf"),
        ("x86_64-unknown-linux-gnu", "x86_64-unknown-linux-gnu"),
        ("arm64-apple-darwin23.1.0", "arm64-apple-darwin23.1.0"),
    ],
)
def test_object_files_on_windows_are_elf(system, expected):
    assert loadable(system) == expected


def test_this_system_is_one_of_those_known():
    assert triple().startswith(binding.get_default_triple())
    assert not (is_intel(triple()) and is_arm(triple()))


def test_processors_are_told_apart_by_their_triple():
    assert is_intel("i686-pc-windows-msvc") and is_arm("arm64-apple-darwin") and is_arm("aarch64-unknown-linux-gnu")
    assert not is_intel("riscv64-unknown-linux-gnu") and not is_arm("riscv64-unknown-linux-gnu")
