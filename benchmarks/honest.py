"""How honest models of tables are: the coverage of intervals and sets, and the calibration error before and after.

    python -m benchmarks.honest adult.csv housing.csv=median_house_value wine.csv ... --splits 5 --rows 2000

Each table (a file, with =TARGET where that is not the last column) is divided at random several times: 30 % of at
most `--rows` rows are for measuring. On the others, a network is cross-validated in 5 folds, and trained; its
temperature and its conformal scores come from the predictions out of fold. Beside it: the same from the validation rows
alone (10 %), which are fewer; for values, a network with the quantile loss, too.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import bprop as bp
from bprop.temperature import temperature_in, with_temperature


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.honest", description=__doc__)
    parser.add_argument("tables", nargs="+")
    parser.add_argument("--splits", type=int, default=5)
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--level", type=float, default=0.9)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--patience", type=int, default=5, help="0: train all epochs, and keep the last")
    parser.add_argument("--json", type=Path, help="write the figures of every split to this file, a line each")
    asked = parser.parse_args()
    print(HEADER)
    for name in asked.tables:
        splits = [measured(name, asked, seed) for seed in range(asked.splits)]
        if asked.json:
            with asked.json.open("a", encoding="utf-8") as file:
                file.writelines(json.dumps({"table": name, "split": k, **one}) + "\n" for k, one in enumerate(splits))
        print(line(name, splits), flush=True)


def measured(name: str, asked: argparse.Namespace, seed: int) -> dict[str, Any]:
    """The figures of one split of a table."""
    path, _, target = name.partition("=")
    whole = bp.table(path, target or None)
    rng = np.random.default_rng(seed)
    rows = rng.permutation(len(whole))[: asked.rows]
    train, _, test = table_of(whole, rows).split(test=0.3, validation=0, seed=seed)
    assert test is not None
    settings = {
        "recipe": "lecture",
        "rule": "adam",
        "epochs": asked.epochs,
        "hidden": (64,),
        "patience": asked.patience or None,
    }
    cv = train.cross_validate(5, seed=seed, bootstrap=0, **settings)
    part = table_of(train, np.arange(len(train))).split(test=0, validation=0.1, seed=seed)[0]
    calibrate = train.classes is not None
    fold = part.fit(out_of_fold=cv.out_of_fold, calibrate=calibrate, seed=seed, **settings)
    held = part.fit(calibrate=calibrate, seed=seed, **settings)
    figures: dict[str, Any] = {"rows": len(rows), "classes": None if train.classes is None else len(train.classes)}
    for way, fit in (("folds", fold), ("validation", held)):
        scores = fit.scores(test, interval=asked.level)
        figures[f"coverage, {way}"] = scores["interval"]["coverage"]
        if train.classes is not None:
            plain = uncalibrated(fit, test)
            figures[f"size, {way}"] = scores["interval"]["mean_size"]
            figures[f"temperature, {way}"] = temperature_in(fit.graph)
            figures[f"calibration error, {way}"] = plain["calibration_error"], scores["calibration_error"]
            figures[f"log loss, {way}"] = plain["log_loss"], scores["log_loss"]
        else:
            figures[f"width, {way}"] = scores["interval"]["mean_width"]
    if train.classes is None and train.task == "regression":
        quantiles = part.fit(loss="quantile", seed=seed, **settings).scores(test, interval=asked.level)["interval"]
        figures["coverage, quantiles"], figures["width, quantiles"] = quantiles["coverage"], quantiles["mean_width"]
    return figures


def table_of(table: Any, rows: np.ndarray) -> Any:
    """Some rows of a table, as a table that nobody has divided."""
    return replace(table, frame=table.frame.rows(rows), part="", trained=None, watched=None, origin=None)


def uncalibrated(fit: Any, test: Any) -> dict[str, Any]:
    """The scores without the temperature."""
    calibrated, fit.graph = fit.graph, with_temperature(fit.graph, 1 / (temperature_in(fit.graph) or 1.0))
    scores = fit.scores(test)
    fit.graph = calibrated
    return scores


HEADER = (
    "| table | rows | classes | coverage, folds | size or width | coverage, validation rows | coverage, quantile loss "
    "| T | calibration error, before | after | log loss, before | after |\n" + "| --- " * 12 + "|"
)


def line(name: str, splits: list[dict[str, Any]]) -> str:
    """A row of the table: means over the splits, with the deviation of a split's coverage."""

    def mean(key: str, at: int | None = None, form: str = ".3f") -> str:
        values = [one[key] if at is None else one[key][at] for one in splits if one.get(key) is not None]
        return f"{np.mean(values):{form}}" if values else ""

    covered = np.array([one["coverage, folds"] for one in splits])
    size = mean("size, folds", form=".2f") or mean("width, folds", form=".4g")
    cells = [
        Path(name.partition("=")[0]).stem, str(splits[0]["rows"]), str(splits[0]["classes"] or ""),
        f"{covered.mean():.3f} +- {covered.std():.3f}", size, mean("coverage, validation"),
        mean("coverage, quantiles"),
        mean("temperature, folds", form=".2f"), mean("calibration error, folds", 0, ".4f"),
        mean("calibration error, folds", 1, ".4f"), mean("log loss, folds", 0, ".4f"),
        mean("log loss, folds", 1, ".4f"),
    ]  # fmt: skip
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    main()
