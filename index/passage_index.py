"""The index as questions see it: engines for each kind of vector, lexical indexes, and where every vector leads."""

import threading
from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np

from corpus.report import Report, Sentence
from index.base import Ids, VectorIndex, Vectors, report_range, row_id, split_id
from index.lexical import LexicalIndex
from index.report_rows import ReportRows
from index.rows import QUERY_KINDS, Row, RowKind

_ROWS_KEPT = 65_536  # some 30 MB


class RowHit(NamedTuple):
    """One vector found, and where it leads."""

    row: Row
    report_id: str
    score: float  # cosine, -1.0 to 1.0


class PassageIndex:
    """Vectors, words and rows of all reports. Reading is safe from several threads; adding takes a lock."""

    def __init__(
        self,
        reports: Sequence[Report],
        rows: Sequence[ReportRows],
        numbers: Sequence[int],
        engines: dict[RowKind, VectorIndex],
        lexical: tuple[LexicalIndex, LexicalIndex],
    ) -> None:
        """Put the parts of an index together.

        Args:
            reports: in the order of their names.
            rows: of each report, in the order of their ids.
            numbers: of each report, the number that the ids of its rows begin with.
            engines: the vectors of each kind of row.
            lexical: over words of sentences under their headings, and over character pairs of sentences alone.
        """
        self.reports = tuple(reports)
        self._lexical = lexical
        self._rows = tuple(rows)
        self._engines = engines
        self._place = {report.report_id: place for place, report in enumerate(reports)}
        self._number = {report.report_id: number for report, number in zip(reports, numbers, strict=True)}
        self._of_number = {number: place for place, number in enumerate(numbers)}
        self._row = lru_cache(_ROWS_KEPT)(self._read_row)
        self._lock = threading.Lock()
        self._removed: set[tuple[str, int]] = set()  # report and row of bank questions taken back

    def rows(self) -> tuple[ReportRows, ...]:
        """The rows of each report, in the order of ``reports``."""
        return self._rows

    @property
    def vectors(self) -> int:
        """How many vectors the engines hold."""
        return sum(map(len, self._engines.values()))

    def report(self, report_id: str) -> Report:
        """A report by its id; KeyError if the index does not hold it."""
        return self.reports[self._place[report_id]]

    def search(self, kind: RowKind, query: Vectors, k: int, report_ids: Sequence[str] = ()) -> list[RowHit]:
        """The k nearest rows of one kind to one query vector of shape (dim,), best first; in all reports or the named."""
        within = [report_range(self._number[name]) for name in report_ids] or None
        [hits] = self._engines[kind].search(query[np.newaxis], k, within)
        return [RowHit(*self._row(hit.vector_id), hit.score) for hit in hits]

    def _read_row(self, vector_id: int) -> tuple[Row, str]:
        """The row of a vector and its report; a row never changes, so the last ones asked for are kept."""
        number, row = split_id(vector_id)
        place = self._of_number[number]
        return self._rows[place][row], self.reports[place].report_id

    def vectors_of(self, kind: RowKind, report_ids: Sequence[str] = ()) -> tuple[list[Row], Vectors]:
        """Every row of a kind that leads somewhere, with its vector: n rows and (n, dim); of all reports or the named."""
        with self._lock:
            rows = [
                self._rows[self._place[name]][row] for name in report_ids or self._place for row in self._in_force(name, kind)
            ]
            return rows, self._stored(kind, report_ids)

    def stored(self, kind: RowKind, report_ids: Sequence[str] = ()) -> Vectors:
        """The vectors of ``vectors_of`` alone, (n, dim); what the rows say is not read."""
        with self._lock:
            return self._stored(kind, report_ids)

    def _stored(self, kind: RowKind, report_ids: Sequence[str]) -> Vectors:
        names = report_ids or self._place
        ids: Ids = np.array([row_id(self._number[name], row) for name in names for row in self._in_force(name, kind)], np.int64)
        return self._engines[kind].get(ids)

    def _in_force(self, report_id: str, kind: RowKind) -> list[int]:
        """Rows of a kind in a report, without those taken back."""
        places = self._rows[self._place[report_id]].places(kind).tolist()
        return [row for row in places if (report_id, row) not in self._removed]

    def add_bank(self, report_id: str, row: Row, vector: Vectors) -> None:
        """Take in one more bank question at once; vector has shape (dim,)."""
        with self._lock:
            rows = self._rows[self._place[report_id]]
            rows.append(row)
            ids: Ids = np.array([row_id(self._number[report_id], len(rows) - 1)], np.int64)
            self._engines[row.kind].add(ids, vector[np.newaxis])

    def bank_rows(self, report_id: str) -> list[Row]:
        """The bank questions of a report that are in force."""
        rows = self._rows[self._place[report_id]]
        return [rows[row] for row in sorted(self._in_force(report_id, "bank") + self._in_force(report_id, "refuse"))]

    def remove_bank(self, report_id: str, question: str) -> None:
        """Forget a bank question; its row keeps its id and leads nowhere."""
        with self._lock:
            rows = self._rows[self._place[report_id]]
            for kind in QUERY_KINDS:
                for row in self._in_force(report_id, kind):
                    if rows[row].text == question:
                        self._engines[kind].remove(np.array([row_id(self._number[report_id], row)], np.int64))
                        self._removed.add((report_id, row))

    @cached_property
    def sentences(self) -> tuple[tuple[Report, Sentence], ...]:
        """Every sentence of every report, in order: the numbers that the lexical indexes use."""
        return tuple((report, sentence) for report in self.reports for sentence in report.sentences)

    @cached_property
    def first_sentence(self) -> dict[str, int]:
        """Where a report's sentences begin in ``sentences``."""
        starts, place = {}, 0
        for report in self.reports:
            starts[report.report_id] = place
            place += len(report.sentences)
        return starts

    @property
    def sentence_words(self) -> LexicalIndex:
        """BM25 over jieba words of sentences under their headings."""
        return self._lexical[0]

    @property
    def sentence_pairs(self) -> LexicalIndex:
        """BM25 over character pairs of sentences alone."""
        return self._lexical[1]
