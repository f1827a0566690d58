"""Box code run on arrays that record what is done to them. What is recorded says nothing of a compiler or a processor.

`tape` holds the operations. `functions` is the array namespace of traced arrays, on top of `elementwise` and
`indexing`. `tracer` records the whole step of a program: fprop, bprop and update.
"""
