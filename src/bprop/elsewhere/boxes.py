"""Keywords that the settings of boxes have in other libraries, and what to type here."""

from collections.abc import Collection

from bprop.elsewhere import alike

SETTINGS = alike(
    {
        ("dim", "dims", "axes"): "axis",
        ("keepdim", "keep_dims"): "keepdims",
        ("p", "drop", "prob", "dropout_rate", "drop_prob"): "rate",
        ("eps",): "epsilon",
        ("negative_slope", "alpha"): "slope",
        ("beta", "threshold"): "delta",
        ("quantiles", "taus", "tau"): "levels",
        ("power", "p_norm"): "exponent",
        ("newshape", "size", "target_shape"): "shape",
        ("bias",): "b",
        ("weight", "kernel"): "W",
        ("sigma", "std", "stddev"): "scale",
        ("kernel_size", "window", "pool_size"): "size",
        ("strides",): "stride",
    }
)
"""{name elsewhere: the setting of boxes that have it}"""


def meant(name: str, known: Collection[str]) -> str:
    """The end of an error about a setting: "; here it is 'rate'"; empty where the box has no such setting."""
    here = SETTINGS.get(name)
    return f"; here it is {here!r}" if here is not None and here in known else ""


def settings_of(*names: str) -> dict[str, str]:
    """The answers of a function that has these settings."""
    return {other: f"here it is {here}=" for other, here in SETTINGS.items() if here in names}
