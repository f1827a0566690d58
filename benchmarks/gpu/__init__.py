"""bprop on a GPU beside JAX and PyTorch: `python -m benchmarks.gpu`."""
