"""`bp.play` in a real kernel, whose messages a notebook would show."""

import pytest


@pytest.fixture(scope="module")
def kernel():
    """A kernel of its own; the tests are skipped where Jupyter's parts are not installed."""
    manager = pytest.importorskip("jupyter_client.manager")
    for package in ("ipykernel", "anywidget"):
        pytest.importorskip(package)
    running, client = manager.start_new_kernel()
    yield client
    client.stop_channels()
    running.shutdown_kernel(now=True)


def until(client, wanted):
    """The content of the first message of the kernel that is wanted."""
    while True:
        message = client.get_iopub_msg(timeout=30)
        assert message["msg_type"] != "error", message["content"]["traceback"]
        if wanted(message["msg_type"], message["content"]):
            return message["content"]


@pytest.mark.filterwarnings("ignore:::zmq", "ignore:::jupyter_client")
def test_the_widget_answers_and_trains_also_while_a_cell_runs(kernel):
    kernel.execute("import bprop as bp; page = bp.play('moons'); page")
    opened = until(kernel, lambda kind, content: kind == "comm_open" and "_esm" in content["data"]["state"])
    assert "render" in opened["data"]["state"]["_esm"]
    shown = until(kernel, lambda kind, content: kind == "execute_result")["data"]
    assert "application/vnd.jupyter.widget-view+json" in shown and len(shown["text/plain"]) < 200

    def ask(number, **command):
        data = {"method": "custom", "content": {"id": number, "command": command}}
        content = {"comm_id": opened["comm_id"], "data": data}
        kernel.shell_channel.send(kernel.session.msg("comm_msg", content))

    def answer(number):
        def mine(kind, content):
            return kind == "comm_msg" and content["data"]["content"].get("id") == number

        return until(kernel, mine)["data"]["content"]["parts"]

    ask(1, do="step", updates=3)
    assert answer(1)["training"]["step"] == 3
    ask(2, do="train")
    assert answer(2)["training"]["running"] is True
    kernel.execute("import time; start = page.machine.version; time.sleep(0.3); print(page.machine.version > start)")
    assert until(kernel, lambda kind, content: kind == "stream")["text"] == "True\n"
    kernel.execute("page.close(); print(page.conductor.running)")
    assert until(kernel, lambda kind, content: kind == "stream")["text"] == "False\n"
