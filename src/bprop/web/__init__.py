"""The servers of bprop share this: a socket, a thread that serves, limits of rate, headers of answers."""
