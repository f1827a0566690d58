"""The commands of the page. A new one is a function with the decorator `command`, in a module here."""

from bprop.playing.commands import building, checking, learning, mistaken, sharing, teaching, walking, weights
from bprop.playing.commands.command import COMMANDS, At, Command, named

__all__ = [
    "COMMANDS",
    "At",
    "Command",
    "building",
    "checking",
    "learning",
    "mistaken",
    "named",
    "sharing",
    "teaching",
    "walking",
    "weights",
]
