"""`python -m benchmarks.cores`: what a step would take on more cores than there are here: a simulation.

Every kernel is timed on one core. On n cores a kernel of s equal shares takes the time of ceil(s / n) of them; what is
not shared, thread 0 does alone. Each barrier costs what n threads need to count themselves one after the other
(`ARRIVAL`). Memory is as fast as here for every core: so the true times are longer where cores wait for one memory.
"""

from __future__ import annotations

import argparse

from benchmarks.cases import CASES, Case
from benchmarks.kernels import timed
from bprop.engines.native.schedule.shares import Barriers

ARRIVAL = 0.08
"""Microseconds in which one core takes a line of memory that another has written: an assumption, 60 to 100 ns on
processors of one socket."""
CORES = (1, 2, 4, 8, 16, 32, 64)


def simulated(case: Case) -> dict[int, float]:
    """Microseconds of a step on so many cores."""
    assembler, seconds = timed(case)
    meetings = [0]
    barriers = Barriers(lambda: meetings.__setitem__(0, meetings[0] + 1))
    together = "shared" if assembler.gathered_together else "alone"
    barriers.wrote(set(assembler.trace.batch.values()), together)
    for kernel in assembler.kernels:
        barriers.before(kernel.reads, kernel.writes, "alone" if assembler.shares[kernel] == 1 else "shared")
    barriers.meet()
    found = {}
    for cores in CORES:
        work = sum(time * -(-assembler.shares[k] // cores) / assembler.shares[k] for k, time in seconds.items())
        found[cores] = work * 1e6 + (0 if cores == 1 else meetings[0] * cores * ARRIVAL)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cores", description=__doc__)
    parser.add_argument("--cases", default="", help="cases whose names contain this")
    chosen = parser.parse_args().cases
    print("| case | " + " | ".join(f"{n} cores" for n in CORES) + " |\n|---|" + "---:|" * len(CORES), flush=True)
    for case in (case for case in CASES if chosen in case.name):
        found = simulated(case)
        print(f"| {case.name} | " + " | ".join(f"{found[1] / found[n]:.1f}" for n in CORES) + " |", flush=True)


if __name__ == "__main__":
    main()
