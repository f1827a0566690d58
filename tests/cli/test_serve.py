"""`bprop serve`: it says where the models are, reads them again at SIGHUP, and stops cleanly."""

import json
import re
import signal
import sys
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

pytestmark = pytest.mark.usefixtures("served")


@pytest.fixture
def served():
    """The tests are skipped where the packages of the server are not installed."""
    for package in ("starlette", "uvicorn", "polars"):
        pytest.importorskip(package)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_it_serves_until_a_signal_comes(start, model, name):
    process = start("serve pets.bprop --port 0 --token a-token-that-is-long")
    first, second = process.stdout.readline(), process.stdout.readline()
    url = re.fullmatch(r"pets.bprop, version \w{12}: POST (http://127\.0\.0\.1:\d+/models/pets/predict)\n", first)[1]
    assert re.fullmatch(r"serving at http://127\.0\.0\.1:\d+/; Ctrl-C stops it\n", second)
    body = json.dumps([{"size": 1.0, "weight": 2.0, "age": 3.0}]).encode()
    headers = {"Content-Type": "application/json", "Authorization": "Bearer a-token-that-is-long"}
    with urlopen(Request(url, body, headers), timeout=20) as answer:
        assert json.load(answer)["predictions"][0]["class"] in ("cat", "dog", "eel")
    with pytest.raises(HTTPError, match="401") as refused:
        urlopen(Request(url, body, {"Content-Type": "application/json"}), timeout=20)
    refused.value.close()  # it is an open answer, and Python 3.14 warns of it
    if hasattr(signal, "SIGHUP"):
        process.send_signal(signal.SIGHUP)
        assert re.fullmatch(r"pets: read again, version \w{12}\n", process.stdout.readline())
    process.send_signal(getattr(signal, name))
    out, error = process.communicate(timeout=20)
    assert (process.returncode, out, error) == (0, "stopped\n", "")


WRONG = {
    "absent.bprop": "no such file", "pets.csv": "pets.csv: not a model file", "pets.bprop --port -1": "port -1",
    "pets.bprop --token short": "16 or more", "pets.bprop --interval 2": "between 0 and 1",
    "pets.bprop --rate 0": "rate 0", "pets.bprop --most-rows 0": "rows 0", "pets.bprop --host 192.0.2.1": "192.0.2.1",
    "pets.bprop pets.bprop": "two models are called 'pets'", "a/b=pets.bprop": "part of the address",
}  # fmt: skip


def test_what_cannot_be_served_is_refused(refused, model):
    for options, says in WRONG.items():
        refused(f"serve {options}", says)


def test_without_its_packages_it_says_what_to_type(refused, monkeypatch):
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    refused("serve pets.bprop", "pip install 'bprop[serve]'")
