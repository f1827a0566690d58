"""Fixtures for all tests: one random generator, JAX where it is installed, deterministic hypothesis."""

import os
import shutil
from importlib.util import find_spec

import numpy as np
import pytest
from hypothesis import settings

settings.register_profile("bprop", derandomize=True, deadline=None, max_examples=40)
os.environ["BPROP_CACHE"] = "off"  # tests count compilations, and leave the folders of the user alone
settings.load_profile("bprop")

PACKAGE_OF = {"native": "llvmlite", "xla": "jax"}


def pytest_addoption(parser):
    parser.addoption(
        "--thin", action="store_true",
        help="run each test with its first parameters alone: in a second environment, where the same code runs again",
    )  # fmt: skip


def pytest_collection_modifyitems(config, items):
    if not config.getoption("thin"):
        return
    chosen = {}
    for item in items:
        test = item.nodeid.partition("[")[0]
        if test not in chosen or (needs_a_missing_package(chosen[test]) and not needs_a_missing_package(item)):
            chosen[test] = item
    left_out = [item for item in items if chosen[item.nodeid.partition("[")[0]] is not item]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if chosen[item.nodeid.partition("[")[0]] is item]


def needs_a_missing_package(item):
    """Whether a parameter of a test is an engine whose package is not installed."""
    values = item.callspec.params.values() if hasattr(item, "callspec") else ()
    return any(isinstance(v, str) and v in PACKAGE_OF and find_spec(PACKAGE_OF[v]) is None for v in values)


def pytest_runtest_setup(item):
    """A test with a parameter `engine` is skipped where the package of that engine is not installed."""
    engine = getattr(item, "callspec", None) and item.callspec.params.get("engine")
    if isinstance(engine, str) and engine in PACKAGE_OF:
        pytest.importorskip(PACKAGE_OF[engine])


BROWSERS = {
    "chromium": ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    "firefox": ("firefox", "firefox-esr"),
}
CALM = {"ui.prefersReducedMotion": 1}
"""Settings of Firefox. By BiDi, a page cannot be told of them."""
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


@pytest.fixture(scope="module")
def browser():
    """A browser with a profile of its own; the tests are skipped where there is none.

    It is Chromium, or with BPROP_BROWSER=firefox the Firefox of the system, which Playwright 1.58 drives by WebDriver
    BiDi. It is closed after each file: while it is open, its event loop runs, and tests of asyncio need one of their
    own.
    """
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: extra 'browser'")
    name = os.environ.get("BPROP_BROWSER", "chromium")
    path = next(filter(None, map(shutil.which, BROWSERS[name])), None)
    if path is None:
        pytest.skip(f"no {name} is installed")
    with playwright.sync_playwright() as running:
        if name == "firefox":
            started = running.firefox.launch(channel="moz-firefox", executable_path=path, firefox_user_prefs=CALM)
        else:
            started = running.chromium.launch(executable_path=path, headless=True, args=list(ARGUMENTS))
        yield started
        started.close()


@pytest.fixture
def compilers():
    """For tests that use every engine: they are skipped where the package of one is not installed."""
    for package in PACKAGE_OF.values():
        pytest.importorskip(package)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def jax():
    """The jax module; the test is skipped where it is not installed."""
    return pytest.importorskip("jax")


@pytest.fixture
def bare():
    """bare(cls, **hyper): a box without children, whose fprop and bprop are called by hand."""

    def make(cls, **hyper):
        box = object.__new__(cls)
        box.__dict__.update({**cls.hyper_defaults, **hyper})
        return box

    return make


class Came(BaseException):
    """An interrupt, as from a handler of signals."""


class Instants:
    """A function for `sys.settrace`: it raises `Came` at the k-th instruction that a thread does in some files.

    files : their names; or a function of a code object, which says whether its instructions count.
    """

    came = Came

    def __init__(self, k, files):
        self.left = k
        self.counts = files if callable(files) else lambda code: code.co_filename in files

    def __call__(self, frame, event, argument):
        if not self.counts(frame.f_code):
            return None
        frame.f_trace_opcodes = True
        return self.local

    def local(self, frame, event, argument):
        if event == "opcode":
            self.left -= 1
            if self.left == 0:
                raise Came
        return self.local


@pytest.fixture
def instants():
    """The class `Instants`; `instants.came` is what it raises."""
    return Instants
