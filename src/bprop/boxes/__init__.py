"""All the boxes, by family. A new box is one class in one of these files, and its names in the file's `__all__`."""

import inspect

from bprop.box import Box
from bprop.boxes import (
    activations,
    affine,
    arithmetic,
    bernoulli,
    class_losses,
    convolution,
    cross_entropy_variants,
    elementwise,
    loss,
    normalisation,
    numbers,
    ordinal_loss,
    pooling,
    probabilities,
    rearrange,
    reduction,
    regularisers,
    selection,
    stochastic,
    value_losses,
)
from bprop.boxes.activations import *
from bprop.boxes.affine import *
from bprop.boxes.arithmetic import *
from bprop.boxes.bernoulli import *
from bprop.boxes.class_losses import *
from bprop.boxes.convolution import *
from bprop.boxes.cross_entropy_variants import *
from bprop.boxes.elementwise import *
from bprop.boxes.loss import *
from bprop.boxes.normalisation import *
from bprop.boxes.numbers import *
from bprop.boxes.ordinal_loss import *
from bprop.boxes.pooling import *
from bprop.boxes.probabilities import *
from bprop.boxes.rearrange import *
from bprop.boxes.reduction import *
from bprop.boxes.regularisers import *
from bprop.boxes.selection import *
from bprop.boxes.stochastic import *
from bprop.boxes.value_losses import *
from bprop.leaves import Leaf
from bprop.registry import registry

MYPY = False  # mypy takes it for True. It knows no sums of lists; without __all__ it takes every name, as is right
if not MYPY:
    __all__ = ["catalogue"]
    __all__ += activations.__all__
    __all__ += affine.__all__
    __all__ += arithmetic.__all__
    __all__ += bernoulli.__all__
    __all__ += class_losses.__all__
    __all__ += convolution.__all__
    __all__ += cross_entropy_variants.__all__
    __all__ += elementwise.__all__
    __all__ += loss.__all__
    __all__ += normalisation.__all__
    __all__ += numbers.__all__
    __all__ += ordinal_loss.__all__
    __all__ += pooling.__all__
    __all__ += probabilities.__all__
    __all__ += rearrange.__all__
    __all__ += reduction.__all__
    __all__ += regularisers.__all__
    __all__ += selection.__all__
    __all__ += stochastic.__all__
    __all__ += value_losses.__all__


def catalogue() -> list[type[Box]]:
    """Every class of box of bprop's own, sorted by name, without leaves and abstract classes.

    >>> [cls.__name__ for cls in bp.catalogue()][:3]
    ['Abs', 'AbsoluteError', 'Add']
    """
    ours = (cls for key, cls in registry().items() if ":" not in key and cls.in_catalogue)
    return sorted(
        (cls for cls in ours if not inspect.isabstract(cls) and not issubclass(cls, Leaf)),
        key=lambda cls: cls.__name__,
    )
