"""The seam for vector engines: what every engine promises, and the ids it stores.

An id says which report and which row of it a vector belongs to, so a search narrows to reports by ranges of ids, in
every engine, and removing a report renumbers nothing:

>>> row_id(2, 7) == 2 * 2**32 + 7
True
>>> split_id(row_id(2, 7))
(2, 7)
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Protocol, Self

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]  # (n, dim), every row of length 1
Ids = npt.NDArray[np.int64]  # (n,)

_ROWS = 2**32  # rows a report may have


def row_id(report_number: int, row: int) -> int:
    """The id of a row of a report; both count from 0."""
    return report_number * _ROWS + row


def split_id(vector_id: int) -> tuple[int, int]:
    """Report number and row of an id."""
    return divmod(vector_id, _ROWS)


def report_range(report_number: int) -> range:
    """All ids that a report may use."""
    return range(report_number * _ROWS, (report_number + 1) * _ROWS)


class Hit(NamedTuple):
    """One vector found. ``score`` is the cosine, -1.0 to 1.0, higher is nearer."""

    vector_id: int
    score: float


class VectorIndex(Protocol):
    """Nearest-vector search; callers cannot tell the engines apart."""

    dim: int

    def __len__(self) -> int:
        """How many vectors it holds."""
        ...

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """Store vectors under new ids.

        Args:
            ids: shape (n,), none of them stored yet.
            vectors: float32, shape (n, dim), every row of length 1.

        Raises:
            DimensionMismatch: vectors are not dim wide.
        """
        ...

    def remove(self, ids: Ids) -> None:
        """Forget vectors; an id that is not stored is passed over."""
        ...

    def get(self, ids: Ids) -> Vectors:
        """The vectors stored under ids, shape (n, dim), in the order asked; every id must be stored."""
        ...

    def search(self, queries: Vectors, k: int, within: Sequence[range] | None = None) -> list[list[Hit]]:
        """Find the vectors nearest to each query, best first.

        Args:
            queries: float32, shape (n_queries, dim), every row of length 1.
            k: hits wanted per query, 1 or more.
            within: ranges of ids to search in; None searches all.

        Returns:
            n_queries lists of min(k, vectors searched) hits; equal scores are ordered by id.

        Raises:
            DimensionMismatch: queries are not dim wide.
        """
        ...

    def save(self, path: Path) -> None:
        """Write everything into one file."""
        ...

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what ``save`` wrote.

        Raises:
            SearchIndexError: the file is not what ``save`` writes.
        """
        ...


def best_first(ids: Ids, scores: Vectors, k: int) -> list[Hit]:
    """The k best of one query's scores as hits; equal scores by id.

    Args:
        ids: shape (n,).
        scores: shape (n,), any order.
        k: hits wanted.
    """
    order = np.lexsort((ids, -scores))[:k]
    return list(map(Hit, ids[order].tolist(), scores[order].tolist()))
