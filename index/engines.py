"""Which engines a version keeps its vectors in, and how they are filled from shards: FAISS files, or collections in Milvus."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import numpy as np

from corpus.errors import SearchIndexError
from index.base import Ids, VectorIndex, Vectors, report_range
from index.faiss_index import FaissIndex, kind_for
from index.milvus_index import MilvusIndex, connect
from index.rows import QUERY_KINDS, ROW_KINDS, RowKind
from index.shard import Shard

Engines = dict[RowKind, VectorIndex]
Shards = Callable[[], Iterable[tuple[int, Shard]]]  # report number and shard, in the order of the reports; as often as asked
_CHANGED = 0.2  # share of vectors that may come and go before centres are learned anew


@dataclass(frozen=True)
class Filling:
    """What is to be stored."""

    dim: int
    counts: Mapping[RowKind, int]
    shards: Shards
    names: Mapping[int, str]  # report number -> name of its shard
    years: Mapping[int, int]  # report number -> year it reports on, where that is known


class EngineRoom(Protocol):
    """Where vectors are kept."""

    name: str  # written into the manifest; a version of another room is out of date

    def write(self, draft: Path, filling: Filling, before: Path | None, held: Mapping[int, str]) -> dict[str, Any]:
        """Store the vectors of a version in the making.

        Args:
            draft: folder of the version.
            filling: what to store.
            before: the sound version before of the same room and model, to start from.
            held: report number -> name of its shard, in the version before.

        Returns:
            What ``load`` needs to know beside the files.
        """
        ...

    def load(self, version: Path, known: Mapping[str, Any]) -> Engines:
        """Open what ``write`` stored. SearchIndexError when it is not there."""
        ...

    def sweep(self, in_use: Sequence[Mapping[str, Any]]) -> None:
        """Remove what no version knows of."""
        ...


class FaissRoom:
    """FAISS files in the folder of the version."""

    name = "faiss"

    def write(self, draft: Path, filling: Filling, before: Path | None, held: Mapping[int, str]) -> dict[str, Any]:
        """See ``EngineRoom.write``."""
        for kind in ROW_KINDS:
            faiss_engine(kind, filling, before, held).save(draft / f"{kind}.faiss")
        return {}

    def load(self, version: Path, known: Mapping[str, Any]) -> Engines:
        """See ``EngineRoom.load``."""
        return {kind: FaissIndex.load(version / f"{kind}.faiss") for kind in ROW_KINDS}

    def sweep(self, in_use: Sequence[Mapping[str, Any]]) -> None:
        """Nothing: files go with their version."""


class MilvusRoom:
    """Passages in collections of Milvus. Bank questions stay in files: they are few, and staff change them one by one."""

    def __init__(self, address: str, index_folder: Path) -> None:
        """An address or a file; several index folders may use one Milvus, for collections carry the name of their folder's own."""
        self.name = f"milvus {address}"
        self._address = address
        self._mark = index_folder / "milvus-name"

    def _prefix(self) -> str:
        try:
            return self._mark.read_text(encoding="utf-8").strip()
        except OSError:
            self._mark.write_text(f"youju_{uuid4().hex[:12]}_", encoding="utf-8")
            return self._mark.read_text(encoding="utf-8").strip()

    def write(self, draft: Path, filling: Filling, before: Path | None, held: Mapping[int, str]) -> dict[str, Any]:
        """See ``EngineRoom.write``; all is stored anew, from vectors that are there."""
        version = f"{self._prefix()}{uuid4().hex[:8]}"
        names = {}
        for kind in ROW_KINDS:
            if kind in QUERY_KINDS:
                faiss_engine(kind, filling).save(draft / f"{kind}.faiss")
                continue
            names[kind] = f"{version}_{kind}"
            index = MilvusIndex(filling.dim, names[kind], self._address, filling.counts[kind])
            for number, shard in filling.shards():
                places, vectors = shard.of_kind(kind)
                index.add(row_ids(number, places), vectors, [filling.years.get(number, 0)] * len(places))
            index.save(draft / f"{kind}.milvus")
        return {"collections": names}

    def load(self, version: Path, known: Mapping[str, Any]) -> Engines:
        """See ``EngineRoom.load``."""
        engines: Engines = {kind: FaissIndex.load(version / f"{kind}.faiss") for kind in ROW_KINDS if kind in QUERY_KINDS}
        for kind, name in known.get("collections", {}).items():
            engines[kind] = MilvusIndex.open(name, self._address)
        return engines

    def sweep(self, in_use: Sequence[Mapping[str, Any]]) -> None:
        """Drop collections of this index folder that no version names."""
        client, prefix = connect(self._address), self._prefix()
        wanted = {name for known in in_use for name in known.get("collections", {}).values()}
        for name in client.list_collections():
            if name.startswith(prefix) and name not in wanted:
                client.drop_collection(name)


def faiss_engine(kind: RowKind, filling: Filling, before: Path | None = None, held: Mapping[int, str] | None = None) -> FaissIndex:
    """An engine with all vectors of a kind; one of lists goes on from the version before where little has changed."""
    size = filling.counts[kind]
    if before is not None and kind_for(size) == "lists":
        went_on = _gone_on(kind, filling, before / f"{kind}.faiss", held or {})
        if went_on is not None:
            return went_on
    index = FaissIndex(filling.dim, size)
    if index.sample_size:
        index.train(_sample(kind, filling, index.sample_size))
    for number, shard in filling.shards():
        _add(index, number, shard, kind)
    return index


def _gone_on(kind: RowKind, filling: Filling, path: Path, held: Mapping[int, str]) -> FaissIndex | None:
    try:
        index = FaissIndex.load(path)
    except SearchIndexError:
        return None
    if index.kind != "lists":
        return None
    gone = [number for number, name in held.items() if filling.names.get(number) != name]
    new = {number for number, name in filling.names.items() if held.get(number) != name}
    before = len(index)
    for number in gone:
        index.remove_within(report_range(number))
    coming = filling.counts[kind] - len(index)
    if before - len(index) + coming > _CHANGED * before:
        return None
    for number, shard in filling.shards():
        if number in new:
            _add(index, number, shard, kind)
    return index if len(index) == filling.counts[kind] else None


def _sample(kind: RowKind, filling: Filling, wanted: int) -> Vectors:
    """So many vectors of a kind, or all, from all over."""
    dice, share = np.random.default_rng(0), min(1.0, wanted / max(filling.counts[kind], 1))
    parts = []
    for _, shard in filling.shards():
        vectors = shard.of_kind(kind)[1]
        parts.append(vectors[dice.random(len(vectors)) < share])
    return np.concatenate([np.empty((0, filling.dim), np.float32), *parts])


def _add(index: FaissIndex, number: int, shard: Shard, kind: RowKind) -> None:
    places, vectors = shard.of_kind(kind)
    if len(places):
        index.add(row_ids(number, places), vectors)


def row_ids(number: int, places: Any) -> Ids:
    """Ids of rows of a report."""
    return np.asarray(report_range(number).start + places.astype(np.int64), np.int64)
