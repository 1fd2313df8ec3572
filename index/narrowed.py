"""A part of an index, as an index: the same engines, searched within some reports, and lexical statistics of those alone.

How rare a word is, and whether a word is known at all, depends on the texts it is counted in. A question put to one
report is judged by that report's words, however many others stand beside it.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property

from index.base import Vectors
from index.lexical import LexicalIndex
from index.passage_index import PassageIndex, RowHit
from index.report_rows import ReportRows
from index.rows import Row, RowKind


class Narrowed(PassageIndex):
    """Some reports of an index. It holds nothing but its lexical indexes; bank questions added to the whole work at once."""

    def __init__(self, whole: PassageIndex, report_ids: Iterable[str]) -> None:
        """``report_ids`` are held by the whole; their order there is kept."""
        wanted = frozenset(report_ids)
        self._whole = whole
        self.reports = tuple(report for report in whole.reports if report.report_id in wanted)
        self._ids = tuple(report.report_id for report in self.reports)
        self._place = {report_id: place for place, report_id in enumerate(self._ids)}
        starts = ((whole.first_sentence[report.report_id], len(report.sentences)) for report in self.reports)
        self._spans = tuple(range(start, start + count) for start, count in starts)  # of sentences of the whole

    @cached_property
    def _lexical(self) -> tuple[LexicalIndex, LexicalIndex]:  # type: ignore[override]
        return self._whole.sentence_words.within(self._spans), self._whole.sentence_pairs.within(self._spans)

    def rows(self) -> tuple[ReportRows, ...]:
        """The rows of each report, in the order of ``reports``."""
        held = dict(zip((report.report_id for report in self._whole.reports), self._whole.rows(), strict=True))
        return tuple(held[report_id] for report_id in self._ids)

    @property
    def vectors(self) -> int:
        """How many vectors lead into these reports."""
        return sum(map(len, self.rows()))

    def search(self, kind: RowKind, query: Vectors, k: int, report_ids: Sequence[str] = ()) -> list[RowHit]:
        """See ``PassageIndex.search``; never outside these reports."""
        within = [report_id for report_id in report_ids or self._ids if report_id in self._place]
        return self._whole.search(kind, query, k, within) if within else []

    def vectors_of(self, kind: RowKind, report_ids: Sequence[str] = ()) -> tuple[list[Row], Vectors]:
        """See ``PassageIndex.vectors_of``; never outside these reports."""
        return self._whole.vectors_of(kind, report_ids or self._ids)

    def stored(self, kind: RowKind, report_ids: Sequence[str] = ()) -> Vectors:
        """See ``PassageIndex.stored``; never outside these reports."""
        return self._whole.stored(kind, report_ids or self._ids)

    def bank_rows(self, report_id: str) -> list[Row]:
        """The bank questions of a report that are in force."""
        return self._whole.bank_rows(report_id)

    def add_bank(self, report_id: str, row: Row, vector: Vectors) -> None:
        """See ``PassageIndex.add_bank``."""
        self._whole.add_bank(report_id, row, vector)

    def remove_bank(self, report_id: str, question: str) -> None:
        """See ``PassageIndex.remove_bank``."""
        self._whole.remove_bank(report_id, question)
