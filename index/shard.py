"""One report in the index's own form: its rows, their vectors, its words. One file, which knows its own checksum.

Shards are named by what they hold (``Source.key`` and the model), so a build that was killed finds what it had finished, and a
build after a change makes only what changed.
"""

import hashlib
import io
import json
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from corpus.bank import BankQuestion
from corpus.errors import SearchIndexError
from corpus.report import Report
from index.base import Vectors
from index.embed import Encoder, Progress
from index.lexical import Tokens
from index.report_rows import ReportRows
from index.rows import QUERY_KINDS, Row, RowKind, context_text, report_rows
from index.words import pairs, words

Places = npt.NDArray[np.int32]
Known = Callable[[Iterable[str]], dict[str, Vectors]]  # keys -> those vectors that need not be made
_DIGEST = hashlib.sha256().digest_size


@dataclass(frozen=True, eq=False)
class Shard:
    """All that the index keeps of one report."""

    rows: ReportRows
    keys: tuple[str, ...]  # of the vectors, each once
    vectors: Vectors  # (keys, dim)
    places: Places  # of each row, its vector
    words: Tokens  # of each sentence under its headings
    pairs: Tokens  # of each sentence alone

    def of_kind(self, kind: RowKind) -> tuple[Places, Vectors]:
        """Places of the rows of a kind, and their vectors."""
        rows = self.rows.places(kind)
        return rows, self.vectors[self.places[rows]]


def make_shard(report: Report, bank: Sequence[BankQuestion], encoder: Encoder, known: Known, progress: Progress | None) -> Shard:
    """List a report's rows, embed those whose vector is not known, and meanwhile cut its sentences into words."""
    rows = list(report_rows(report, bank))
    keys = [row.key for row in rows]
    wanted = dict(zip(keys, rows, strict=True))
    vectors = known(wanted)
    missing = [row for key, row in wanted.items() if key not in vectors]
    with ThreadPoolExecutor(1, "cut") as beside:
        cut = beside.submit(_cut, report)
        vectors |= _embed(missing, encoder, progress)
    by_words, by_pairs = cut.result()
    order = {key: place for place, key in enumerate(wanted)}
    return Shard(
        rows=ReportRows.of(report, rows),
        keys=tuple(wanted),
        vectors=np.stack([vectors[key] for key in wanted]) if wanted else np.empty((0, encoder.dim), np.float32),
        places=np.array([order[key] for key in keys], np.int32),
        words=by_words,
        pairs=by_pairs,
    )


def _cut(report: Report) -> tuple[Tokens, Tokens]:
    """The words of each sentence under its headings, and the character pairs of each sentence alone."""
    under_headings = Tokens.of([context_text(report, sentence) for sentence in report.sentences], words)
    return under_headings, Tokens.of([sentence.text for sentence in report.sentences], pairs)


def _embed(missing: Sequence[Row], encoder: Encoder, progress: Progress | None) -> dict[str, Vectors]:
    as_queries = [row for row in missing if row.kind in QUERY_KINDS]
    as_passages = [row for row in missing if row.kind not in QUERY_KINDS]

    def told(before: int) -> Progress | None:
        return (lambda done, _: progress(before + done, len(missing))) if progress else None

    vectors = _by_key(as_queries, encoder.encode_queries([row.text for row in as_queries], told(0)))
    return vectors | _by_key(as_passages, encoder.encode_passages([row.text for row in as_passages], told(len(as_queries))))


def _by_key(rows: Sequence[Row], vectors: Vectors) -> dict[str, Vectors]:
    return {row.key: vector for row, vector in zip(rows, vectors, strict=True)}


def to_bytes(shard: Shard) -> bytes:
    """A checksum, and after it the arrays."""
    body = io.BytesIO()
    arrays = shard.rows.arrays() | {"places": shard.places, "vectors": shard.vectors, "keys": _text(shard.keys)}
    for name, tokens in (("words", shard.words), ("pairs", shard.pairs)):
        arrays |= {f"{name}_vocabulary": _text(tokens.vocabulary), f"{name}_ids": tokens.ids, f"{name}_lengths": tokens.lengths}
    np.savez(body, allow_pickle=False, **arrays)
    return hashlib.sha256(body.getbuffer()).digest() + body.getvalue()


def read_shard(path: Path, report: Report | None = None) -> Shard:
    """Read a shard.

    Args:
        path: its file.
        report: what the rows stand in; None where only vectors and words are wanted.

    Raises:
        SearchIndexError: it is not whole.
    """
    try:
        raw = path.read_bytes()
        if hashlib.sha256(memoryview(raw)[_DIGEST:]).digest() != raw[:_DIGEST]:
            raise SearchIndexError(f"索引文件 {path.name} 坏了")
        with np.load(io.BytesIO(memoryview(raw)[_DIGEST:])) as stored:
            return _shard(stored, report)
    except (OSError, EOFError, ValueError, KeyError, BadZipFile) as error:
        raise SearchIndexError(f"索引文件 {path.name} 读不懂") from error


def _shard(stored: Any, report: Report | None) -> Shard:
    def tokens(name: str) -> Tokens:
        return Tokens(_read(stored[f"{name}_vocabulary"]), stored[f"{name}_ids"], stored[f"{name}_lengths"])

    rows = ReportRows.read(report, stored)
    return Shard(rows, _read(stored["keys"]), stored["vectors"], stored["places"], tokens("words"), tokens("pairs"))


def _text(strings: Sequence[str]) -> npt.NDArray[np.uint8]:
    return np.frombuffer(json.dumps(list(strings), ensure_ascii=False).encode(), np.uint8)


def _read(stored: npt.NDArray[np.uint8]) -> tuple[str, ...]:
    return tuple(json.loads(stored.tobytes()))
