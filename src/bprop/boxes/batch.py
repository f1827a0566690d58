"""What a box may know of the batch beside its values."""

from typing import ClassVar

from bprop.box import Box
from bprop.lower_case import function
from bprop.namespace import namespace

__all__ = ["BatchWeight", "batch_weight"]


class BatchWeight(Box):
    """sum_t w_t over the examples of the batch: their number where all weigh 1; 1 where all weigh 0.

    Shapes: a (N, ...) -> (). Of a only the batch axis matters, so its gradient is 0.
    """

    keeps_rows = True
    needs: ClassVar = ("weights",)

    def fprop(self, a, weights):
        total = weights.sum()
        return namespace(weights).where(total > 0, total, total + 1)

    def bprop(self, grad, value, a, weights):
        return namespace(a).zeros_like(a)

    def check(self):
        if self.children[0].dims[:1] != ("N",):
            raise ValueError("the child must have a batch axis")

    @classmethod
    def examples(cls, rng):
        yield (rng.normal(size=(4, 3)),)
        yield (rng.normal(size=5),)


batch_weight = function(BatchWeight)
