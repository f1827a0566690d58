"""Kinds of columns: how the cells of a column become numbers.

To add a kind, subclass `Kind` in a module of yours, and have it imported: as an entry point of the group `bprop`.

    @dataclass(frozen=True)
    class Length(Kind):
        longest: int
        kind = "length"

        @classmethod
        def fit(cls, name, frame):
            return cls(name, max(map(len, frame.column(name).texts)))

        def encode(self, frame):
            return np.array([[len(text) / self.longest] for text in frame.column(self.name).texts])

        @property
        def scaled(self):
            return (True,)

It is then used where --kind COLUMN=length asks for it, saved with a model, and loaded with it. Once its module has been
imported, it is also inferred for columns of which `suits` is True. Inference alone imports no other package.
"""

from bprop.sources.columns.boolean import Boolean
from bprop.sources.columns.categorical import Categorical
from bprop.sources.columns.clock import Duration, Time
from bprop.sources.columns.date import Date
from bprop.sources.columns.ignored import Ignored
from bprop.sources.columns.kind import Kind, from_notes, kind_called, kinds
from bprop.sources.columns.matrix import Matrix
from bprop.sources.columns.numeric import Numeric

__all__ = [
    "Boolean", "Categorical", "Date", "Duration", "Ignored", "Kind", "Matrix", "Numeric", "Time", "from_notes",
    "kind_called", "kinds",
]  # fmt: skip
