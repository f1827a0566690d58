"""One of some names."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from bprop.sources.column import Column
from bprop.sources.columns.kind import Kind
from bprop.sources.frame import Frame
from bprop.sources.ids import ENOUGH
from bprop.sources.looks import look_of

ONE_HOT = 16  # up to so many categories are one-hot columns, more are an embedding
MOST_CATEGORIES = 10_000  # of more, the rarest are taken for unseen ones
UNSEEN, MISSING = 0, 1  # the codes that every vocabulary has; the categories follow
WIDEST = 50  # rows of an embedding
DIFFERENT = 0.9  # the share of different values from which on text is an id, or free text

WHOLE = re.compile(r"(-?(?:0|[1-9]\d*))(\.0)?", re.ASCII)


@dataclass(frozen=True)
class Categorical(Kind):
    """One of some names. Code 0: unseen in training, or too rare; code 1: missing; then the categories in order.

    codes : the codes that training rows have. width : of the embedding's rows; 0: one-hot, with a column for each
    code in `codes`, so that a code which nothing was learned about is all zeros.
    """

    categories: tuple[str, ...]
    codes: tuple[int, ...]
    width: int
    kind = "categorical"
    turn = 4

    @classmethod
    def suits(cls, column: Column) -> bool:
        return True

    @classmethod
    def useless(cls, name: str, column: Column, span: int) -> str:
        there = ~column.missing
        if there.sum() < ENOUGH or column.different <= DIFFERENT * there.sum():
            return ""
        return look_of(name, column.texts[there].tolist())

    @classmethod
    def fit(cls, name: str, frame: Frame) -> Self:
        column = frame.column(name)
        gone, counts = column.missing, Counter()
        texts, rows = column.distinct_texts
        for text, count in zip(texts, np.bincount(rows[~gone], minlength=len(texts)).tolist(), strict=True):
            if count:
                counts[text] += count
        frequent = [
            category for category, count in counts.most_common(MOST_CATEGORIES) if count > 1 or len(counts) <= ONE_HOT
        ]
        categories = tuple(sorted(frequent))
        codes = [MISSING] * bool(gone.any()) + list(range(2, 2 + len(categories)))
        if len(categories) < len(counts):
            codes = [UNSEEN, *codes]
        width = 0 if len(codes) <= ONE_HOT else min(WIDEST, round(1.6 * len(codes) ** 0.56))
        return cls(name, categories, tuple(codes), width)

    def encode(self, frame: Frame) -> np.ndarray:
        column = frame.column(self.name)
        code = self.code_of
        texts, rows = column.distinct_texts
        codes = np.array([code.get(text, UNSEEN) for text in texts], np.int64)[rows]
        codes[(codes == UNSEEN) & column.absent] = MISSING
        if self.width:
            return codes
        one_hot = (np.arange(self.rows)[:, None] == np.array(self.codes, np.int64)).astype(np.float64)
        return one_hot[codes]

    def unseen(self, column: Column) -> np.ndarray:
        """(N,) of bool: where a cell is none of the categories, and not missing."""
        texts, rows = column.distinct_texts
        code = self.code_of
        return np.array([text not in code for text in texts], bool)[rows] & ~column.absent

    def sound(self) -> dict[str, bool]:
        known = len(set(self.codes)) == len(self.codes) and all(0 <= code < self.rows for code in self.codes)
        return {
            "categories": len(set(self.categories)) == len(self.categories), "codes": known,
            "width": 0 <= self.width <= WIDEST,
        }  # fmt: skip

    @cached_property
    def code_of(self) -> dict[str, int]:
        """{cell: code}: a whole number is known as 8001 and as 8001.0, as pandas writes a column with missing cells."""
        code = {category: number for number, category in enumerate(self.categories, 2)}
        others = {other: code[category] for category in self.categories if (other := _written_otherwise(category))}
        return {**others, **code}

    @property
    def rows(self) -> int:
        """Rows of the embedding."""
        return len(self.categories) + 2

    @property
    def embedding(self) -> tuple[int, int] | None:
        return (self.rows, self.width) if self.width else None

    @property
    def scaled(self) -> tuple[bool, ...]:
        return () if self.width else (False,) * len(self.codes)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Which category each stands for: "city=Bern"."""
        names = ("unseen", "missing", *self.categories)
        return () if self.width else tuple(f"{self.name}={names[code]}" for code in self.codes)

    def __str__(self) -> str:
        how = f"embedding of {self.width}" if self.width else "one-hot"
        codes = (
            "; codes, not numbers"
            if self.categories
            and all(map(str.isdigit, self.categories))
            and any(category[0] == "0" < category[1:] for category in self.categories)
            else ""
        )
        return f"{self.name} ({len(self.categories)}, {how}{codes})"


def _written_otherwise(category: str) -> str:
    """8001.0 for 8001, and 8001 for 8001.0; "" for other text."""
    match = WHOLE.fullmatch(category)
    return "" if match is None else match[1] + ("" if match[2] else ".0")
