"""MODEL and DATA in each other's place, or a page to write in the place of data: refused before anything is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bprop.errors import SettingError
from bprop.remote.address import is_address

MODEL = ".bprop"
PAGES = (".html", ".htm")


def need_order(command: str | None, values: dict[str, Any]) -> None:
    """Raise SettingError where DATA is a model and MODEL is none, or where DATA is a page that does not exist."""
    model, data = values.get("model"), values.get("data")
    if model is None or not isinstance(data, str | Path) or is_address(data):
        return
    suffix = Path(data).suffix.lower()
    if suffix == MODEL and Path(model).suffix.lower() != MODEL:
        raise SettingError(f"the model stands before the data: type bprop {command} {data} {model}")
    if suffix in PAGES and "out" in values and not Path(data).exists():
        raise SettingError(f"{data} stands where rows of data are expected; to write a page, type --out {data}")
