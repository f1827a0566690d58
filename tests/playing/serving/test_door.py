"""Who may come in, and the policy of the page."""

from base64 import b64encode
from hashlib import sha256

from bprop.playing.serving.door import Door, policy

OWN = "127.0.0.1:80"


def test_token_host_and_origin_must_all_be_right():
    door = Door("secret", 80)
    assert door.refuses(OWN, None, "secret") == door.refuses("localhost:80", "http://localhost:80", "secret") == ""
    assert "token" in door.refuses(OWN, None, "Secret") and "token" in door.refuses(OWN, None, "\udcff")
    assert "machine" in door.refuses(None, None, "secret") and "machine" in door.refuses("127.0.0.1", None, "secret")
    assert "other sites" in door.refuses(OWN, "https://127.0.0.1:80", "secret")


def test_a_websocket_needs_its_origin():
    door = Door("secret", 80)
    assert door.refuses_socket(OWN, f"http://{OWN}", "secret") == ""
    assert "other sites" in door.refuses_socket(OWN, None, "secret")
    assert "other sites" in door.refuses_socket(OWN, "null", "secret")


def test_the_policy_names_the_styles_that_scripts_add():
    style = "a { color: red }"
    expected = b64encode(sha256(style.encode()).digest()).decode()
    rules = dict(rule.split(" ", 1) for rule in policy(OWN, [style]).split("; "))
    assert rules["style-src"] == f"'self' 'sha256-{expected}'"
    assert "unsafe" not in policy(OWN, [style]) and "http" not in policy(OWN)
