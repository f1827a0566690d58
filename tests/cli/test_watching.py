"""`bprop train --report` and `--live`."""

import json
import re
import threading
from urllib.request import urlopen


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
    assert page["reproduce"][0][1] == "bprop train --hidden 4 --epochs 3 --engine numpy pets.csv"
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


def test_a_report_of_a_run_that_diverged(run, folder):
    run(f"train pets.csv {BASE} --lr 1e30 --batch-size 4 --report r.html", code=1)
    if (folder / "x.bprop").exists():
        assert page_of(folder / "r.html")["run"]["status"] == "diverged"


def test_what_cannot_be_is_said_at_once(refused):
    refused(f"train pets.csv {BASE} --report absent/r.html", "absent", "no folder")
    refused(f"train pets.csv {BASE} --live-port 80", "add --live")
    refused(f"train pets.csv {BASE} --live-wait", "add --live")
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
