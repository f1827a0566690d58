"""`python -m fuzz interrupts`: training is interrupted at random instants, and must neither hang nor spoil anything.

Interrupted are fits of estimators, and `bprop.train`, on the native engine with two threads; in five ways (`KINDS`).
After each, what was trained so far is what so many updates give, bit for bit: an estimator whose fit raised is as it
was before, and a run is resumed to its end. A fit that is always the same then gives the same bits. Work is done in a
process of its own. It ends, and tells where it stands, when nothing has come of an interrupt for `--patience` seconds.
"""

from __future__ import annotations

import argparse
import faulthandler
import io
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

from fuzz.interrupting import KINDS, alarm, interrupted

WHAT = ("estimators", "train")
EPOCHS, STEPS = 3, 4


def bits(arrays: Any) -> bytes:
    return b"".join(array.tobytes() for array in arrays)


class Estimators:
    """fit and partial_fit. A trial gives what is wrong afterwards: "" for nothing, None where it was over before."""

    def __init__(self) -> None:
        import bprop as bp
        from bprop.estimators.loop import Epochs

        self.bp = bp
        self.reference: dict[int, bytes] = {}
        whole = Epochs.done

        def noting(epochs: Any, at: Any, stretch: Any) -> None:
            whole(epochs, at, stretch)
            params = epochs.run.params()
            self.reference[at.updates] = bits(params[n] for n in ("W1", "W2", "b1", "b2"))

        self.reference[0] = self.theta(self.new().initialise(*data()))
        Epochs.done = noting
        self.new().fit(*data())
        Epochs.done = whole
        assert self.control() == self.reference[EPOCHS * STEPS]

    def new(self) -> Any:
        return self.bp.MLPClassifier(16, max_iter=EPOCHS, batch_size=50, random_state=0, engine="native", tol=0.0)

    def theta(self, estimator: Any) -> bytes:
        return bits([*estimator.coefs_, *estimator.intercepts_])

    def control(self) -> bytes:
        return self.theta(self.new().fit(*data()))

    def trial(self, kind: str, after: float, chance: random.Random) -> str | None:
        estimator, X, y = self.new(), *data()
        fit, before, most = estimator.fit, 0, EPOCHS * STEPS
        if chance.random() < 0.5:
            estimator.partial_fit(X, y, classes=[0, 1])
            fit, before, most, after = estimator.partial_fit, STEPS, 2 * STEPS, after / EPOCHS
        _, error = interrupted(kind, after, lambda: fit(X, y))
        if not hasattr(estimator, "coefs_"):
            return "" if before == 0 and error is not None else "no parameters"
        updates = estimator._optimizer.updates
        if error is not None and updates not in (before, most):  # it may come when all is done, on the way out
            return f"after {error!r}: {updates} updates, and {before} before"
        if self.theta(estimator) != self.reference[updates]:
            return f"not what {updates} updates give"
        for name in ("loss_", "n_iter_", "t_", "loss_curve_", "best_loss_"):
            getattr(estimator, name)
        estimator.predict(X)
        return "" if error is not None or updates < most else None


class Train:
    """bprop.train, and resuming. Trials are as above."""

    def __init__(self) -> None:
        import bprop as bp

        self.bp, self.graph = bp, bp.mlp([20, 16, 2], activation="tanh", dropout=0.1)
        self.folder = tempfile.TemporaryDirectory()
        self.expected = self.control()

    def fit(self, **more: Any) -> Any:
        X, y = data()
        return self.bp.train(
            self.graph, {"x": X, "y": y}, rule=self.bp.Adam(), batch_size=50, epochs=EPOCHS, engine="native",
            progress=False, **more,
        )  # fmt: skip

    def control(self) -> bytes:
        return bits(self.fit().params.values())

    def trial(self, kind: str, after: float, chance: random.Random) -> str | None:
        place = Path(self.folder.name) / f"{chance.random()}.checkpoint"
        found, error = interrupted(kind, after, lambda: self.fit(checkpoint=place))
        if found is not None and found.stopped != "interrupted":
            return None
        resumed = self.fit(checkpoint=place, resume=place if place.exists() else None)
        place.unlink()
        return "" if bits(resumed.params.values()) == self.expected else f"not resumed as if nothing were ({error!r})"


def data() -> tuple[Any, Any]:
    import numpy as np

    rng = np.random.default_rng(0)
    X = rng.normal(size=(50 * STEPS, 20))
    return X, (X[:, :3].sum(1) > 0).astype(int)


# --- the process that is interrupted, and the one that counts ---


def two_threads() -> None:
    """All kernels are shared by two threads, in calls of two steps: there are more instants at which threads meet.

    Who waits lets others run sooner than it does in earnest: the machine may have much else to do.
    """
    from bprop.engines.native.emit import gate
    from bprop.engines.native.run import thread_tuner, threads
    from bprop.engines.native.schedule import shares

    shares.SHARED_FROM, threads.cores = 1, lambda: 2
    gate.PATIENCE, gate.LONGEST = 200, 100_000
    thread_tuner.ThreadTuner.next = lambda self, steps: (self.counts[-1], min(steps, 2))


def routines() -> list[Any]:
    from bprop.engines.native.run.routines import _routines

    return list(_routines.values())


def child(what: str, count: int, seed: int, patience: float) -> None:
    """Interrupt so often. A line of JSON for each."""
    warnings.simplefilter("ignore")
    sys.excepthook = lambda *error: traceback.print_exception(*error, file=sys.__stderr__)
    sys.stderr = io.StringIO()  # where bprop.train says that it was interrupted
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGALRM, alarm)
    two_threads()
    chance, work = random.Random(seed), {"estimators": Estimators, "train": Train}[what]()
    expected, begun = work.control(), time.perf_counter()
    assert work.control() == expected
    assert all(routine.most == 2 for routine in routines())
    length = time.perf_counter() - begun
    for i in range(count):
        wrong = None
        while wrong is None:
            faulthandler.dump_traceback_later(patience, exit=True, file=sys.__stderr__)
            begun = time.perf_counter()
            wrong = work.trial(KINDS[i % len(KINDS)], chance.random() * length, chance)
            if wrong is None:  # too late: the machine has less to do than it had
                length = 0.9 * length
        begun = time.perf_counter()
        if not wrong and work.control() != expected:
            wrong = "the fit after it has other bits"
        length = 0.8 * length + 0.2 * (time.perf_counter() - begun)
        faulthandler.cancel_dump_traceback_later()
        print(json.dumps([KINDS[i % len(KINDS)], wrong]), flush=True)
    os._exit(0)


def tally(what: str, count: int, seed: int, patience: float) -> tuple[Counter, list[str]]:
    """(how many of each kind, what went wrong)."""
    seen, faults = Counter(), []
    with tempfile.TemporaryDirectory() as cache:  # the code for two threads is not to be taken for the usual one
        environment = {**os.environ, "BPROP_CACHE": cache}
        while sum(seen.values()) < count:
            done = sum(seen.values())
            words = [what, str(count - done), str(seed + done), str(patience)]
            command = [sys.executable, "-m", __spec__.name, *words]
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
                for line in process.stdout or ():
                    kind, wrong = json.loads(line)
                    seen[kind] += 1
                    if wrong:
                        faults.append(f"{kind}: {wrong}")
            if process.returncode != 0:
                seen["ended the process"] += 1
                faults.append(f"it hung, or died: exit code {process.returncode}")
    return seen, faults


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m fuzz interrupts", description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=1000, help="interrupts of each of estimators and train")
    parser.add_argument("--what", choices=WHAT, nargs="*", default=WHAT)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--patience", type=float, default=120.0, help="seconds after which it hangs")
    args = parser.parse_args(argv)
    wrong = 0
    for what in args.what:
        seen, faults = tally(what, args.count, args.seed, args.patience)
        print(f"{what}: {sum(seen.values())} interrupts ({', '.join(f'{n} {k}' for k, n in seen.items())})")
        print("".join(f"  {fault}\n" for fault in faults) or "  no hang, no wrong bit", flush=True)
        wrong += len(faults)
    raise SystemExit(wrong > 0)


if __name__ == "__main__":
    child(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
