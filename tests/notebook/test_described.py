"""Rules, schedules and callbacks show their settings."""

import bprop as bp
from bprop.notebook import sentence_of, settings_of


def test_settings_are_those_that_people_chose():
    told = settings_of(bp.SGD(0.1, momentum=0.9))
    assert (told["learning_rate"], told["momentum"], told["clip_norm"]) == ("0.1", "0.9", "None")


def test_a_rule_of_ones_own_and_a_callback_have_cards():
    class Mine(bp.Callback):
        """Stops <b>below</b> a loss. And more."""

        def __init__(self):
            self.loss, self._secret = 0.5, 1

    html = Mine()._repr_html_()
    assert "Stops &lt;b&gt;below&lt;/b&gt; a loss." in html and "And more" not in html
    assert "loss" in html and "_secret" not in html
    assert "cosine" in bp.schedules.cosine(0.1, 10)._repr_html_()
    assert sentence_of(type("Bare", (), {})) == ""
