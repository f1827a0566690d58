"""Looks at the built site in Chromium: python tools/look_at_site.py SITE [--pages index.html,learn/1_loss.html]

Every page, or those of --pages, opens from its file at three widths, light and dark. axe must find nothing, nothing may
be wider than the window, no request may leave the site, no page may complain, and the search must work without a
server. Only 404.html opens from a server: a server sends it for any address, so its own addresses begin at the root.
It needs Playwright and Chromium (extra `browser`). Prints what is wrong; the exit code is then 1.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urljoin

from playwright.sync_api import Browser, Page, TimeoutError, sync_playwright

AXE = Path(__file__).parents[1] / "tests" / "playing" / "vendor" / "axe.min.js"
WIDTHS = (390, 820, 1440)
SCHEMES = ("light", "dark")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = "404.html"
SEARCHED = "backpropagation"
PATIENCE = 120_000  # milliseconds: a machine under load is slow
VIOLATIONS = "axe.run(document, {resultTypes: ['violations'], preload: false}).then((result) => result.violations)"
"""Preloading would fetch the style sheets once more, which a page from a file may not do."""


def look(browser: Browser, address: str, scheme: str) -> Iterator[str]:
    """What is wrong with a page in a colour scheme, at every width."""
    context = browser.new_context(
        color_scheme=scheme, reduced_motion="reduce", viewport={"width": 1440, "height": 1000}
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    wrong = _opened(page, address)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 1000})
        page.wait_for_timeout(100)  # menus and tables follow the width
        for line in _measured(page, width):
            yield f"{scheme}, {width} px: {line}"
    yield from wrong
    context.close()


@contextmanager
def served(site: Path) -> Iterator[str]:
    """The address of the site at a server of this process."""
    handler = partial(Quiet, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


class Quiet(SimpleHTTPRequestHandler):
    """Sends files, and prints nothing."""

    def log_message(self, *words: Any) -> None:
        return


def _opened(page: Page, address: str) -> list[str]:
    """Opens the page. The list has its complaints, and its requests that leave the site; later ones are added to it."""
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    home = urljoin(address, "/")

    def away(url: str) -> bool:
        return url.startswith("http") and not url.startswith(home)

    page.on("request", lambda request: away(request.url) and wrong.append(f"it asks for {request.url}"))
    page.on("requestfailed", lambda request: wrong.append(f"it did not get {request.url}"))
    page.goto(address, wait_until="load")
    return wrong


def _measured(page: Page, width: int) -> Iterator[str]:
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > width:
        yield f"the page is {wide} px wide"
    for violation in page.evaluate(VIOLATIONS):
        for node in violation["nodes"]:
            yield f"{violation['id']}: {node['html'][:160]}"


def searched(browser: Browser, address: str) -> list[str]:
    """What is wrong with the search from files."""
    page = browser.new_page()
    page.set_default_timeout(PATIENCE)
    wrong = _opened(page, address)
    page.fill(".md-search__input", SEARCHED)
    try:
        page.wait_for_selector(".md-search-result__item", state="attached")
    except TimeoutError:
        wrong.append(f"the search finds no page with {SEARCHED!r}")
    page.close()
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("site", type=Path, help="the folder that `mkdocs build` made")
    parser.add_argument("--pages", default="", help="only these, comma-separated")
    chosen: Any = parser.parse_args()
    site: Path = chosen.site.resolve()
    names = chosen.pages.split(",") if chosen.pages else sorted(str(p.relative_to(site)) for p in site.rglob("*.html"))
    chromium = next(filter(None, map(shutil.which, BROWSERS)), None)
    if chromium is None:
        raise SystemExit("no Chromium is installed: apt-get install chromium")
    count = 0
    with sync_playwright() as running, served(site) as server:
        browser = running.chromium.launch(
            executable_path=chromium, headless=True, args=["--no-sandbox", "--disable-gpu"]
        )
        for name in names:
            address = f"{server}{name}" if name == MISSING else (site / name).as_uri()
            lines = [line for scheme in SCHEMES for line in look(browser, address, scheme)]
            lines += searched(browser, address) if name == "index.html" else []
            print("\n    ".join([name, *lines]) if lines else f"{name}: nothing is wrong", flush=True)
            count += len(lines)
        browser.close()
    print(f"{len(names)} pages, {len(WIDTHS)} widths, light and dark: {count} complaints")
    return int(count > 0)


if __name__ == "__main__":
    sys.exit(main())
