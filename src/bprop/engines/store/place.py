"""Where compiled programs are kept.

The folder is `bprop` in the user's folder for caches: $XDG_CACHE_HOME or ~/.cache (Linux), ~/Library/Caches (macOS),
%LOCALAPPDATA% (Windows). The environment variable BPROP_CACHE names another folder, or says "off".
A relative path is ignored: the directory where a program is started, which may be another user's, would decide.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from bprop.engines.store.notice import say_once

OFF = ("off", "0", "no", "false")


def default_folder(environment: Mapping[str, str] | None = None) -> Path | None:
    """The folder, an absolute path; None where BPROP_CACHE says "off", or where there is no home."""
    variables = os.environ if environment is None else environment
    named = variables.get("BPROP_CACHE", "")
    if named.lower() in OFF:
        return None
    folder = _absolute("BPROP_CACHE", os.path.expanduser(named), 'set it to an absolute path, or to "off"')
    if folder is None:
        caches = _folder_for_caches(variables)
        folder = None if caches is None else caches / "bprop"
    return folder


def _folder_for_caches(variables: Mapping[str, str]) -> Path | None:
    if sys.platform == "darwin":
        return _in_home("Library", "Caches")
    windows = sys.platform == "win32"
    variable = "LOCALAPPDATA" if windows else "XDG_CACHE_HOME"
    named = _absolute(variable, variables.get(variable, ""), "set it to an absolute path")
    return named or (_in_home("AppData", "Local") if windows else _in_home(".cache"))


def _in_home(*names: str) -> Path | None:
    try:
        home = Path.home()
    except RuntimeError:  # there is none
        return None
    home = _absolute("HOME", str(home), "no compiled code is kept between runs")
    return None if home is None else home.joinpath(*names)


def _absolute(variable: str, text: str, advice: str) -> Path | None:
    """The path in a variable, or None. A line says that a path which is not absolute is ignored."""
    if not text:
        return None
    path = Path(text)
    if path.is_absolute():
        return path
    say_once(f"{variable}={text!r} is ignored, because it is not an absolute path: {advice}")
    return None
