"""`bprop train --report` and `--live`."""

import json
import os
import re
import subprocess
import sys
import threading
import webbrowser
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname, urlopen

import pytest

from bprop import errors
from bprop.training import Terminated


def page_of(path):
    html = path.read_text(encoding="utf-8")
    return json.loads(re.search(r'<script type="application/json" id="page-data">(.*?)</script>', html, re.S)[1])


BASE = "--engine numpy --hidden 4 --epochs 3 --out x.bprop"


def test_a_report_is_written(run, folder):
    shown = run(f"train pets.csv {BASE} --report r.html").stdout
    assert shown.splitlines()[-1] == "report r.html"
    page = page_of(folder / "r.html")
    assert page["outcome"]["name"] == "test" and page["outcome"]["count"] == 12
    assert page["records"][1]["health"]["boxes"]
    assert page["reproduce"][0][1] == "bprop train --hidden 4 --recipe lecture --epochs 3 --engine numpy pets.csv"
    assert [row[0] for row in page["data"]["columns"]] == ["size", "weight", "age"]
    assert page["data"]["parts"] == ["examples to train", "examples to watch", "examples to test"]
    assert sum(row[1] for row in page["data"]["classes"]) == 43
    worst = page["outcome"]["worst"][0]
    assert re.fullmatch(r"pets.csv, line \d+", worst["row"])
    cells = dict(worst["cells"])
    line = (folder / "pets.csv").read_text().splitlines()[int(worst["row"].split()[-1]) - 1]
    assert line.split(",")[0].startswith(str(cells["size"])[:6])


def test_rows_to_watch_stand_in_for_rows_to_test_on(run, folder):
    run(f"train house.csv --target price {BASE} --test 0 --validation 10 --report r.html")
    outcome = page_of(folder / "r.html")["outcome"]
    assert outcome["name"] == "validation" and len(outcome["residuals"][0]["truth"]) == 10
    run(f"train dots.npz {BASE} --test 0 --validation 0 --report r.html")
    assert page_of(folder / "r.html")["outcome"] is None


def test_the_report_of_a_run_that_diverged_says_what_the_terminal_says(run, folder):
    result = run(f"train pets.csv {BASE} --lr 1e30 --batch-size 4 --report r.html", code=1)
    page = page_of(folder / "r.html")
    assert page["run"]["status"] == "diverged"
    assert f"error: {page['run']['failure']}" == result.stderr.splitlines()[-1]
    for part in ("the box '", "step ", "for row", "of the data"):
        assert part in page["run"]["failure"]
    assert page["outcome"]["worst"] == [] and page["outcome"]["confusion"] is None
    assert "Training diverged" in page["outcome"]["note"]


def test_a_run_that_diverges_at_its_first_step_has_a_report_and_no_model(run, folder):
    lines = ["a,b,y", *(f"{k * 7 % 13 * 1e30},{k % 7},{k % 11}.5" for k in range(1, 61))]
    (folder / "far.csv").write_text("\n".join(lines) + "\n")
    command = "train far.csv --target y --scale none --engine numpy --epochs 2 --out far.bprop --report r.html"
    said = run(command, code=1).stderr
    assert "step 1 of" in said
    page = page_of(folder / "r.html")
    assert page["run"]["status"] == "diverged" and page["records"] == []
    assert "step 1 of" in page["run"]["failure"]
    assert not (folder / "far.bprop").exists()


def test_a_run_that_an_error_ends_has_a_report_of_what_it_learned(run, folder, monkeypatch):
    """The disk was full after two epochs: the page has both, and says why there are no more."""
    from bprop.tensorboard import TensorBoard

    def full(self, record, *more):
        if record.epoch == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(TensorBoard, "__call__", full)
    run(f"train pets.csv {BASE} --tensorboard logs --report r.html", code=1)
    page = page_of(folder / "r.html")
    assert page["run"]["status"] == "failed" and "No space left" in page["run"]["failure"]
    assert [record["epoch"] for record in page["records"]] == [1, 2]


def test_what_cannot_be_is_said_at_once(refused):
    refused(f"train pets.csv {BASE} --report absent/r.html", "absent", "no folder")
    refused(f"train pets.csv {BASE} --live-port 80", "add --live")
    refused(f"train pets.csv {BASE} --live-wait", "add --live")
    refused(f"train pets.csv {BASE} --no-live-wait", "add --live")
    refused(f"train pets.csv {BASE} --open", "add --live")
    refused(f"train pets.csv {BASE} --live --live-port 99999", "99999", "65535")


def test_a_live_page_is_served_while_training_runs(start, folder):
    process = start(f"train pets.csv {BASE} --live --live-wait --no-progress")
    timer = threading.Timer(60, process.kill)
    timer.start()
    url = next(line for line in process.stdout if line.startswith("live report: ")).split()[-1]
    while True:
        with urlopen(f"{url}new?after=0&version=0", timeout=5) as answer:
            news = json.load(answer)
        if news.get("page", {}).get("outcome"):
            break
    assert [record["epoch"] for record in news["records"]] == [1, 2, 3]
    assert news["run"]["status"] == "epochs"
    next(line for line in process.stdout if "until Ctrl-C" in line)
    process.send_signal(2)
    process.communicate(timeout=30)
    timer.cancel()
    assert process.returncode == 0


def test_without_a_terminal_the_page_ends_with_training_and_that_is_said_with_its_address(run):
    lines = run(f"train pets.csv {BASE} --live --no-progress").stdout.splitlines()
    (place,) = (k for k, line in enumerate(lines) if line.startswith("live report: "))
    assert lines[place + 1].startswith("open this address in a browser while training runs")
    assert "--live-wait" in lines[place + 1]
    assert not any("until Ctrl-C" in line for line in lines)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_on_a_terminal_the_page_stays_until_ctrl_c(typer, folder):
    import pty

    control, terminal = pty.openpty()
    words = [sys.executable, "-m", "bprop", *f"train pets.csv {BASE} --live --no-progress".split()]
    environment = {**os.environ, "COLUMNS": "200", "TERM": "dumb"}
    process = subprocess.Popen(words, stdin=terminal, stdout=terminal, stderr=terminal, env=environment)
    os.close(terminal)
    timer = threading.Timer(60, process.kill)
    timer.start()
    said = ""
    while "until Ctrl-C" not in said:
        said += os.read(control, 1000).decode()
    url = re.search(r"live report: (\S+)", said)[1]
    with urlopen(url, timeout=5) as answer:
        assert answer.status == 200
    process.send_signal(2)
    assert process.wait() == 0
    timer.cancel()
    os.close(control)
    assert "the page stays until you press Ctrl-C" in said


def watching(wait):
    from bprop.cli.watching import Watching
    from bprop.reporting import Facts

    return Watching(None, object(), wait, False, Facts(), None, None, "")


@pytest.mark.parametrize("terminal", [True, False])
def test_the_page_stays_where_there_is_something_to_read(typer, monkeypatch, terminal):
    from bprop.cli import watching as module

    monkeypatch.setattr(module, "on_terminal", lambda: terminal)
    diverged, interrupted = errors.NonFiniteError("training diverged", None), typer.Exit(130)
    assert watching(None).stays() == watching(None).stays(diverged) == terminal
    assert not watching(None).stays(interrupted)
    assert watching(True).stays() and watching(True).stays(diverged) and watching(True).stays(interrupted)
    assert not watching(False).stays() and not watching(False).stays(diverged)
    for wait in (None, True, False):  # these must be said at once
        assert not watching(wait).stays(errors.SettingError("no such thing"))
        assert not watching(wait).stays(Terminated(None))


@pytest.mark.parametrize(
    ("wait", "terminal", "says", "stays"),
    [
        (True, False, "by Ctrl-C too", True), (None, True, "ends both", False),
        (None, False, "--live-wait", False), (False, True, "--live-wait", False),
    ],
)  # fmt: skip
def test_what_ctrl_c_ends_is_said_beforehand(typer, monkeypatch, wait, terminal, says, stays):
    from bprop.cli import watching as module

    monkeypatch.setattr(module, "on_terminal", lambda: terminal)
    assert says in module.how_long(wait)
    assert watching(wait).stays(typer.Exit(130)) == stays


def test_an_error_is_said_before_the_page_is_left_open(start, folder):
    process = start(f"train pets.csv {BASE} --lr 1e30 --batch-size 4 --live --live-wait --no-progress")
    timer = threading.Timer(60, process.kill)
    timer.start()
    next(line for line in process.stdout if "until Ctrl-C" in line)
    assert process.stderr.readline().startswith("error: training diverged")
    process.send_signal(2)
    rest = process.communicate(timeout=30)
    timer.cancel()
    assert process.returncode == 1
    assert "diverged" not in rest[1]  # not twice


class Browser:
    def __init__(self, works=True):
        self.works, self.opened = works, []

    def open(self, url):
        self.opened.append(url)
        return self.works


def test_a_browser_is_opened_on_request(run, monkeypatch):
    browser = Browser()
    monkeypatch.setattr(webbrowser, "get", lambda: browser)
    monkeypatch.setattr("bprop.reporting.live.OPENING", 0.05)
    shown = run(f"train pets.csv {BASE} --live --open --no-progress").stdout
    (address,) = browser.opened
    assert re.search(r"live report: (\S+)", shown)[1] in Path(url2pathname(urlsplit(address).path)).read_text()
    run(f"train pets.csv {BASE} --live --no-progress")
    assert len(browser.opened) == 1


@pytest.mark.parametrize("what", ["none", "fails", "in the terminal"])
def test_where_no_browser_can_be_opened_that_is_said(run, monkeypatch, what):
    def get():
        if what == "none":
            raise webbrowser.Error("could not locate runnable browser")
        return webbrowser.GenericBrowser("lynx") if what == "in the terminal" else Browser(works=False)

    monkeypatch.delenv("BROWSER", raising=False)
    monkeypatch.setattr(webbrowser, "get", get)
    monkeypatch.setattr("bprop.reporting.live.OPENING", 0.05)
    said = run(f"train pets.csv {BASE} --live --open --no-progress").stderr
    assert "no browser could be started here: open the address yourself" in said
