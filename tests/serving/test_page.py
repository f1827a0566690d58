"""The page of `bprop serve` in headless Chromium."""

import json

import pytest

TOKEN = "correct-horse-battery-staple"


@pytest.fixture
def page(browser):
    """A page, and what it complains of."""
    with browser.new_context() as context:
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.faults = []
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        yield page
        assert page.faults == []


def test_the_page_asks_for_the_token_and_says_when_it_is_another(open_server, page):
    server = open_server("dear.bprop", token=TOKEN)
    page.goto(server.url)
    page.wait_for_selector("#door:not([hidden])")
    assert page.locator("section").count() == 0 and page.locator("#openapi").is_hidden()
    for typed, says in {
        "": "Type the token.",
        "another-token-of-somebody": "This is not the token of this server.",
        "für-alle-die-es-wollen": "A token has letters, digits and signs of ASCII, without blanks.",
    }.items():
        page.fill("#token", typed)
        page.click("#door button")
        page.get_by_text(says, exact=True).wait_for()
        assert page.locator("section").count() == 0
    page.fill("#token", f" {TOKEN} ")
    page.keyboard.press("Enter")
    page.wait_for_selector("section h2")
    assert page.locator("#door").is_hidden() and page.inner_text("#note") == ""
    page.click("section button")
    page.locator("section pre", has_text="200 ").wait_for()
    page.wait_for_selector("#openapi:not([hidden])")
    with page.expect_download() as download:
        page.click("#openapi")
    with open(download.value.path()) as file:
        assert "/models/dear/predict" in json.load(file)["paths"]


def test_every_example_is_answered_and_a_server_that_has_ended_is_said(open_server, page):
    server = open_server("dear.bprop", "inputs.bprop", "dots.bprop")
    page.goto(server.url)
    page.wait_for_selector("section h2")
    assert page.locator("#door").is_hidden()
    for section in page.locator("section").all():
        section.locator("button").click()
        section.locator("pre:not(:empty)").wait_for()
        assert section.locator("pre").inner_text().startswith("200 ")
    server.close()
    page.locator("section button").first.click()
    page.get_by_text("The server does not answer.", exact=True).wait_for()
