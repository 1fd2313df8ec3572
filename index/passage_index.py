"""The index as questions see it: engines for each kind of vector, lexical indexes, and where every vector leads."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from corpus.report import Report, Sentence
from index.base import Ids, VectorIndex, Vectors, report_range, row_id, split_id
from index.lexical import LexicalIndex
from index.rows import Row, RowKind, context_text
from index.words import pairs, words


@dataclass(frozen=True, slots=True)
class RowHit:
    """One vector found, and where it leads."""

    row: Row
    report_id: str
    score: float  # cosine, -1.0 to 1.0


class PassageIndex:
    """Vectors, words and rows of all reports. Reading is safe from several threads; adding takes a lock."""

    def __init__(self, reports: Sequence[Report], rows: Sequence[Sequence[Row]], engines: dict[RowKind, VectorIndex]) -> None:
        """``rows[n]`` are the rows of ``reports[n]``, in the order of their ids."""
        self.reports = tuple(reports)
        self._rows = [list(of_report) for of_report in rows]
        self._engines = engines
        self._numbers = {report.report_id: number for number, report in enumerate(reports)}
        self._lock = threading.Lock()
        self._removed: set[tuple[int, int]] = set()  # report number and row of bank questions taken back

    def rows(self) -> list[list[Row]]:
        """The rows of each report, in the order of ``reports``."""
        return self._rows

    @property
    def vectors(self) -> int:
        """How many vectors the engines hold."""
        return sum(map(len, self._engines.values()))

    def report(self, report_id: str) -> Report:
        """A report by its id; KeyError if the index does not hold it."""
        return self.reports[self._numbers[report_id]]

    def search(self, kind: RowKind, query: Vectors, k: int, report_ids: Sequence[str] = ()) -> list[RowHit]:
        """The k nearest rows of one kind to one query vector of shape (dim,), best first; in all reports or the named."""
        within = [report_range(self._numbers[name]) for name in report_ids] or None
        [hits] = self._engines[kind].search(query[np.newaxis], k, within)
        found = []
        for hit in hits:
            number, row = split_id(hit.vector_id)
            found.append(RowHit(self._rows[number][row], self.reports[number].report_id, hit.score))
        return found

    def vectors_of(self, kind: RowKind, report_ids: Sequence[str] = ()) -> tuple[list[Row], Vectors]:
        """Every row of a kind that leads somewhere, with its vector: n rows and (n, dim); of all reports or the named."""
        numbers = [self._numbers[name] for name in report_ids] or range(len(self._rows))
        with self._lock:
            held = [
                (row, row_id(number, place))
                for number in numbers
                for place, row in enumerate(self._rows[number])
                if row.kind == kind and (number, place) not in self._removed
            ]
            return [row for row, _ in held], self._engines[kind].get(np.array([vector_id for _, vector_id in held], np.int64))

    def add_bank(self, report_id: str, row: Row, vector: Vectors) -> None:
        """Take in one more bank question at once; vector has shape (dim,)."""
        with self._lock:
            number = self._numbers[report_id]
            self._rows[number].append(row)
            ids: Ids = np.array([row_id(number, len(self._rows[number]) - 1)], np.int64)
            self._engines[row.kind].add(ids, vector[np.newaxis])

    def bank_rows(self, report_id: str) -> list[Row]:
        """The bank questions of a report that are in force."""
        number = self._numbers[report_id]
        return [
            row
            for place, row in enumerate(self._rows[number])
            if row.kind in ("bank", "refuse") and (number, place) not in self._removed
        ]

    def remove_bank(self, report_id: str, question: str) -> None:
        """Forget a bank question; its row keeps its id and leads nowhere."""
        with self._lock:
            number = self._numbers[report_id]
            for place, row in enumerate(self._rows[number]):
                if row.kind in ("bank", "refuse") and row.text == question:
                    self._engines[row.kind].remove(np.array([row_id(number, place)], np.int64))
                    self._removed.add((number, place))

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

    @cached_property
    def sentence_words(self) -> LexicalIndex:
        """BM25 over jieba words of sentences under their headings."""
        return LexicalIndex([context_text(report, sentence) for report, sentence in self.sentences], words)

    @cached_property
    def sentence_pairs(self) -> LexicalIndex:
        """BM25 over character pairs of sentences alone."""
        return LexicalIndex([sentence.text for _, sentence in self.sentences], pairs)
