"""The result of a search."""


def test_a_result_prints_its_table(search):
    tuned = search(trials=2)
    assert str(tuned).splitlines()[0].startswith("trial") and len(str(tuned).splitlines()) == 3
    assert repr(tuned) == f"<Tuned: 2 trials, best loss {tuned.best.value:.4g}>"
