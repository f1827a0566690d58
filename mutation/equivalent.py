"""Mutants that no test can catch, because the program does the same: each was looked at, and says why."""

from __future__ import annotations

NAMES = "only the order in which the settings are checked differs"
REVIEWED: dict[tuple[str, str, str, str], str] = {
    ("rules.adam", "Adam.__post_init__", 'share(self, "beta1", "beta2")', "share(self, 'beta2', 'beta1')"): NAMES,
    (
        "rules.schedules",
        "exponential.__post_init__",
        'positive(self, "factor", "every")',
        "positive(self, 'every', 'factor')",
    ): NAMES,
    (
        "rules.schedules",
        "step.__post_init__",
        'positive(self, "factor", "every")',
        "positive(self, 'every', 'factor')",
    ): NAMES,
    ("files", "write_tensors", "8", "9"): "no float has between 8 and 16 bytes",
    ("noise", "key_of", "1", "2"): "a longer state of a SeedSequence begins as the shorter one does",
    ("engines.packing", "", "4", "5"): "how many bytes are gathered at a time changes no result",
    (
        "engines.packing",
        "narrow",
        "array.dtype.itemsize > dtype.itemsize",
        "(array.dtype.itemsize >= dtype.itemsize)",
    ): ("floats of the run's own size are of the run's dtype either way"),
    ("engines.packing", "aligned", "np.prod(shape, dtype=np.int64)", "np.prod(shape)"): (
        "NumPy 2 multiplies in int64 by itself; of no axes, 1.0 becomes 1"
    ),
    ("engines.layout", "_only_products", "zip(products, sums, strict=True)", "zip(sums, products, strict=True)"): (
        "p or s is s or p"
    ),
    ("box", "Box._show_children", "i < len(names)", "(i <= len(names))"): (
        "the number of children was checked before, so that i is never len(names)"
    ),
    ("boxes.structure", "onnx_slice", "step > 0", "(step >= 0)"): "a step of 0 is no slice: the box refused it",
}
"""{(module, scope, source before, source after): why the program does the same}"""
