"""Control groups of Linux: how much memory a container, a service or a job of a scheduler may still take."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path, PurePosixPath

ROOT, OWN = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")
FILES = (("memory.max", "memory.current", "inactive_file"), (
    "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file",
))  # fmt: skip
"""(the limit, the bytes in use, those of them in cached files, which the system can drop): of versions 2 and 1."""


def left(root: Path = ROOT, own: Path = OWN) -> list[int]:
    """Bytes that each group of this process may still take, its own group and those above it; [] without limits.

    root : where the system shows the groups. own : the file that names the groups of this process.
    """
    rooms = []
    for base, path in _places(root, own):
        for group in (path, *path.parents):
            for names in FILES:
                with suppress(OSError, ValueError):  # no such file, or the text "max"
                    rooms.append(_left_in(base / str(group).lstrip("/"), *names))
    return rooms


def _places(root: Path, own: Path) -> list[tuple[Path, PurePosixPath]]:
    """(folder, path in it) of the groups that limit memory."""
    places = []
    with suppress(OSError, ValueError):
        for line in own.read_text(encoding="utf-8").splitlines():
            _, controllers, path = line.split(":", 2)
            if controllers == "":
                places.append((root, PurePosixPath(path)))
            elif "memory" in controllers.split(","):
                places.append((root / "memory", PurePosixPath(path)))
    return places or [(root, PurePosixPath("/"))]


def _left_in(folder: Path, limit: str, usage: str, cached: str) -> int:
    bytes_of = int((folder / limit).read_text(encoding="ascii"))
    taken = 0
    with suppress(OSError, ValueError):
        taken = int((folder / usage).read_text(encoding="ascii"))
    with suppress(OSError, ValueError, KeyError):
        lines = (folder / "memory.stat").read_text(encoding="ascii").splitlines()
        taken -= int(dict(line.split() for line in lines)[cached])
    return max(0, bytes_of - max(0, taken))
