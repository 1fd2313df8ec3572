"""Reports -> a version of the index on disk. Texts embedded before are not embedded again."""

import hashlib
import importlib.metadata
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from corpus.bank import BankQuestion
from corpus.errors import SearchIndexError
from corpus.library import Library
from corpus.report import Report
from index.base import VectorIndex, Vectors, row_id
from index.embed import Encoder, Progress
from index.faiss_index import FaissIndex
from index.passage_index import PassageIndex
from index.rows import QUERY_KINDS, ROW_KINDS, Row, RowKind, report_rows
from index.shipped import shipped_vectors
from index.store import FORMAT, build_lock, new_version, open_version

_PACKAGES = ("faiss-cpu", "numpy", "sentence-transformers", "torch", "jieba", "bm25s")


@dataclass(frozen=True, slots=True)
class Content:
    """What the reports ask the index to hold, before any vector."""

    reports: tuple[Report, ...]
    rows: tuple[tuple[Row, ...], ...]  # of each report, in the order of their ids
    digest: str  # of texts, banks and format: same digest, same rows


def read_content(library: Library, banks: Callable[[str], Sequence[BankQuestion]] = lambda _: ()) -> Content:
    """Split every report and list its rows.

    Args:
        library: the reports.
        banks: the bank questions of a report, by its id.

    Raises:
        ReportError, BankError: something in the reports folder cannot be used.
    """
    reports = tuple(library.reports())
    rows = tuple(tuple(report_rows(report, banks(report.report_id))) for report in reports)
    digest = hashlib.sha256(f"format {FORMAT}".encode())
    for report, of_report in zip(reports, rows, strict=True):
        digest.update(f"{report.report_id} {report.about.sha256} {len(of_report)}".encode())
        for row in of_report:
            digest.update(f"{row.kind} {row.key} {row.sentence} {row.start} {row.end} {row.source}".encode())
    return Content(reports, rows, digest.hexdigest())


def load_index(content: Content, encoder: Encoder, folder: Path) -> PassageIndex:
    """Open the current version, if it was built from this content with this model.

    Raises:
        SearchIndexError: there is none, it is not whole, or it is of other content or of another model.
    """
    version, manifest = open_version(folder)
    if manifest.get("model") != encoder.fingerprint:
        raise SearchIndexError("索引是用另一个模型建的")
    if manifest.get("content") != content.digest:
        raise SearchIndexError("报告或问题库有改动,索引过时了")
    engines: dict[RowKind, VectorIndex] = {kind: FaissIndex.load(version / f"{kind}.faiss") for kind in ROW_KINDS}
    for kind in ROW_KINDS:
        if len(engines[kind]) != manifest["counts"][kind]:
            raise SearchIndexError("索引的条数不对")
    return PassageIndex(content.reports, content.rows, engines)


def build_index(content: Content, encoder: Encoder, folder: Path, progress: Progress | None = None) -> PassageIndex:
    """Embed what is new and write a version; two builders at once take turns, and the second finds the work done.

    Raises:
        SearchIndexError: the folder cannot be written to; the version before is untouched.
    """
    with build_lock(folder):
        try:
            return load_index(content, encoder, folder)
        except SearchIndexError:
            pass
        vectors = _embed(content, encoder, _known_vectors(folder, encoder), progress)
        engines = _engines(content, vectors, encoder.dim)
        manifest = _manifest(content, encoder, engines)
        with new_version(folder, manifest) as draft:
            for kind, engine in engines.items():
                engine.save(draft / f"{kind}.faiss")
            _save_vectors(draft, vectors)
    return PassageIndex(content.reports, content.rows, engines)


def index_in_memory(content: Content, encoder: Encoder, progress: Progress | None = None) -> PassageIndex:
    """The same index without a file, for when the disk cannot be written to."""
    engines = _engines(content, _embed(content, encoder, shipped_vectors(encoder.fingerprint), progress), encoder.dim)
    return PassageIndex(content.reports, content.rows, engines)


def _embed(content: Content, encoder: Encoder, known: dict[str, Vectors], progress: Progress | None) -> dict[str, Vectors]:
    """Vectors by key: the known ones that are still wanted, and the missing ones."""
    wanted = {row.key: row for of_report in content.rows for row in of_report}
    vectors = {key: known[key] for key in wanted if key in known}
    missing = [row for key, row in wanted.items() if key not in vectors]
    as_queries = [row for row in missing if row.kind in QUERY_KINDS]
    as_passages = [row for row in missing if row.kind not in QUERY_KINDS]

    def shifted(done: int, _: int) -> None:
        if progress:
            progress(len(as_queries) + done, len(missing))

    def first(done: int, _: int) -> None:
        if progress:
            progress(done, len(missing))

    vectors |= _by_key(as_queries, encoder.encode_queries([row.text for row in as_queries], first))
    vectors |= _by_key(as_passages, encoder.encode_passages([row.text for row in as_passages], shifted))
    return vectors


def _by_key(rows: Sequence[Row], vectors: Vectors) -> dict[str, Vectors]:
    return {row.key: vector for row, vector in zip(rows, vectors, strict=True)}


def _engines(content: Content, vectors: dict[str, Vectors], dim: int) -> dict[RowKind, VectorIndex]:
    engines: dict[RowKind, VectorIndex] = {kind: FaissIndex(dim) for kind in ROW_KINDS}
    for kind, engine in engines.items():
        ids, found = [], []
        for number, of_report in enumerate(content.rows):
            for place, row in enumerate(of_report):
                if row.kind == kind:
                    ids.append(row_id(number, place))
                    found.append(vectors[row.key])
        if ids:
            engine.add(np.array(ids, np.int64), np.stack(found))
    return engines


def _manifest(content: Content, encoder: Encoder, engines: dict[RowKind, VectorIndex]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "created": datetime.now(UTC).isoformat(timespec="microseconds"),
        "model": encoder.fingerprint,
        "dim": encoder.dim,
        "metric": "inner product of unit vectors (cosine)",
        "content": content.digest,
        "reports": [{"report_id": r.report_id, "sha256": r.about.sha256, "sentences": len(r.sentences)} for r in content.reports],
        "counts": {kind: len(engine) for kind, engine in engines.items()},
        "packages": {name: importlib.metadata.version(name) for name in _PACKAGES},
    }


def _save_vectors(draft: Path, vectors: dict[str, Vectors]) -> None:
    """Vectors by key, for the next build to reuse."""
    keys = sorted(vectors)
    (draft / "keys.json").write_text(json.dumps(keys), encoding="utf-8")
    np.save(draft / "vectors.npy", np.stack([vectors[key] for key in keys]))


def read_vectors(version: Path) -> dict[str, Vectors]:
    """Vectors by key, as a version keeps them."""
    keys = json.loads((version / "keys.json").read_text(encoding="utf-8"))
    return dict(zip(keys, np.load(version / "vectors.npy"), strict=True))


def _known_vectors(folder: Path, encoder: Encoder) -> dict[str, Vectors]:
    """Vectors that this model made before: those of the current version, and those that travel with the model."""
    shipped = shipped_vectors(encoder.fingerprint)
    try:
        version, manifest = open_version(folder)
        if manifest.get("model") != encoder.fingerprint:
            return shipped
        return shipped | read_vectors(version)
    except (SearchIndexError, OSError, ValueError):
        return shipped
