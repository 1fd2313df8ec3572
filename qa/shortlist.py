"""Which of many reports a sentence of a draft may speak of, told cheaply, so that only those are looked at closely.

A report counts for the words of the sentence that it has, and for the values that it prints; what few reports have counts most.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import log

from corpus.figures import Figure
from corpus.fold import fold
from corpus.number import Number
from corpus.report import Report
from corpus.units import common
from qa.claims import Claim
from qa.likeness import content_words

MOST = 6  # reports looked at for one sentence
_LEAST = 0.6  # of the best report's score
_VALUE = 2.0  # weight of a value, against a word that as few reports have

Key = tuple[str, Fraction]


class Shortlist:
    """The words and values of many reports; safe to use from several threads."""

    def __init__(self, reports: Iterable[tuple[Report, Sequence[Figure]]]) -> None:
        self._texts: list[tuple[str, str]] = []  # report_id and folded text, in the order given
        self._holding: dict[Key, set[str]] = defaultdict(set)  # reports that print a value
        for report, figures in reports:
            self._texts.append((report.report_id, fold(report.text + report.about.title + report.about.publisher)))
            for figure in figures:
                self._holding[_key(figure.number)].add(report.report_id)

    def of(self, claims: Sequence[Claim]) -> dict[int, frozenset[str]]:
        """By sentence of the draft: the reports to look at; all of them where there are few. Equal ones in the order given."""
        everything = frozenset(report_id for report_id, _ in self._texts)
        rows: dict[int, list[Claim]] = defaultdict(list)
        for claim in claims:
            rows[claim.row].append(claim)
        if len(everything) <= MOST:
            return dict.fromkeys(rows, everything)
        words = {row: content_words(inside[0].sentence) for row, inside in rows.items()}
        having = {word: self._having(word) for word in {word for found in words.values() for word in found}}
        return {row: self._best(inside, [having[word] for word in words[row]]) for row, inside in rows.items()}

    def _having(self, word: str) -> frozenset[str]:
        return frozenset(report_id for report_id, text in self._texts if word in text)

    def _best(self, claims: Sequence[Claim], words: Sequence[frozenset[str]]) -> frozenset[str]:
        scores: dict[str, float] = defaultdict(float)
        for holding, weight in (
            *((found, 1.0) for found in words),
            *((self._holding.get(_key(claim.figure.number), frozenset()), _VALUE) for claim in claims),
        ):
            for report_id in holding:
                scores[report_id] += weight * log(1 + len(self._texts) / len(holding))
        ranked = sorted((report_id for report_id, _ in self._texts), key=lambda report_id: -scores[report_id])[:MOST]
        return frozenset(report_id for report_id in ranked if scores[report_id] >= _LEAST * scores[ranked[0]])


def _key(number: Number) -> Key:
    """What two prints of one value share."""
    if number.ratio is not None:
        return "%", number.ratio
    kin, size = common(number.unit)
    return kin, number.exact * size
