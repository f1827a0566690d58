"""`bp.play` outside notebooks, and where its packages are missing."""

import sys
from urllib.request import urlopen

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.playing import play as module


@pytest.fixture
def opened(monkeypatch):
    """opened(...) : bp.play, whose page is closed at the end; `opened.addresses` are those of the browser."""
    for package in ("starlette", "uvicorn", "websockets"):
        pytest.importorskip(package)
    pages, addresses = [], []
    monkeypatch.setattr(module, "open_in_browser", lambda url: not addresses.append(url))

    def opened(*things, **more):
        pages.append(bp.play(*things, **{"waits": False, **more}))
        return pages[-1]

    opened.addresses = addresses
    yield opened
    for page in pages:
        page.close()


def subject(page):
    return page.machine.snapshot()["parts"]["subject"]


def test_it_serves_the_page_and_opens_it(opened, capsys):
    page = opened()
    assert opened.addresses == [page.url] and capsys.readouterr().out == f"play: {page.url}\n"
    assert repr(page) == f"<bprop play at {page.url}>" and subject(page)["name"] == "moons"
    with urlopen(page.url, timeout=5) as answer:
        assert answer.status == 200


def test_everything_that_can_be_played_with(opened, rng):
    x, y = rng.normal(size=(40, 3)), np.arange(40) % 2
    graph = bp.mlp([3, 4, 2])
    fit = bp.train(graph, {"x": x, "y": y}, epochs=1, engine="numpy", progress=False)
    assert subject(opened((x, y), opens=False))["kind"] == "arrays"
    assert subject(opened({"a": x[:, 0], "kind": y}, target="kind", opens=False))["kind"] == "table"
    assert subject(opened(graph, {"x": x, "y": y}, opens=False))["rows"] == 40
    page = opened(fit, {"x": x, "y": y}, opens=False)
    np.testing.assert_array_equal(page.machine.snapshot()["parts"]["theta"]["b1"], fit.params["b1"])
    assert opened.addresses == []


def test_a_seed_is_that_of_the_initialisation(opened):
    first, second, third = (opened("xor", seed=seed, opens=False) for seed in (1, 1, 2))
    thetas = [page.machine.snapshot()["parts"]["theta"] for page in (first, second, third)]
    assert thetas[0] == thetas[1] != thetas[2]


def test_settings_without_an_effect_are_refused(rng):
    data = {"x": rng.normal(size=(6, 2)), "y": np.arange(6) % 2}
    with pytest.raises(errors.SettingError, match="seed=1"):
        bp.play(bp.mlp([2, 2]), data, seed=1)
    for thing, more in (("xor", ()), (bp.mlp([2, 2]), (data,))):
        with pytest.raises(errors.BpropError, match="task"):
            bp.play(thing, *more, task="regression")


def test_an_error_says_what_to_do():
    with pytest.raises(errors.SettingError, match=r"a graph needs data to play with: bp\.play\(graph, data\)"):
        bp.play(bp.mlp([3, 4, 2]))


def test_a_program_waits_until_ctrl_c(opened, monkeypatch, capsys):
    class Pressed:
        def wait(self, seconds):
            raise KeyboardInterrupt

    monkeypatch.setattr(module, "Event", Pressed)
    page = opened("xor", waits=True)
    assert capsys.readouterr().out.endswith("the page stays until Ctrl-C\n")
    with pytest.raises(OSError):
        urlopen(page.url, timeout=5)


def test_without_a_browser_it_says_so(opened, monkeypatch, capsys):
    monkeypatch.setattr(module, "open_in_browser", lambda url: False)
    opened("xor")
    assert "open the address yourself" in capsys.readouterr().err


def test_it_says_what_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(errors.MissingPackageError, match=r"bprop\[play\]"):
        bp.play("xor")
    monkeypatch.setattr(module, "display_here", lambda: print)
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(errors.MissingPackageError, match=r"anywidget: pip install 'bprop\[notebook\]'"):
        bp.play("xor")
