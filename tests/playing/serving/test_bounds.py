"""The allowance of commands of a page."""

from bprop.playing.serving.bounds import BURST, RATE
from bprop.web.allowance import Allowance


def test_a_mouse_at_120_hz_never_waits_and_a_flood_does():
    now, waited = [0.0], 0.0
    mouse = Allowance(RATE, BURST, clock=lambda: now[0])
    for _ in range(2000):
        now[0] += 1 / 120
        waited += mouse.take()
    assert waited == 0.0
    flood = Allowance(RATE, BURST, clock=lambda: now[0])
    start, count = now[0], 4 * int(BURST)
    for _ in range(count):
        now[0] += flood.take()
    assert now[0] - start >= (count - BURST) / RATE * 0.999
