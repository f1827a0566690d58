"""The controls of a live page in a real browser."""

from threading import Thread

import numpy as np

import bprop as bp


def test_a_page_that_was_opened_before_training_gets_everything_and_steers_it(browser):
    live, fits = bp.Live(quiet=True), []
    rng = np.random.default_rng(0)
    data = {"x": rng.normal(size=(4000, 20)), "y": np.arange(4000) % 3}
    settings = {"epochs": 100_000, "engine": "numpy", "progress": False, "notes": {"source": "pets"}}

    def train():
        fits.append(bp.train(bp.mlp([20, 30, 3]), data, callbacks=[live], **settings))

    context = browser.new_context()
    page, second, complaints = context.new_page(), context.new_page(), []
    for one in (page, second):
        one.set_default_timeout(15_000)
        one.on("console", lambda message: complaints.append(message.text))
    page.goto(live.url)
    training = Thread(target=train)
    training.start()
    try:
        page.get_by_role("button", name="Pause").click()
        page.get_by_text("Paused: epoch").wait_for()
        assert page.title() == "Training on pets" and page.locator('#drawing [data-name="h1"]').count() == 1
        assert "of 100,000, batch" in page.text_content("#steering")
        second.goto(live.url)
        second.get_by_text("Paused: epoch").wait_for()
        second.get_by_label("Learning rate").fill("0.025")
        second.get_by_role("button", name="Set").click()
        second.get_by_text("The learning rate is 0.025").wait_for()
        page.reload()
        assert page.get_by_role("button", name="Go on").is_visible()
        page.get_by_role("button", name="Go on").click()
        page.get_by_text("at most").wait_for()
        page.get_by_label("Learning rate", exact=True).fill("-1")
        page.get_by_label("Learning rate", exact=True).press("Enter")
        page.get_by_text("A learning rate is a number").wait_for()
        page.get_by_role("button", name="Stop").click()
        page.get_by_text("Finished: stopped from this page").wait_for()
        second.get_by_text("Finished: stopped from this page").wait_for()
        assert not page.is_visible("#steering") and complaints == []
    finally:
        live.steering.stopping = True
        training.join(20)
        live.close()
        context.close()
    assert fits[0].stopped == "callback" and fits[0].history[-1].learning_rate == 0.025


def test_several_networks_that_stopped_early_have_no_best_epoch_in_common(browser):
    live = bp.Live(quiet=True)
    context = browser.new_context()
    page = context.new_page()
    page.goto(live.url)
    drawn = "drawStatus({run: {status: 'patience', best_epoch: BEST}, records: [{epoch: 65}]}, false)"
    shown = f"({drawn}, document.getElementById('status').textContent)"
    for best, says in (("null", "after 65 epochs."), ("12", "after 65 epochs; the best was epoch 12.")):
        assert page.evaluate(shown.replace("BEST", best)) == f"Finished: stopped early {says}"
    context.close()
    live.close()
