"""The address of a live page in a browser: what others see of it."""

import os
import stat
import subprocess
import sys
import time

import pytest

from bprop.reporting.opening import leading_to, open_in_browser

URL = "http://127.0.0.1:1/secret&token/"


def test_the_file_leads_to_the_address_and_is_the_users_own():
    path = leading_to(URL)
    assert path.read_text().count("http://127.0.0.1:1/secret&amp;token/") == 2
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.skipif(os.name != "posix", reason="the stand-in for a browser is a shell script")
def test_the_secret_is_not_on_the_command_line_of_the_browser(tmp_path, monkeypatch):
    browser, seen = tmp_path / "browser.sh", tmp_path / "seen"
    browser.write_text(f'#!/bin/sh\necho "$@" > {seen}.part\nmv {seen}.part {seen}\n')
    browser.chmod(0o700)
    monkeypatch.setenv("BROWSER", str(browser))
    monkeypatch.setattr("webbrowser._tryorder", None)  # found anew, as in a new process
    assert open_in_browser(URL)
    while not seen.exists():
        time.sleep(0.01)
    assert "secret" not in seen.read_text() and seen.read_text().startswith("file://")


def test_the_file_goes_with_the_program(tmp_path):
    code = f"from bprop.reporting.opening import leading_to; print(leading_to({URL!r}))"
    environment = {**os.environ, "TMPDIR": str(tmp_path), "TEMP": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert str(tmp_path) in done.stdout and os.listdir(tmp_path) == []
