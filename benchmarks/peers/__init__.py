"""Those who train the same network on the same data. A peer is a module and a line here.

Each has `prepare(problem)`, which raises ImportError where the peer is not installed and gives a function that
trains EPOCHS times over the data, from the start, and returns theta; only its calls are timed.
"""

from benchmarks.peers import (
    bprop_numpy,
    bprop_xla,
    jax_scan,
    jax_step,
    numpy_hand,
    sklearn_mlp,
    torch_compiled,
    torch_eager,
)

BASE = "JAX scan (expert)"
PEERS = {
    "bprop": bprop_xla.prepare,
    "bprop (numpy)": bprop_numpy.prepare,
    "NumPy by hand": numpy_hand.prepare,
    "torch eager": torch_eager.prepare,
    "torch.compile": torch_compiled.prepare,
    "JAX jit per step": jax_step.prepare,
    BASE: jax_scan.prepare,
    "scikit-learn": sklearn_mlp.prepare,
}
