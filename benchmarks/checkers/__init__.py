"""Gradient checkers side by side, on boxes with wrong and with right gradients of many kinds."""
