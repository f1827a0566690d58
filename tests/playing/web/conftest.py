"""The page of `bprop play` in headless Chromium, served as it is served to people. A browser for each file."""

import json
from pathlib import Path

import numpy as np
import pytest

AXE = Path(__file__).parent.parent / "vendor" / "axe.min.js"


@pytest.fixture(autouse=True)
def packages():
    """The tests of the page need what serves it."""
    for name in ("starlette", "uvicorn", "websockets"):
        pytest.importorskip(name, reason=f"{name} is not installed: extra 'play'")


class Play:
    """A page, the machine behind it, and all that the page asked for or complained of."""

    def __init__(self, browser, subject, width=1440, height=1100, **settings):
        from bprop.playing.machine import Machine
        from bprop.playing.serving import PlayServer
        from bprop.playing.subjects.opening import subject_of
        from bprop.playing.subjects.subject import Subject

        self.machine = Machine(subject if isinstance(subject, Subject) else subject_of(subject))
        self.server = PlayServer(self.machine)
        if browser.browser_type.name == "chromium":
            settings["reduced_motion"] = "reduce"
        self.context = browser.new_context(viewport={"width": width, "height": height}, **settings)
        self.page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.asked, self.complaints = [], []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(self.server.url)
        self.page.wait_for_selector(".network-card")

    def close(self):
        self.context.close()
        self.server.close()

    # --- the machine ---

    @property
    def graph(self):
        return self.machine.state.work.network.graph

    @property
    def theta(self):
        return {name: np.array(array) for name, array in self.machine.state.work.theta.items()}

    @property
    def data(self):
        return self.machine.state.work.subject.data

    def example(self):
        """The arrays of the example: one row."""
        row = self.machine.state.view.row
        return {name: array[row : row + 1] for name, array in self.data.items()}

    # --- the page ---

    def send(self, command, **more):
        """A command, sent by the page; returns when its answer is shown."""
        self.page.evaluate(
            "([name, more]) => document.getElementById('play').play.store.send(name, more)", [command, more]
        )
        return self.settle()

    def settle(self):
        """Wait until no command is on its way and the page is painted."""
        self.page.evaluate(
            """async () => {
                const store = document.getElementById('play').play.store;
                const painted = () => new Promise((go) => requestAnimationFrame(() => setTimeout(go)));
                await painted();
                while (store.busy.value) await painted();
                await painted();
            }"""
        )
        return self

    def part(self, name):
        """A part of the state, as the page has it."""
        return json.loads(
            self.page.evaluate(
                "(name) => JSON.stringify(document.getElementById('play').play.store.parts[name].value)", name
            )
        )

    def weights(self):
        """{name[index]: number} of all edges and biases on the page."""
        found = self.page.eval_on_selector_all(
            "[data-weight]", "all => all.map((each) => [each.dataset.weight, each.dataset.value])"
        )
        return {name: float(value) for name, value in found}

    def units(self, kind="value"):
        """{"h1 0": number} of the units that show one. kind : "value" or "gradient"."""
        found = self.page.eval_on_selector_all(
            ".unit",
            """(all, kind) => all.map((each) => [each.querySelector('[data-unit]').dataset.unit,
                each.querySelector('data.' + kind)?.value]).filter(([, value]) => value !== undefined)""",
            kind,
        )
        return {name: float(value) for name, value in found}

    def number(self, selector):
        """The number of an element <data>."""
        return float(self.page.get_attribute(selector, "value"))

    def axe(self):
        """What axe finds, as lines of text."""
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(AXE.read_text(encoding="utf-8"))
        results = self.page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{each['id']}: {node['target']} {node.get('failureSummary', '')}"
            for each in results["violations"]
            for node in each["nodes"]
        ]


@pytest.fixture
def opened(browser):
    """opened(subject, width, height, **settings): the page of a subject."""
    made = []

    def opened(subject="moons", *args, **settings):
        made.append(Play(browser, subject, *args, **settings))
        return made[-1]

    yield opened
    for play in made:
        play.close()
