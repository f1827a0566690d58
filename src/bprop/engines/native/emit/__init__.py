"""Kernels as LLVM code. `emitter` writes single instructions, `mathematics` the elementwise functions.

`indices` and `values` compute an array of a trace at a point. `loops` and `products` are the kernels, around these
points; `inner_products` those whose sum runs along the vectors, `tensor_products` those of arrays of several axes;
`folds` adds windows up. `gather` copies the rows of a batch, `gate` lets the threads of a call in. `assemble` puts all
of it together: a function for each kernel, and the loop of steps that calls them.
"""
