"""The allowance of commands, with a clock that is set by hand."""

from bprop.playing.serving.bounds import BURST, RATE, Allowance


def test_a_burst_is_free_and_then_the_rate_holds():
    now = [0.0]
    allowance = Allowance(rate=10, burst=3, clock=lambda: now[0])
    assert [allowance.take() for _ in range(3)] == [0, 0, 0]
    assert allowance.take() == 0.1
    now[0] = 0.1  # it has waited
    assert allowance.take() == 0.1
    now[0] = 100.0
    assert [allowance.take() for _ in range(4)] == [0, 0, 0, 0.1]


def test_a_mouse_at_120_hz_never_waits_and_a_flood_does():
    now, waited = [0.0], 0.0
    mouse = Allowance(clock=lambda: now[0])
    for _ in range(2000):
        now[0] += 1 / 120
        waited += mouse.take()
    assert waited == 0.0
    flood = Allowance(clock=lambda: now[0])
    start, count = now[0], 4 * int(BURST)
    for _ in range(count):
        now[0] += flood.take()
    assert now[0] - start >= (count - BURST) / RATE * 0.999
