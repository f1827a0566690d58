"""Makes the pictures of the documentation: python docs/make_pictures.py [--screenshots FOLDER]

Each picture has its own function, in PICTURES. With --screenshots, headless Chromium (through Playwright) takes a PNG
of each in light and in dark, for a person to check: overlaps, clipped labels and unreadable text are defects.
"""

from __future__ import annotations

import argparse
import re
import shutil
from pathlib import Path

import bprop as bp

FOLDER = Path(__file__).parent
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def lecture() -> bp.Graph:
    """The lecture's network: one hidden layer, a penalty on the weights."""
    return bp.mlp([784, 500, 10], activation="tanh", l2=1e-4)


def deep() -> bp.Graph:
    """Fifty layers, collapsed by themselves."""
    return bp.mlp([64, *[100] * 49, 10], activation="tanh", l2=1e-4)


def draw_lecture(folder: Path) -> Path:
    path = folder / "graph.svg"
    lecture().draw().save(path)
    return path


def draw_deep(folder: Path) -> Path:
    path = folder / "deep.svg"
    deep().draw().save(path)
    return path


def draw_backward(folder: Path) -> Path:
    """The gradients of the lecture's network: a graph of its own, with the boxes of every bprop."""
    path = folder / "backward.svg"
    lecture().backward().draw().save(path)
    return path


def draw_values(folder: Path) -> Path:
    """A network of three layers that learns badly: units of relu are dead, those of tanh saturated."""
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    graph = bp.mlp([64, 100, 50, 10], activation=["relu", "tanh"])
    theta = graph.init(seed=0)
    theta["b1"] -= 0.8
    theta["W2"] *= 100.0
    path = folder / "values.svg"
    graph.draw(theta, x=images[:200] / 16, y=labels[:200]).save(path)
    return path


PICTURES = [draw_lecture, draw_deep, draw_values, draw_backward]


def screenshots(paths: list[Path], folder: Path) -> None:
    """name-light.png and name-dark.png of each picture, at its own size."""
    from playwright.sync_api import sync_playwright

    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for path in paths:
            size = re.search(r'width="(\d+)" height="(\d+)"', path.read_text(encoding="utf-8"))
            width, height = map(int, size.groups()) if size else (1200, 800)
            for scheme in ("light", "dark"):
                page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
                page.goto(path.resolve().as_uri())
                page.screenshot(path=folder / f"{path.stem}-{scheme}.png")
                page.close()
        browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the pictures go (default: docs)")
    parser.add_argument("--screenshots", type=Path, help="a folder for PNG screenshots, in light and in dark")
    options = parser.parse_args()
    paths = [picture(options.folder) for picture in PICTURES]
    for path in paths:
        print(f"wrote {path} ({path.stat().st_size:,} bytes)")
    if options.screenshots is not None:
        screenshots(paths, options.screenshots)


if __name__ == "__main__":
    main()
