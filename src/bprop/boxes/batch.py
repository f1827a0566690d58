"""The total weight of a batch."""

from typing import ClassVar

from bprop.box import Box
from bprop.lower_case import function
from bprop.namespace import namespace

__all__ = ["BatchWeight", "batch_weight"]


class BatchWeight(Box):
    """sum_t w_t over the examples of the batch; 1 if all weights are 0. Shapes: a (N, ...) -> ().

    Without example weights it is the number of examples. Only the batch axis of a matters, so a's gradient is 0.
    Raises ShapeError for a child without a batch axis.

    >>> float(bp.batch_weight(bp.Input("a")).fprop(np.zeros(3), np.array([1.0, 2.0, 0.5])))
    3.5
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
