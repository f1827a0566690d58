"""Makes the pictures of the report and of the live page: python docs/make_page_pictures.py

Needs Chromium and Playwright (extra `browser`). Look at them: overlaps, clipped labels and unreadable text are defects.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

import bprop as bp

FOLDER = Path(__file__).parent
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


def shoot(address: str, path: Path, height: int) -> None:
    """A PNG of the top of a page."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": 1100, "height": height})
        page.goto(address)
        page.wait_for_timeout(1500)
        page.screenshot(path=path)
        browser.close()
    print(f"wrote {path} ({path.stat().st_size:,} bytes)")


def shoot_report() -> None:
    """The upper part of a report."""
    fit, test = trained([])
    with TemporaryDirectory() as place:
        page = Path(place) / "report.html"
        fit.report(page, test)
        shoot(page.as_uri(), FOLDER / "report.png", 1620)


def shoot_live() -> None:
    """The page in the midst of training."""
    live = bp.Live(quiet=True)
    trained([live, lambda record, fit: shoot(live.url, FOLDER / "live.png", 560) if record.epoch == 15 else None])
    live.close()


if __name__ == "__main__":
    shoot_report()
    shoot_live()
