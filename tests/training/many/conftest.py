import pytest

PACKAGES = {"native": "llvmlite", "xla": "jax"}


@pytest.fixture(autouse=True)
def installed(request):
    """Skip a test on an engine that is not installed."""
    engine = getattr(request.node, "callspec", None) and request.node.callspec.params.get("engine")
    if engine in PACKAGES:
        pytest.importorskip(PACKAGES[engine])
