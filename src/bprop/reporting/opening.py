"""Open an address that holds a secret in the user's browser, without showing it to others."""

from __future__ import annotations

import atexit
import os
import tempfile
from html import escape
from pathlib import Path

PAGE = """<!DOCTYPE html>
<meta charset="utf-8"><meta name="referrer" content="no-referrer"><meta http-equiv="refresh" content="0; url={url}">
<title>bprop</title><a href="{url}">the page of bprop</a>
"""


def open_in_browser(url: str) -> bool:
    """Open an address. Returns False if there is no browser, or only one that would take over the terminal.

    All users of the machine can see the words of a command line. So the browser gets the name of a file that only this
    user can read, and the file leads to the address.
    """
    import webbrowser

    try:
        browser = webbrowser.get()
        in_terminal = type(browser) is webbrowser.GenericBrowser and "BROWSER" not in os.environ
        return not in_terminal and browser.open(leading_to(url).as_uri())
    except (webbrowser.Error, OSError):
        return False


def leading_to(url: str) -> Path:
    """A file of mode 0600 that leads a browser to an address; it is removed when the program ends."""
    descriptor, name = tempfile.mkstemp(prefix="bprop-live-", suffix=".html")
    atexit.register(Path(name).unlink, missing_ok=True)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(PAGE.format(url=escape(url)))
    return Path(name)
