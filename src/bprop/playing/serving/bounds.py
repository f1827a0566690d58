"""How many commands a second a page may send. One that sends more waits: nothing that it sent is lost."""

from __future__ import annotations

RATE, BURST = 250.0, 500.0
"""Commands a second, and at once: a mouse moves a weight 60 to 125 times a second."""
MOST_WAITING = 64
"""Commands of one page that wait for the machine, and answers that wait for the page; with more, none are read."""
MOST_PAGES = 32
