"""A server of S3 on this machine (moto), where it is installed."""

import os
import subprocess
import sys

import numpy as np
import pytest

import bprop as bp
from bprop.errors import DataError
from bprop.remote.upload import cannot_put

CODE = """
import sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def bucket():
    """A bucket of a server of its own."""
    pytest.importorskip("s3fs")
    pytest.importorskip("moto.server", reason="moto[server] is the server")
    import fsspec

    server = subprocess.Popen([sys.executable, "-c", CODE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    settings = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{int(server.stdout.readline())}", "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1",
    }  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.items():
            patch.setenv(name, value)
        system = fsspec.filesystem("s3", use_listings_cache=False, skip_instance_cache=True)
        system.mkdir("rows")
        yield system
    server.communicate("")
    fsspec.filesystem("s3").clear_instance_cache()


def test_rows_models_and_checkpoints(bucket):
    lines = "".join(f"{k * 7 % 40}.5,{'xy'[k % 2]},{k * 3}.5\n" for k in range(60))
    for year in (2023, 2024):
        bucket.pipe_file(f"rows/homes/year={year}/homes.csv", f"size,city,price\n{lines}".encode())
    table = bp.table("s3://rows/homes", "price")
    assert (len(table), table.kinds) == (120, {"year": "numeric", "size": "numeric", "city": "categorical"})
    fit = table.fit(epochs=2, members=1, engine="numpy", progress=False, checkpoint="s3://rows/run/", every="1epochs")
    bp.save("s3://rows/homes.bprop", fit)
    one = {"year": 2024, "size": 3.5, "city": "x"}
    np.testing.assert_array_equal(bp.load("s3://rows/homes.bprop").predict(one), fit.predict(one))
    assert all(name.endswith(".bprop") for name in bucket.find("rows/run"))


def test_what_is_wrong(bucket, monkeypatch):
    with pytest.raises(DataError, match="there is no such file"):
        bp.table("s3://rows/none.csv")
    with pytest.raises(DataError, match="there is no such bucket"):
        bp.table("s3://no-such-bucket/none.csv")
    assert cannot_put("s3://no-such-bucket/m.bprop") == "there is no such bucket"
    assert cannot_put("s3://rows/m.bprop") is None
    assert not [name for name in bucket.find("rows") if "can-write" in name]
    assert os.environ["AWS_ACCESS_KEY_ID"] == "key"
