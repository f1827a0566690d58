"""Variables for boxes of any name."""

import keyword

from bprop.playing.code.names import variables


def test_every_box_has_an_identifier_of_its_own():
    names = [
        "x",
        "W1",
        "class",
        "d objective / d W1",
        "d objective - d W1",
        "1",
        "",
        "bp",
        "np",
        "theta",
        "print",
        "ä",
        "__x",
        "x" * 99,
    ]
    chosen = variables(names)
    assert chosen["x"] == "x" and chosen["W1"] == "W1" and chosen["class"] == "box_class"
    assert len(set(chosen.values())) == len(names)
    for variable in chosen.values():
        assert variable.isidentifier() and not keyword.iskeyword(variable) and variable.isascii()
    assert not {"bp", "np", "theta", "print", "graph"} & set(chosen.values())
