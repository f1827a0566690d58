"""The process that holds a lock. It writes itself into the lock file, where other processes read it."""

from __future__ import annotations

import json
import os
import re
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from bprop.outside import pass_on_limit

MOST = 1000  # bytes of a lock file that are read
NO_NAME = re.compile(r"[^A-Za-z0-9._-]")  # letters that no host name has


@dataclass(frozen=True)
class Holder:
    """The process that holds a lock.

    pid, host : its number, and the name of its host.
    since : when it took the lock, in seconds since 1970.
    machine : its machine and its numbering of processes (two containers may each have a process 1).
    started : when the process began, in the system's count. A later process may get the same number.
    file : the file that a person has to remove, if nobody can find out whether the process still lives.
    """

    pid: int
    host: str
    since: float
    machine: str = ""
    started: int | None = None
    file: str = ""

    @classmethod
    def here(cls) -> Holder:
        """This process, now."""
        from socket import gethostname  # takes 4 ms, and only locking needs it

        pid = os.getpid()
        return cls(pid, gethostname(), time.time(), _machine(), _started(pid))

    @classmethod
    def read(cls, descriptor: int) -> Holder:
        """The holder in a lock file; process 0 if the file is empty or damaged."""
        os.lseek(descriptor, 0, os.SEEK_SET)
        try:
            entry = json.loads(os.read(descriptor, MOST))
            pid, host, since, machine, started = (entry[k] for k in ("pid", "host", "since", "machine", "started"))
            whole = type(pid) is int and (started is None or type(started) is int) and isinstance(machine, str)
            time.localtime(since)  # raises for anything but a time
            return cls(pid if whole else 0, NO_NAME.sub("?", str(host))[:64], float(since), machine, started)
        except (ValueError, KeyError, TypeError, OverflowError, OSError, RecursionError):
            return cls(0, "", 0.0)

    def write(self, descriptor: int) -> None:
        """Write the holder into the lock file. Raises OSError."""
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, json.dumps(asdict(self)).encode())

    def at(self, file: str) -> Holder:
        """The holder, with the file to remove by hand."""
        return replace(self, file=file)

    def is_dead(self) -> bool:
        """True if the process has certainly ended. False for a process of another machine, which cannot be examined."""
        if os.name != "posix" or self.pid <= 0 or not self.machine or self.machine != _machine():
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except OSError:  # it lives, and belongs to another user
            pass
        now = _started(self.pid)
        return self.started is not None and now is not None and now != self.started

    def __str__(self) -> str:
        if self.pid <= 0:
            return "another process writes there"
        since = time.strftime("%Y-%m-%d %H:%M:%S %z", time.localtime(self.since))
        return f"process {self.pid} on {self.host} writes there since {since}"


def _machine() -> str:
    """A text that is equal for two processes that know each other by the same numbers; "" if that is not known."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {os.readlink('/proc/self/ns/pid')}"
    except OSError as error:
        pass_on_limit(error)
        return ""


def _started(pid: int) -> int | None:
    """When a process began, in clock ticks since the machine started; None if the system does not say."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[19])
    except (OSError, ValueError, IndexError) as error:
        pass_on_limit(error)
        return None
