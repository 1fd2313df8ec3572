"""The engine on one machine: FAISS, of a kind that suits the size.

Up to ``EXACT`` vectors every one is compared (inner product over unit vectors). Beyond, they lie in lists around centres, one
byte a dimension, and a search reads the lists whose centres are nearest. README has what that was measured to cost and lose.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, Self

import faiss
import numpy as np

from corpus.errors import DimensionMismatch, SearchIndexError
from index.base import Hit, Ids, Vectors, best_first

# One question scans a few megabytes: a second thread gains nothing, and waits whenever the machine has other work.
faiss.omp_set_num_threads(1)

Kind = Literal["exact", "lists"]
EXACT = 50_000  # vectors that are compared one by one: 8 ms and 77 MB
_TIES = 64  # hits asked for beyond the wanted ones, so that equal last ones seldom need a second scan
_READ = 280.0  # lists that a search reads, as a share of all: this times size ** -0.6, so .28 of 100,000 and .07 of a million
_TRAINED_ON = 40  # vectors for each centre


def kind_for(size: int) -> Kind:
    """The kind of engine for so many vectors."""
    return "exact" if size <= EXACT else "lists"


class FaissIndex:
    """FAISS behind ``VectorIndex``."""

    def __init__(self, dim: int, expected: int = 0, kind: Kind | None = None) -> None:
        """An empty index.

        Args:
            dim: width of the vectors.
            expected: how many vectors it will hold, about.
            kind: chosen by ``expected`` when None.
        """
        self.dim = dim
        self._mapped: Path | None = None  # the file that it reads from; None when it lies in memory and can be changed
        self._sorted: Ids | None = None
        if (kind or kind_for(expected)) == "exact":
            self._faiss: Any = faiss.IndexIDMap2(faiss.IndexFlatIP(dim))
        else:
            self._faiss = _lists(dim, max(1, round(2 * math.sqrt(expected))))

    @property
    def kind(self) -> Kind:
        """How it searches."""
        return "lists" if isinstance(self._faiss, faiss.IndexIVF) else "exact"

    @property
    def sample_size(self) -> int:
        """How many vectors ``train`` wants; 0 when none."""
        return 0 if self._faiss.is_trained else _TRAINED_ON * int(self._faiss.nlist)

    def train(self, sample: Vectors) -> None:
        """Learn centres from vectors like those that will be added; needed once, before the first."""
        if not self._faiss.is_trained:
            if len(sample) < self._faiss.nlist:
                self._faiss = _lists(self.dim, len(sample))
            self._faiss.train(np.ascontiguousarray(sample, np.float32))

    def __len__(self) -> int:
        """How many vectors it holds."""
        return int(self._faiss.ntotal)

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """Store vectors under new ids; see ``VectorIndex.add``."""
        if vectors.shape[1] != self.dim:
            raise DimensionMismatch(vectors.shape[1], self.dim)
        self._change()
        if len(ids):
            self.train(vectors)
            self._faiss.add_with_ids(np.ascontiguousarray(vectors, np.float32), np.ascontiguousarray(ids, np.int64))

    def remove(self, ids: Ids) -> None:
        """Forget vectors."""
        self._change()
        if len(ids):
            self._faiss.remove_ids(np.ascontiguousarray(ids, np.int64))

    def remove_within(self, span: range) -> None:
        """Forget all vectors of a range of ids."""
        self._change()
        self._faiss.remove_ids(faiss.IDSelectorRange(span.start, span.stop))

    def _change(self) -> None:
        """Before a change: what was only mapped is read into memory."""
        self._sorted = None
        if self._mapped is not None:
            self._faiss, self._mapped = faiss.read_index(str(self._mapped)), None

    def get(self, ids: Ids) -> Vectors:
        """The vectors stored under ids; see ``VectorIndex.get``. Those of the kind ``lists`` come back a little rounded."""
        if not len(ids):
            return np.empty((0, self.dim), np.float32)
        if self.kind == "exact":
            return np.asarray(self._faiss.reconstruct_batch(np.ascontiguousarray(ids, np.int64)), np.float32)
        maps: Any = faiss
        self._faiss.set_direct_map_type(maps.DirectMap.Hashtable)
        try:
            return np.stack([self._faiss.reconstruct(int(vector_id)) for vector_id in ids])
        finally:
            self._faiss.set_direct_map_type(maps.DirectMap.NoMap)

    def search(self, queries: Vectors, k: int, within: Sequence[range] | None = None) -> list[list[Hit]]:
        """Find the nearest vectors; see ``VectorIndex.search``. The kind ``lists`` may miss one, and rounds scores a little."""
        if queries.shape[1] != self.dim:
            raise DimensionMismatch(queries.shape[1], self.dim)
        spans = None if within is None else _merged(within)
        held = len(self) if spans is None else self._held(spans)
        k = min(k, held)
        if k == 0 or not len(queries):
            return [[] for _ in queries]
        selectors = [] if spans is None else _selectors(spans)
        scores, ids = self._tied(np.ascontiguousarray(queries, np.float32), k, held, selectors[-1] if selectors else None)
        # FAISS fills places it cannot answer with id -1.
        return [best_first(row_ids[row_ids >= 0], row[row_ids >= 0], k) for row, row_ids in zip(scores, ids, strict=True)]

    def _held(self, spans: Sequence[range]) -> int:
        """How many vectors lie in some ranges of ids."""
        if self._sorted is None:
            self._sorted = np.sort(self._ids())
        edges = np.searchsorted(self._sorted, [edge for span in spans for edge in (span.start, span.stop)])
        return int((edges[1::2] - edges[::2]).sum())

    def _ids(self) -> Ids:
        if self.kind == "exact":
            return np.asarray(faiss.vector_to_array(self._faiss.id_map), np.int64)
        lists = self._faiss.invlists
        parts = [faiss.rev_swig_ptr(lists.get_ids(place), lists.list_size(place)).copy() for place in range(lists.nlist)]
        return np.concatenate([np.empty(0, np.int64), *parts])

    def _tied(self, queries: Vectors, k: int, held: int, selector: Any) -> tuple[Vectors, Ids]:
        """At least the k best of each query and all that are equal to the last of them: FAISS keeps any of those."""
        wanted, everywhere = k, False
        while True:
            wanted = min(2 * wanted if wanted > k else k + _TIES, held)
            scores, ids = self._faiss.search(queries, wanted, params=self._parameters(selector, held, everywhere=everywhere))
            if not everywhere and (ids[:, k - 1] < 0).any():  # the lists that were read hold too few
                wanted, everywhere = k, True
                continue
            if wanted == held or not ((scores[:, -1] == scores[:, k - 1]) & (ids[:, -1] >= 0)).any():
                return scores, ids

    def _parameters(self, selector: Any, held: int, *, everywhere: bool) -> Any:
        chosen = {} if selector is None else {"sel": selector}
        if self.kind == "exact":
            exact: Any = faiss.SearchParameters  # the stubs do not know the keyword
            return exact(**chosen)
        # As many vectors are read as without a filter: of a few reports, every one.
        share = 1.0 if everywhere else _READ * len(self) ** -0.6 * len(self) / held
        lists: Any = faiss.SearchParametersIVF
        return lists(nprobe=min(math.ceil(share * self._faiss.nlist), self._faiss.nlist), **chosen)

    def save(self, path: Path) -> None:
        """Write FAISS's own file format."""
        faiss.write_index(self._faiss, str(path))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what ``save`` wrote; lists are left on disk and read when they are searched."""
        try:
            stored = faiss.read_index(str(path), faiss.IO_FLAG_MMAP)
        except RuntimeError as error:
            raise SearchIndexError(f"索引文件 {path} 读不懂;请重建:python -m qa build") from error
        index = cls(stored.d)
        index._faiss = stored
        index._mapped = path if index.kind == "lists" else None
        return index


def _lists(dim: int, count: int) -> Any:
    index: Any = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dim), dim, count, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
    )
    index.cp.min_points_per_centroid = 1  # few are enough for tests; no warning on stderr
    return index


def _merged(within: Sequence[range]) -> list[range]:
    """The same ids in as few ranges as can be, ascending, apart from one another.

    >>> _merged([range(5, 9), range(0, 3), range(3, 6), range(4, 4)])
    [range(0, 9)]
    """
    merged: list[range] = []
    for span in sorted((span for span in within if span), key=lambda span: span.start):
        if merged and span.start <= merged[-1].stop:
            merged[-1] = range(merged[-1].start, max(merged[-1].stop, span.stop))
        else:
            merged.append(span)
    return merged


def _selectors(spans: Sequence[range]) -> list[Any]:
    """FAISS selectors; the last one selects the union. The list keeps all of them alive during the search.

    A tree, so that an id is held against few of many ranges.
    """
    if len(spans) < 2:
        span = spans[0] if spans else range(0)
        return [faiss.IDSelectorRange(span.start, span.stop)]
    middle = len(spans) // 2
    left, right = _selectors(spans[:middle]), _selectors(spans[middle:])
    lower = faiss.IDSelectorRange(spans[0].start, spans[middle - 1].stop)
    upper = faiss.IDSelectorRange(spans[middle].start, spans[-1].stop)
    in_lower, in_upper = faiss.IDSelectorAnd(lower, left[-1]), faiss.IDSelectorAnd(upper, right[-1])
    return [*left, *right, lower, upper, in_lower, in_upper, faiss.IDSelectorOr(in_lower, in_upper)]
