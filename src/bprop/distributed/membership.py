"""Which of the processes that train together this one is: by options, or as Slurm, Open MPI or Kubernetes say it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from bprop.errors import SettingError

COORDINATOR, PROCESSES, PROCESS = "BPROP_COORDINATOR", "BPROP_PROCESSES", "BPROP_PROCESS"
"""Variables of the environment with the values of --coordinator, --processes and --process."""
COUNTS = ("OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_NTASKS")
NUMBERS = ("OMPI_COMM_WORLD_RANK", "PMI_RANK", "SLURM_PROCID", "JOB_COMPLETION_INDEX")
"""Variables with the number of a process: of Open MPI, of other MPIs, of Slurm, of a Job of Kubernetes with indices."""
SLURM = ("SLURM_JOB_ID", "SLURM_STEP_NODELIST", "SLURM_NTASKS", "SLURM_PROCID", "SLURM_LOCALID")
MPI = ("OMPI_MCA_orte_hnp_uri", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK")
LAST_PORT = 65535
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
HOW = (
    "start the processes with `bprop launch -n 2 -- train ...` on this machine, or with srun, or with --coordinator "
    "HOST:PORT --processes P --process K in each"
)


class Membership(NamedTuple):
    """A process among all that train together.

    processes : how many there are. process : the number of this one, from 0. coordinator : "HOST:PORT", where process 0
    listens; None where JAX finds it. by : how JAX finds it ("slurm", "ompi"), or "".
    """

    processes: int
    process: int
    coordinator: str | None = None
    by: str = ""

    @property
    def leads(self) -> bool:
        """Whether this is process 0, which writes and shows."""
        return self.process == 0

    @property
    def on_loopback(self) -> bool:
        """Whether all processes are on this machine."""
        return self.coordinator is not None and self.coordinator.rpartition(":")[0] in LOOPBACK


def membership(
    environment: Mapping[str, str], coordinator: str | None = None, processes: int | None = None,
    process: int | None = None,
) -> Membership | None:  # fmt: skip
    """The place of this process by the options, else by the environment. None: nothing speaks of other processes.

    Raises SettingError where something is missing or contradictory.
    """
    coordinator = coordinator or environment.get(COORDINATOR)
    processes = _whole(environment, (PROCESSES,)) if processes is None else processes
    process = _whole(environment, (PROCESS,)) if process is None else process
    if coordinator is None and processes is None and process is None:
        return _found(environment)
    processes = _whole(environment, COUNTS) if processes is None else processes
    process = _whole(environment, NUMBERS) if process is None else process
    named = {"--coordinator HOST:PORT": coordinator, "--processes P": processes, "--process K": process}
    missing = [option for option, value in named.items() if value is None]
    if missing or coordinator is None or processes is None or process is None:
        raise SettingError(f"to train in several processes, also give {' and '.join(missing)}")
    need_address(coordinator)
    return _checked(Membership(processes, process, coordinator))


def _found(environment: Mapping[str, str]) -> Membership | None:
    """As Slurm or Open MPI say it."""
    for by, names in (("slurm", SLURM), ("ompi", MPI)):
        if all(name in environment for name in names):
            processes, process = _whole(environment, COUNTS), _whole(environment, NUMBERS)
            assert processes is not None and process is not None
            return _checked(Membership(processes, process, None, by))
    if _whole(environment, COUNTS[:2]) is not None:
        raise SettingError(
            "this MPI says how many processes there are, but not where process 0 is: give --coordinator HOST:PORT"
        )
    return None


def _checked(one: Membership) -> Membership:
    if one.processes < 1:
        raise SettingError(f"--processes {one.processes}: give the number of processes, 1 or more")
    if not 0 <= one.process < one.processes:
        raise SettingError(f"--process {one.process}: of {one.processes} processes, give 0 to {one.processes - 1}")
    return one


def need_address(text: str) -> None:
    """Raise SettingError unless it is HOST:PORT."""
    host, _, port = text.rpartition(":")
    if not host or not (port.isascii() and port.isdigit()) or not 0 < int(port) <= LAST_PORT:
        raise SettingError(
            f"--coordinator {text}: give the host of process 0 and a port that is free there, such as node1:1234"
        )


def _whole(environment: Mapping[str, str], names: tuple[str, ...]) -> int | None:
    """The number of the first of these variables that is set."""
    for name in names:
        text = environment.get(name)
        if text is not None:
            if not (text.isascii() and text.isdigit()):
                raise SettingError(f"the environment says {name}={text!r}, which is no whole number")
            return int(text)
    return None
