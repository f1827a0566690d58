"""`bprop serve`: the predictions of models over HTTP."""
