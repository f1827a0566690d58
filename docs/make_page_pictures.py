"""Makes the pictures of the report and of the live page: python docs/make_page_pictures.py

Needs Chromium and Playwright (extra `browser`). Look at them: overlaps, clipped labels and unreadable text are defects.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

import bprop as bp

FOLDER = Path(__file__).parent
EXAMPLE = FOLDER.parent / "examples" / "glorot_bengio_2010.py"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def trained(callbacks: list) -> tuple[bp.Fit, dict]:
    """(fit, test set) of a small network on the bundled digits."""
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    train, test = ({"x": images[part] / 16, "y": labels[part]} for part in (slice(0, 1437), slice(1437, None)))
    notes = {"source": "digits", "task": "classification", "target": "digit", "classes": list(range(10))}
    graph = bp.mlp([64, 64, 32, 10], activation="tanh")
    fit = bp.train(
        graph, train, epochs=40, validation=0.1, health=True, callbacks=callbacks, progress=False, notes=notes
    )  # fmt: skip
    return fit, test


def shoot(
    address: str, path: Path, height: int, part: str | None = None, epoch: int | None = None, scheme: str = "light"
) -> None:
    """A PNG of the top of a page, or of a part of it; `epoch`: where the slider is put."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": 1100, "height": height}, color_scheme=scheme)
        page.goto(address)
        page.wait_for_timeout(1500)
        if epoch is not None:
            page.locator("#epoch").fill(str(epoch - 1))
        if part is None:
            page.screenshot(path=path)
        else:
            page.locator(part).screenshot(path=path)
        browser.close()
    print(f"wrote {path} ({path.stat().st_size:,} bytes)")


def shoot_report() -> None:
    """The upper part of a report, light and dark, and its results on test examples."""
    fit, test = trained([])
    with TemporaryDirectory() as place:
        page = Path(place) / "report.html"
        fit.report(page, test)
        shoot(page.as_uri(), FOLDER / "report.png", 1620)
        shoot(page.as_uri(), FOLDER / "report-dark.png", 1620, scheme="dark")
        shoot(page.as_uri(), FOLDER / "report-results.png", 1000, "#outcome")


def shoot_live() -> None:
    """The page in the midst of training."""
    live = bp.Live(quiet=True)
    trained([live, lambda record, fit: shoot(live.url, FOLDER / "live.png", 560) if record.epoch == 15 else None])
    live.close()


def shoot_tuning() -> None:
    """The upper part of the page of a search."""
    from sklearn.datasets import load_digits

    images, labels = (array[:400] for array in load_digits(return_X_y=True))
    space = {"epochs": 10, "units": "4..32", "lr": "1e-3..10", "batch_size": "32|64", "rule": "sgd|adamw"}
    tuned = bp.tune(images, labels, space=space, trials=30, engine="numpy", progress=True)
    with TemporaryDirectory() as place:
        page = Path(place) / "tuning.html"
        tuned.report(page)
        shoot(page.as_uri(), FOLDER / "tuning.png", 1380)


def shoot_glorot() -> None:
    """Glorot and Bengio's finding: the layers of two networks after their first epoch."""
    with TemporaryDirectory() as place:
        subprocess.run([sys.executable, EXAMPLE], cwd=place, check=True, stdout=subprocess.DEVNULL)
        for name in ("standard", "normalised"):
            shoot((Path(place) / f"glorot-{name}.html").as_uri(), FOLDER / f"glorot-{name}.png", 760, "#stage", epoch=1)


if __name__ == "__main__":
    shoot_report()
    shoot_live()
    shoot_tuning()
    shoot_glorot()
