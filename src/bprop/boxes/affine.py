"""The pre-activation of a layer, a = h W + b, as one box."""

from math import prod

from bprop.box import Box
from bprop.lower_case import function
from bprop.namespace import namespace
from bprop.shapes import infer, thin

__all__ = ["Linear", "LinearTransposed", "linear", "linear_transposed"]


class Linear(Box):
    """h W + b. Shapes: h (N, ..., D), W (D, H), b (H,) -> (N, ..., H).

    grad_h = grad_a W^T;  grad_W = h^T grad_a;  grad_b = the sum of grad_a over the examples.

    Raises ShapeError for other shapes.

    >>> h, W, b = bp.Input("h", (2,)), bp.Parameter("W", (2, 1)), bp.Parameter("b", (1,))
    >>> bp.linear(h, W, b).fprop(np.array([[1.0, 2.0]]), np.array([[10.0], [20.0]]), np.array([5.0]))
    array([[55.]])
    """

    keeps_rows = True
    is_product = True

    def fprop(self, h, W, b):
        return h @ W + b

    def bprop(self, grad, value, h, W, b, wanted=(True, True, True)):
        rows, grads = h.reshape(-1, W.shape[0]), grad.reshape(-1, W.shape[1])
        return (
            grad @ W.T if wanted[0] else None,
            rows.T @ grads if wanted[1] else None,
            grads.sum(axis=0) if wanted[2] else None,
        )

    @classmethod
    def size_limit(cls, hyper, shapes):
        return prod(shapes[0][:-1]) * prod(shapes[2])

    def check(self):
        h, W, b = (child.dims for child in self.children)
        if len(h) < 2 or len(W) != 2 or b != W[1:] or h[-1] != W[0]:
            raise ValueError("h must be (N, ..., D), W (D, H) and b (H,)")

    def _infer(self):
        if type(self).fprop is not Linear.fprop:
            return super()._infer()
        h, W, b = (child.spec for child in self.children)
        return infer(self.fprop, (thin(h, -1), thin(W, 0), b), self._dummy_extras)

    @classmethod
    def examples(cls, rng):
        yield rng.normal(size=(3, 5)), rng.normal(size=(5, 4)), rng.normal(size=4)
        yield rng.normal(size=(1, 5)), rng.normal(size=(5, 1)), rng.normal(size=1)
        yield rng.normal(size=(2, 3, 5)), rng.normal(size=(5, 4)), rng.normal(size=4)


class LinearTransposed(Box):
    """h V^T + b. Shapes: h (N, ..., D), V (H, D), b (H,) -> (N, ..., H).

    It computes the same as Linear with W = V^T. The lecture writes the weights as V. Which of the two is faster depends
    on the machine and the batch. Raises ShapeError for other shapes.

    >>> h, V, b = bp.Input("h", (2,)), bp.Parameter("V", (1, 2)), bp.Parameter("b", (1,))
    >>> bp.linear_transposed(h, V, b).fprop(np.array([[1.0, 2.0]]), np.array([[10.0, 20.0]]), np.array([5.0]))
    array([[55.]])
    """

    keeps_rows = True
    is_product = True

    def fprop(self, h, V, b):
        return namespace(h, V).tensordot(h, V, axes=((-1,), (1,))) + b

    def bprop(self, grad, value, h, V, b, wanted=(True, True, True)):
        rows, grads = h.reshape(-1, V.shape[1]), grad.reshape(-1, V.shape[0])
        return (
            grad @ V if wanted[0] else None,
            namespace(grad, h).tensordot(grads, rows, axes=((0,), (0,))) if wanted[1] else None,
            grads.sum(axis=0) if wanted[2] else None,
        )

    @classmethod
    def size_limit(cls, hyper, shapes):
        return prod(shapes[0][:-1]) * prod(shapes[2])

    def check(self):
        h, V, b = (child.dims for child in self.children)
        if len(h) < 2 or len(V) != 2 or b != V[:1] or h[-1] != V[1]:
            raise ValueError("h must be (N, ..., D), V (H, D) and b (H,)")

    def _infer(self):
        if type(self).fprop is not LinearTransposed.fprop:
            return super()._infer()
        h, V, b = (child.spec for child in self.children)
        return infer(self.fprop, (thin(h, -1), thin(V, 1), b), self._dummy_extras)

    @classmethod
    def examples(cls, rng):
        for h, W, b in Linear.examples(rng):
            yield h, W.T, b


linear, linear_transposed = function(Linear), function(LinearTransposed)
