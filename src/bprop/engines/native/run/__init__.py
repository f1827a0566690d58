"""Training with compiled steps. `native_run` is the run; `loaded` a compiled step with its memory.

`routines` compiles traces, by `object_code`, and keeps them. `threads` runs one on several threads, with `helpers`;
`thread_tuner` chooses how many. `evaluate` compiles one function and runs it once, to look at it.
"""
