"""The engine past one machine: Milvus, by its address, or as a file through milvus-lite (one process, for trying it).

A collection holds ids, report number, year and vector; report and year are pushed down as filters. pymilvus is imported when it
is first needed; it need not be installed.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self, TypeVar

import numpy as np

from corpus.causes import cause
from corpus.errors import DimensionMismatch, SearchIndexError, SettingsError
from index.base import Hit, Ids, Vectors, best_first, split_id
from index.faiss_index import EXACT

INSTALL = "pip install pymilvus==3.0.2 milvus-lite==3.2.2"
_BATCH = 2000  # rows in one request
_MOST = 16_384  # hits that Milvus gives at most
_EF = 400  # width of a graph search
_Result = TypeVar("_Result")
_clients: dict[str, Any] = {}


def connect(address: str) -> Any:
    """A client of Milvus at an address, or of the file at a path; one in a process, for a file lets nobody else in.

    Raises:
        SettingsError: pymilvus is not installed, or no address is given.
        SearchIndexError: nobody answers, or another process holds the file.
    """
    if not address:
        raise SettingsError("用 Milvus 要说明地址或文件;请设置 YOUJU_MILVUS,例如 http://127.0.0.1:19530 或 .youju/milvus.db")
    try:
        from pymilvus import MilvusClient
    except ImportError as error:
        raise SettingsError(f"用 Milvus 要先安装:{INSTALL}") from error
    logging.getLogger("pymilvus").setLevel(logging.CRITICAL)  # it logs what it raises
    if "://" not in address:
        Path(address).parent.mkdir(parents=True, exist_ok=True)
    with _told(address):
        if address not in _clients:
            _clients[address] = MilvusClient(address, timeout=10) if "://" in address else MilvusClient(address)
        return _clients[address]


def disconnect(address: str) -> None:
    """Close the client of an address, if there is one."""
    client = _clients.pop(address, None)
    if client is not None:
        client.close()


@contextmanager
def _told(address: str) -> Iterator[None]:
    """Whatever the client raises, as one line."""
    try:
        yield
    except (SearchIndexError, SettingsError):
        raise
    except Exception as error:  # grpc's and milvus-lite's own trees of errors, beside pymilvus's
        lost = "connect" in str(error).lower()
        if lost and "://" in address:
            _clients.pop(address, None)  # a client does not find back by itself to a server that was started anew
        said = "连不上" if lost else f"它报告出错({cause(error)})"
        raise SearchIndexError(f"Milvus({address})用不了:{said};请检查它是否在运行、YOUJU_MILVUS 对不对") from error


class MilvusIndex:
    """One collection behind ``VectorIndex``."""

    def __init__(self, dim: int, collection: str, address: str, expected: int = 0) -> None:
        """A new, empty collection.

        Args:
            dim: width of the vectors.
            collection: its name; one of this name is replaced.
            address: of Milvus, see ``connect``.
            expected: how many vectors it will hold, about; few are compared one by one, many lie in a graph.
        """
        self.dim = dim
        self._name, self._address = collection, address
        client = self._client
        with _told(address):
            if client.has_collection(collection):
                client.drop_collection(collection)
            client.create_collection(
                collection, schema=_schema(client, dim), index_params=_indexes(client, expected), consistency_level="Strong"
            )
            client.load_collection(collection)

    @classmethod
    def open(cls, collection: str, address: str) -> Self:
        """A collection that is there.

        Raises:
            SearchIndexError: it is not.
        """
        index = cls.__new__(cls)
        index._name, index._address = collection, address
        client = index._client
        with _told(address):
            if not client.has_collection(collection):
                raise SearchIndexError("Milvus 里没有这份索引")
            client.load_collection(collection)
            fields = client.describe_collection(collection)["fields"]
        index.dim = next(int(field["params"]["dim"]) for field in fields if field["name"] == "vector")
        return index

    @property
    def _client(self) -> Any:
        """The client of the address; a new one where the connection was lost."""
        return connect(self._address)

    def _ask(self, question: Callable[[], _Result]) -> _Result:
        with _told(self._address):
            return question()

    def __len__(self) -> int:
        """How many vectors it holds."""
        [row] = self._ask(lambda: self._client.query(self._name, filter="", output_fields=["count(*)"]))
        return int(row["count(*)"])

    def add(self, ids: Ids, vectors: Vectors, years: Sequence[int] = ()) -> None:
        """Store vectors under new ids; see ``VectorIndex.add``.

        Args:
            ids: shape (n,).
            vectors: shape (n, dim).
            years: that each one's report is of, for filters.
        """
        if vectors.shape[1] != self.dim:
            raise DimensionMismatch(vectors.shape[1], self.dim)
        rows = [
            {
                "id": int(vector_id),
                "report": split_id(int(vector_id))[0],
                "year": years[place] if years else 0,
                "vector": vectors[place],
            }
            for place, vector_id in enumerate(ids)
        ]
        for first in range(0, len(rows), _BATCH):
            batch = rows[first : first + _BATCH]
            self._ask(lambda batch=batch: self._client.insert(self._name, batch))  # type: ignore[misc]

    def remove(self, ids: Ids) -> None:
        """Forget vectors."""
        wanted = [int(vector_id) for vector_id in ids]
        for first in range(0, len(wanted), _BATCH):
            batch = wanted[first : first + _BATCH]
            self._ask(lambda batch=batch: self._client.delete(self._name, ids=batch))  # type: ignore[misc]

    def get(self, ids: Ids) -> Vectors:
        """The vectors stored under ids; see ``VectorIndex.get``."""
        wanted = sorted({int(vector_id) for vector_id in ids})
        found: dict[int, Any] = {}
        for first in range(0, len(wanted), _BATCH):
            batch = wanted[first : first + _BATCH]
            rows = self._ask(lambda batch=batch: self._client.get(self._name, ids=batch, output_fields=["vector"]))  # type: ignore[misc]
            found |= {row["id"]: row["vector"] for row in rows}
        return np.array([found[int(vector_id)] for vector_id in ids], np.float32).reshape(-1, self.dim)

    def search(
        self, queries: Vectors, k: int, within: Sequence[range] | None = None, years: Sequence[int] | None = None
    ) -> list[list[Hit]]:
        """Find the nearest vectors; see ``VectorIndex.search``. ``years`` narrows further, to reports of these years."""
        if queries.shape[1] != self.dim:
            raise DimensionMismatch(queries.shape[1], self.dim)
        if not len(queries):
            return []
        return self._found([query.tolist() for query in queries], k, _filter(within, years))

    def _found(self, queries: list[Any], k: int, narrowed: str) -> list[list[Hit]]:
        wanted = k
        while True:
            wanted = min(2 * wanted if wanted > k else k + 1, _MOST)
            found = self._ask(
                lambda wanted=wanted: self._client.search(  # type: ignore[misc]
                    self._name,
                    data=queries,
                    anns_field="vector",
                    limit=wanted,
                    filter=narrowed,
                    output_fields=["id"],
                    search_params={"params": {"ef": max(_EF, wanted)}},
                )
            )
            hits = [(np.array([h["id"] for h in row], np.int64), np.array([h["distance"] for h in row], np.float32)) for row in found]
            # Milvus keeps any of those that are equal to the last one; we keep those of the lowest ids.
            cut = any(len(ids) == wanted and scores[-1] == scores[k - 1] for ids, scores in hits)
            if not cut or wanted == _MOST:
                return [best_first(ids, scores, k) for ids, scores in hits]

    def save(self, path: Path) -> None:
        """Write down which collection it is; Milvus keeps the rest."""
        self._ask(lambda: self._client.flush(self._name))
        path.write_text(f"{self._address}\n{self._name}\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Self:
        """Open the collection that ``save`` wrote down."""
        try:
            address, name, end = path.read_text(encoding="utf-8").split("\n")
        except (OSError, ValueError) as error:
            raise SearchIndexError(f"索引文件 {path} 读不懂;请重建:python -m qa build") from error
        if not name.isidentifier() or end:
            raise SearchIndexError(f"索引文件 {path} 读不懂;请重建:python -m qa build")
        return cls.open(name, address)


def _schema(client: Any, dim: int) -> Any:
    from pymilvus import DataType

    schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("report", DataType.INT64)
    schema.add_field("year", DataType.INT64)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dim)
    return schema


def _indexes(client: Any, expected: int) -> Any:
    indexes = client.prepare_index_params()
    if expected <= EXACT:
        indexes.add_index("vector", index_type="FLAT", metric_type="IP")
    else:
        indexes.add_index("vector", index_type="HNSW", metric_type="IP", params={"M": 32, "efConstruction": 200})
    return indexes


def _filter(within: Sequence[range] | None, years: Sequence[int] | None) -> str:
    """A filter expression; whole reports by their number, other ranges by id.

    >>> _filter([range(2 * 2**32, 3 * 2**32), range(5, 7)], [2021])
    '(report in [2] or (id >= 5 and id < 7)) and year in [2021]'
    >>> _filter(None, None), _filter([], None)
    ('', 'id < 0')
    """
    clauses = []
    if within is not None:
        reports: list[int] = []
        parts = []
        for span in within:
            (first, row), (last, end) = split_id(span.start), split_id(span.stop)
            if row == end == 0:
                reports += range(first, last)
            elif span:
                parts.append(f"(id >= {span.start} and id < {span.stop})")
        named = [f"report in {reports}"] if reports else []
        clauses.append(" or ".join([*named, *parts]) or "id < 0")
    if years is not None:
        clauses.append(f"year in {list(years)}")
    return " and ".join(f"({clause})" if " or " in clause else clause for clause in clauses)
