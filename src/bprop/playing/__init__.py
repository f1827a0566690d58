"""`bprop play`: a page on which a person builds, touches and trains a network. See `bprop.playing.machine`."""
