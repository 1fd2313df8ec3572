"""Reports -> a version of the index on disk, one report after the other: what was finished before is not done again.

First every report gets its shard (rows, vectors, words). Then the version is put together from the shards and becomes current in
one step. A build that is killed leaves the version before in use, and its finished shards for the next build.
"""

import importlib.metadata
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from corpus.errors import ReportError, SearchIndexError
from corpus.report import Report
from index.content import Content, Source, read_content
from index.embed import Encoder, Progress
from index.engines import EngineRoom, Engines, FaissRoom, Filling, faiss_engine
from index.known import KnownVectors
from index.lexical import LexicalIndex
from index.passage_index import PassageIndex
from index.report_rows import ReportRows, load_rows, save_rows
from index.rows import ROW_KINDS, RowKind
from index.shard import Shard, make_shard
from index.shard_store import ShardStore
from index.store import FORMAT, build_lock, kept_manifests, new_version, open_version, version_before
from index.words import learn_names, pairs, words

__all__ = ["Content", "build_index", "index_in_memory", "load_index", "read_content"]

FAISS: EngineRoom = FaissRoom()
_SHARDS_KEPT = 4  # while a version is put together, which looks at each of them for each kind of row
_PACKAGES = ("faiss-cpu", "numpy", "sentence-transformers", "torch", "jieba")


def load_index(content: Content, encoder: Encoder, folder: Path, room: EngineRoom = FAISS) -> PassageIndex:
    """Open the current version, if it was built from this content with this model, and its vectors are in this room.

    Raises:
        SearchIndexError: there is none, it is not whole, or it is of other content or of another model.
    """
    version, manifest = open_version(folder)
    if manifest.get("model") != encoder.fingerprint:
        raise SearchIndexError("索引是用另一个模型建的")
    if manifest.get("engine") != room.name:
        raise SearchIndexError("索引是给另一个向量引擎建的")
    if manifest.get("content") != content.digest:
        raise SearchIndexError("报告或问题库有改动,索引过时了")
    learn_names(content.names)
    reports = content.reports
    _same_texts(reports, content.sources)
    engines = room.load(version, manifest["room"])
    if engines.keys() != set(ROW_KINDS) or any(len(engines[kind]) != manifest["counts"][kind] for kind in ROW_KINDS):
        raise SearchIndexError("索引的条数不对")
    lexical = LexicalIndex.load(version / "words.npz", words), LexicalIndex.load(version / "pairs.npz", pairs)
    rows = load_rows(version / "rows.npz", reports)
    return PassageIndex(reports, rows, [report["number"] for report in manifest["reports"]], engines, lexical)


def build_index(
    content: Content, encoder: Encoder, folder: Path, progress: Progress | None = None, room: EngineRoom = FAISS
) -> PassageIndex:
    """Embed what is new and write a version; two builders at once take turns, and the second finds the work done.

    Raises:
        SearchIndexError: the folder cannot be written to; the version before is untouched.
        ReportError: a report is being changed at this moment.
    """
    with build_lock(folder):
        try:
            return load_index(content, encoder, folder, room)
        except SearchIndexError:
            pass
        learn_names(content.names)
        store = ShardStore(folder, encoder.fingerprint)
        _make_missing(content, encoder, store, folder, progress)
        _write_version(content, encoder, store, folder, room)
        manifests = kept_manifests(folder)
        store.sweep({report["shard"] for manifest in manifests for report in manifest["reports"] if "shard" in report})
        room.sweep([manifest.get("room", {}) for manifest in manifests])
        return load_index(content, encoder, folder, room)


def index_in_memory(content: Content, encoder: Encoder, progress: Progress | None = None, folder: Path | None = None) -> PassageIndex:
    """The same index without a file, for when the disk cannot be written to; shards that are in the folder are used."""
    learn_names(content.names)
    known, store = KnownVectors(encoder.fingerprint), ShardStore(folder, encoder.fingerprint) if folder else None
    told = _Told(content.sources, progress)
    shards = [(store and store.found(source.key)) or _shard(content, source, encoder, known, told) for source in content.sources]
    numbers, reports = list(range(len(shards))), content.reports
    rows = [shard.rows.of_report(report) for shard, report in zip(shards, reports, strict=True)]
    filling = Filling(encoder.dim, _counts(rows), lambda: zip(numbers, shards, strict=True), {}, {})
    engines: Engines = {kind: faiss_engine(kind, filling) for kind in ROW_KINDS}
    lexical = LexicalIndex.joined([s.words for s in shards], words), LexicalIndex.joined([s.pairs for s in shards], pairs)
    return PassageIndex(reports, rows, numbers, engines, lexical)


def _make_missing(content: Content, encoder: Encoder, store: ShardStore, folder: Path, progress: Progress | None) -> None:
    missing = [source for source in content.sources if not store.whole(source.key)]
    if not missing:
        return
    before, manifest = version_before(folder)
    same_model = manifest.get("model") == encoder.fingerprint
    format_1 = before if same_model and manifest.get("format") == 1 else None
    earlier = {report["report_id"]: report.get("shard", "") for report in manifest.get("reports", []) if same_model}
    shipped = KnownVectors(encoder.fingerprint, format_1=format_1)
    told = _Told(missing, progress)
    for source in missing:
        name = earlier.get(source.about.report_id)
        known = KnownVectors(encoder.fingerprint, [store.folder / name], then=shipped) if name else shipped
        store.write(source.key, _shard(content, source, encoder, known, told))


def _shard(content: Content, source: Source, encoder: Encoder, known: KnownVectors, told: "_Told") -> Shard:
    report = content.library.passing(source.about.report_id)
    _same_texts([report], [source])
    shard = make_shard(report, content.banks(report.report_id), encoder, known, told.within if told.progress else None)
    told.finished(source, len(shard.keys))
    return shard


def _same_texts(reports: Iterable[Report], sources: Iterable[Source]) -> None:
    for report, source in zip(reports, sources, strict=True):
        if report.about != source.about:
            raise ReportError(f"报告 {report.report_id} 正在改动;请等改完再试")


class _Told:
    """Turns texts embedded of one report into texts embedded of all; how many all are is estimated from what was seen."""

    def __init__(self, sources: Sequence[Source], progress: Progress | None) -> None:
        self.progress = progress
        self._left = sum(source.size for source in sources)  # characters of reports not finished
        self._done = 0  # texts of finished reports
        self._seen = 0  # characters of finished reports

    def within(self, done: int, of: int) -> None:
        """So many texts of the present report are embedded, of so many."""
        if self.progress:
            a_text = self._seen / self._done if self._done else 7.0  # characters of report to one text, found out on the way
            self.progress(self._done + done, self._done + max(of, round(self._left / a_text)))

    def finished(self, source: Source, texts: int) -> None:
        """A report is finished."""
        self._left -= source.size
        self._seen += source.size
        self._done += texts
        if self._left <= 0 and self.progress and self._done:
            self.progress(self._done, self._done)


def _write_version(content: Content, encoder: Encoder, store: ShardStore, folder: Path, room: EngineRoom) -> None:
    before = version_before(folder)[1]
    numbers = _numbers(content.sources, before)
    numbered = list(zip(numbers, content.sources, strict=True))

    @lru_cache(_SHARDS_KEPT)
    def read(source: Source) -> Shard:
        return store.read(source.key)

    def shards() -> Iterator[tuple[int, Shard]]:
        for number, source in numbered:
            yield number, read(source)

    rows: list[ReportRows] = []
    tokens = []
    for _, shard in shards():
        rows.append(shard.rows)
        tokens.append((shard.words, shard.pairs))
    counts = _counts(rows)
    names = {number: store.path(source.key).name for number, source in numbered}
    years = {number: source.about.year for number, source in numbered if source.about.year}
    manifest = _manifest(content, encoder, counts, names) | {"engine": room.name}
    with new_version(folder, manifest) as draft:
        save_rows(draft / "rows.npz", rows)
        LexicalIndex.joined([own for own, _ in tokens], words).save(draft / "words.npz")
        LexicalIndex.joined([own for _, own in tokens], pairs).save(draft / "pairs.npz")
        filling = Filling(encoder.dim, counts, shards, names, years)
        manifest["room"] = room.write(draft, filling, *_to_start_from(folder, encoder, room))


def _to_start_from(folder: Path, encoder: Encoder, room: EngineRoom) -> tuple[Path | None, dict[int, str]]:
    """The version before and its shards by report number, if it is sound and of this model and room."""
    try:
        version, manifest = open_version(folder)
    except SearchIndexError:
        return None, {}
    if (manifest.get("model"), manifest.get("engine")) != (encoder.fingerprint, room.name):
        return None, {}
    return version, {report["number"]: report["shard"] for report in manifest["reports"]}


def _counts(rows: Sequence[ReportRows]) -> dict[RowKind, int]:
    return {kind: sum(len(of_report.places(kind)) for of_report in rows) for kind in ROW_KINDS}


def _numbers(sources: Sequence[Source], before: dict[str, Any]) -> list[int]:
    """A number for each report: the one it had, or one that none had."""
    had = {report["report_id"]: report["number"] for report in before.get("reports", []) if "number" in report}
    new = max(had.values(), default=-1) + 1
    numbers = []
    for source in sources:
        number = had.get(source.about.report_id)
        if number is None:
            number, new = new, new + 1
        numbers.append(number)
    return numbers


def _manifest(content: Content, encoder: Encoder, counts: dict[RowKind, int], names: dict[int, str]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "created": datetime.now(UTC).isoformat(timespec="microseconds"),
        "model": encoder.fingerprint,
        "dim": encoder.dim,
        "metric": "inner product of unit vectors (cosine)",
        "content": content.digest,
        "reports": [
            {"report_id": source.about.report_id, "sha256": source.about.sha256, "number": number, "shard": shard}
            for source, (number, shard) in zip(content.sources, names.items(), strict=True)
        ],
        "counts": counts,
        "packages": {name: importlib.metadata.version(name) for name in _PACKAGES},
    }
