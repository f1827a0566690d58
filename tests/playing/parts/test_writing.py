"""The code and the address wait while training runs."""


def test_code_and_address_come_with_the_pause(play):
    machine = play.machine()
    play.obeyed(machine, {"do": "train"})
    assert not {"code", "share"} & machine.tick(3)["parts"].keys()
    assert {"code", "share"} <= machine.do({"do": "pause"})["parts"].keys()
