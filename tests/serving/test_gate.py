"""Requests at once, and the rate of a client."""

import asyncio
import threading

import pytest

from bprop.serving.gate import CLIENTS, Gate, Rates
from bprop.serving.limits import Limits
from bprop.serving.refused import RefusedError


def test_more_than_may_wait_are_refused_at_once():
    gate, free = Gate(Limits(concurrency=1)), threading.Event()

    async def flood():
        waiting = [asyncio.create_task(gate.through(lambda k=k: (free.wait(10), k)[1], 10)) for k in range(9)]
        await asyncio.sleep(0)
        with pytest.raises(RefusedError, match="too many requests wait") as error:
            await gate.through(int, 10)
        assert error.value.status == 503 and gate.inside == 9
        free.set()
        return await asyncio.gather(*waiting)

    assert asyncio.run(flood()) == list(range(9))
    gate.close()
    assert gate.inside == 0


def test_the_errors_of_work_are_those_of_the_request():
    with pytest.raises(ZeroDivisionError):
        asyncio.run(Gate(Limits()).through(lambda: 1 // 0, 10))


def test_a_client_has_a_rate_and_others_their_own():
    rates = Rates(0.001)
    rates.check("a")
    with pytest.raises(RefusedError, match="ask again in") as error:
        rates.check("a")
    assert error.value.status == 429 and 900 < int(error.value.headers["Retry-After"]) <= 1000
    rates.check("b")
    for k in range(CLIENTS):
        rates.check(str(k))
    rates.check("a")  # it was forgotten, for others have asked since
    for _ in range(100):
        Rates(None).check("a")
