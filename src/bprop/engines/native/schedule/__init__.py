"""Decisions about a trace, before any code is written: which kernels, in which order, and where arrays lie.

`contraction` fuses products with sums. `forms` says how a product of matrices is read, `tensordots` how one of arrays
of several axes is, by strides (`views`). `fusion` decides which arrays are stored and makes the `kernels`. `buffers`
places arrays in memory. `tiles` cuts products into what registers hold. `shares` cuts kernels among threads and says
where these wait for each other.
"""
