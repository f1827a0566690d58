"""A machine in a browser: a conductor runs it, and a server joins pages to it."""

from bprop.playing.serving.conductor import Conductor, Playable
from bprop.playing.serving.server import PlayServer, need_packages

__all__ = ["Conductor", "PlayServer", "Playable", "need_packages"]
