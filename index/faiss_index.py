"""The engine on one machine: FAISS, exact inner product over unit vectors."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import faiss
import numpy as np

from corpus.errors import DimensionMismatch, SearchIndexError
from index.base import Hit, Ids, Vectors, best_first

# One question scans a few megabytes: a second thread gains nothing, and waits whenever the machine has other work.
faiss.omp_set_num_threads(1)


class FaissIndex:
    """FAISS behind ``VectorIndex``."""

    def __init__(self, dim: int) -> None:
        self.dim = dim
        self._faiss: Any = faiss.IndexIDMap2(faiss.IndexFlatIP(dim))

    def __len__(self) -> int:
        """How many vectors it holds."""
        return int(self._faiss.ntotal)

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """Store vectors under new ids; see ``VectorIndex.add``."""
        if vectors.shape[1] != self.dim:
            raise DimensionMismatch(vectors.shape[1], self.dim)
        self._faiss.add_with_ids(np.ascontiguousarray(vectors, np.float32), np.ascontiguousarray(ids, np.int64))

    def remove(self, ids: Ids) -> None:
        """Forget vectors."""
        self._faiss.remove_ids(np.ascontiguousarray(ids, np.int64))

    def get(self, ids: Ids) -> Vectors:
        """The vectors stored under ids; see ``VectorIndex.get``."""
        found = [self._faiss.reconstruct(int(vector_id)) for vector_id in ids]
        return np.stack(found) if found else np.empty((0, self.dim), np.float32)

    def search(self, queries: Vectors, k: int, within: Sequence[range] | None = None) -> list[list[Hit]]:
        """Find the nearest vectors; see ``VectorIndex.search``."""
        if queries.shape[1] != self.dim:
            raise DimensionMismatch(queries.shape[1], self.dim)
        k = min(k, len(self))
        if k == 0:
            return [[] for _ in queries]
        selectors = _selectors(within)
        params = _parameters(selectors[-1]) if selectors else None
        scores, ids = self._tied(np.ascontiguousarray(queries, np.float32), k, params)  # both (n, k or more)
        # FAISS fills places it cannot answer with id -1.
        return [best_first(row_ids[row_ids >= 0], row[row_ids >= 0], k) for row, row_ids in zip(scores, ids, strict=True)]

    def _tied(self, queries: Vectors, k: int, params: Any) -> tuple[Vectors, Ids]:
        """At least the k best of each query and all that are equal to the last of them: FAISS keeps any of those."""
        wanted = k
        while True:
            wanted = min(2 * wanted if wanted > k else k + 1, len(self))
            scores, ids = self._faiss.search(queries, wanted, params=params)
            if wanted == len(self) or not ((scores[:, -1] == scores[:, k - 1]) & (ids[:, -1] >= 0)).any():
                return scores, ids

    def save(self, path: Path) -> None:
        """Write FAISS's own file format."""
        faiss.write_index(self._faiss, str(path))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what ``save`` wrote."""
        try:
            stored = faiss.read_index(str(path))
        except RuntimeError as error:
            raise SearchIndexError(f"索引文件 {path} 读不懂;请重建:python -m qa build") from error
        index = cls(stored.d)
        index._faiss = stored
        return index


def _parameters(selector: Any) -> Any:
    parameters: Any = faiss.SearchParameters  # the stubs do not know the keyword
    return parameters(sel=selector)


def _selectors(within: Sequence[range] | None) -> list[Any]:
    """FAISS selectors; the last one selects the union. The list keeps all of them alive during the search."""
    if within is None:
        return []
    if not within:
        return [faiss.IDSelectorRange(0, 0)]
    selectors: list[Any] = [faiss.IDSelectorRange(span.start, span.stop) for span in within]
    union: Any = selectors[0]
    for selector in selectors[1:]:
        union = faiss.IDSelectorOr(union, selector)
        selectors.append(union)
    return selectors
