"""The answer key: the plainest engine there can be. Tests hold every other engine to it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Self
from zipfile import BadZipFile

import numpy as np

from corpus.errors import DimensionMismatch, SearchIndexError
from index.base import Hit, Ids, Vectors, best_first


class NumpyIndex:
    """Exact search by one matrix product."""

    def __init__(self, dim: int) -> None:
        self.dim = dim
        self._ids: Ids = np.empty(0, np.int64)
        self._vectors: Vectors = np.empty((0, dim), np.float32)

    def __len__(self) -> int:
        """How many vectors it holds."""
        return len(self._ids)

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """Store vectors under new ids; see ``VectorIndex.add``."""
        if vectors.shape[1] != self.dim:
            raise DimensionMismatch(vectors.shape[1], self.dim)
        self._ids = np.concatenate([self._ids, ids])
        self._vectors = np.concatenate([self._vectors, vectors])

    def remove(self, ids: Ids) -> None:
        """Forget vectors."""
        keep = ~np.isin(self._ids, ids)
        self._ids, self._vectors = self._ids[keep], self._vectors[keep]

    def get(self, ids: Ids) -> Vectors:
        """The vectors stored under ids; see ``VectorIndex.get``."""
        places = {int(vector_id): place for place, vector_id in enumerate(self._ids)}
        return self._vectors[[places[int(vector_id)] for vector_id in ids]]

    def search(self, queries: Vectors, k: int, within: Sequence[range] | None = None) -> list[list[Hit]]:
        """Find the nearest vectors; see ``VectorIndex.search``."""
        if queries.shape[1] != self.dim:
            raise DimensionMismatch(queries.shape[1], self.dim)
        ids, vectors = self._ids, self._vectors
        if within is not None:
            inside = np.zeros(len(ids), bool)
            for span in within:
                inside |= (ids >= span.start) & (ids < span.stop)
            ids, vectors = ids[inside], vectors[inside]
        return [best_first(ids, scores, k) for scores in queries @ vectors.T]

    def save(self, path: Path) -> None:
        """Write one .npz file."""
        with path.open("wb") as file:
            np.savez(file, ids=self._ids, vectors=self._vectors)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what ``save`` wrote."""
        try:
            with path.open("rb") as file, np.load(file) as stored:
                index = cls(stored["vectors"].shape[1])
                index._ids, index._vectors = stored["ids"], stored["vectors"]
        except (OSError, EOFError, ValueError, KeyError, BadZipFile) as error:
            raise SearchIndexError(f"索引文件 {path} 读不懂;请重建:python -m qa build") from error
        return index
