"""Box code run on arrays that record the operations on them. The record says nothing of a compiler or a processor.

`tape` holds the operations. `functions` is the array namespace of traced arrays, on top of `elementwise` and
`indexing`. `tracer` records the whole step of a program: fprop, bprop and update.
"""
