"""The subjects of `bprop play`: data, and how a network for it is made."""
