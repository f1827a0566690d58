"""Requests that are refused: a status, and a sentence that says where the fault is and what to do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from bprop.errors import BpropError

BODY = "body"
"""The name of what was sent, in errors: "body, row 3, column 'age'"."""
NOTHING: Mapping[str, str] = MappingProxyType({})
_CURE = "; send such a value, or null (in CSV an empty cell) where it is missing"
_MOST = re.compile(r"; (mend|correct) (the file|this cell).*", re.DOTALL)


class RefusedError(BpropError, ValueError):
    """A request that is not answered. status : of HTTP. headers : further ones of the answer."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] = NOTHING):
        super().__init__(detail)
        self.status, self.headers = int(status), dict(headers)


def problem(status: int, detail: str) -> dict[str, Any]:
    """The content of an answer that refuses, as RFC 9457 has it."""
    return {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}


def without_options(text: str) -> str:
    """The message of an error without the options of the command line, which nobody can type here."""
    first, *others = _MOST.sub(_CURE, text).split("; ")
    return "; ".join([first, *(one for one in others if "--" not in one)])
