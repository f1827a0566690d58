"""The types that annotations name. They say more to readers than to a type checker: an array is of any namespace.

>>> from bprop.typing import Array
>>> class Cube(bp.Box):
...     def fprop(self, a: Array) -> Array: return a ** 3
...     def bprop(self, grad: Array, value: Array, a: Array) -> Array: return grad * 3 * a ** 2
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

__all__ = ["Array", "Example", "Examples", "Grads", "Random", "Wanted"]

Array = Any
"""An array of whichever namespace runs the graph: NumPy's, JAX's, or one that records box code."""
Grads = tuple[Array | None, ...]
"""The gradients that a box sends, one for each child; None where none is needed."""
Wanted = Sequence[bool]
"""Which children need a gradient, one bool for each."""
Example = tuple[Any, ...]
"""An example of a box: an array for each child, perhaps with a dict of hyper-parameters at the end."""
Examples = Iterable[Example]
"""What `examples` of a class of box returns or yields."""
if TYPE_CHECKING:
    Random = np.random.Generator
    """A source of random numbers of NumPy."""
else:  # NumPy loads its random numbers late, which saves a tenth of the time of `import bprop`

    def __getattr__(name: str) -> Any:
        if name == "Random":
            return np.random.Generator
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
