"""The error of a command that cannot be carried out."""

from __future__ import annotations

from bprop.errors import BpropError


class RefusedError(BpropError):
    """A command of the page that cannot be carried out. cure : what to do instead; "" where nobody knows."""

    cure: str

    def __init__(self, text: str, cure: str = ""):
        super().__init__(text)
        self.cure = cure
