"""The system that machine code is made for, and what differs between systems."""

from __future__ import annotations

from functools import cache

from llvmlite import binding


@cache
def triple() -> str:
    """The processor, maker and system at hand, as LLVM calls them: "x86_64-unknown-linux-gnu"."""
    return loadable(binding.get_default_triple())


def loadable(system: str) -> str:
    """The same with a format of object files that the loader of this process can read.

    On Windows that is ELF. The format of Windows itself, COFF, refers to `_fltused`, which no library exports. It keeps
    constants in sections (COMDAT) that LLVM's loader in memory does not merge.
    """
    return f"{system}-elf" if "-windows-" in system and not system.endswith("-elf") else system


def is_intel(system: str) -> bool:
    """Whether a triple is of a processor with Intel's instructions, in 32 or 64 bits."""
    return system.startswith(("x86_64", "i686"))


def is_arm(system: str) -> bool:
    """Whether a triple is of an ARM processor in 64 bits."""
    return system.startswith(("aarch64", "arm64"))
