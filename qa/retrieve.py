"""A query -> candidate sentences, each with one number per signal.

Every source proposes its nearest; hits are pooled into sentences (the best of each kind counts), and a sentence that a
source did not propose gets that source's worst proposed score: it is no better than that.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt

from corpus.numerals import Number, same_value
from corpus.report import Report, Sentence
from index.base import Vectors
from index.lexical import Scores
from index.passage_index import PassageIndex, RowHit
from index.words import pairs
from qa.asked import holds, numbers_of, wishes
from qa.normalise import Query

Signal = Literal[
    "bank", "bank_pairs", "bank_vote", "clause", "sentence", "context", "words", "pairs", "bm25", "number", "held", "heading"
]
SIGNALS: tuple[Signal, ...] = (
    "bank",  # cosine with the nearest bank question that leads to the sentence
    "bank_pairs",  # Dice of character pairs with the most alike of its bank questions, 0 to 1
    "bank_vote",  # its share of the nearest bank questions, nearer ones counting more, 0 to 1
    "clause",  # cosine with its nearest clause window
    "sentence",  # cosine with the sentence
    "context",  # cosine with the sentence under its headings
    "words",  # share of the query's words, by rarity, in the sentence and its headings, 0 to 1
    "pairs",  # share of the query's character pairs, by rarity, in the sentence, 0 to 1
    "bm25",  # BM25 over words, as a share of the best sentence's, 0 to 1
    "number",  # share of the query's numbers that the sentence prints, by value and unit, 0 to 1
    "held",  # share of the kinds of things asked for that the sentence holds, 0 to 1
    "heading",  # 1 for a bare heading, which announces and seldom answers
)
_COLUMN = {name: place for place, name in enumerate(SIGNALS)}

_DEPTH = 64  # hits asked of each dense source
_BANK_DEPTH = 128  # many bank questions lead to one sentence
_REFUSE_DEPTH = 16  # they propose no sentence; the nearest 12 have a vote
_LEXICAL_DEPTH = 64
_VOTERS = 12
_VOTE_SHARPNESS = 30.0  # a cosine .023 nearer counts twice


@dataclass(frozen=True)
class Candidates:
    """What retrieval found for one query."""

    query: Query
    vector: Vectors  # (dim,) of the query
    sentences: tuple[tuple[Report, Sentence], ...]  # candidates, in no order
    signals: npt.NDArray[np.float32]  # (n_candidates, len(SIGNALS))
    bank: tuple[RowHit | None, ...]  # of each candidate, its nearest bank question
    clause: tuple[RowHit | None, ...]  # of each candidate, its nearest clause
    answerable: tuple[RowHit, ...]  # nearest answerable bank questions, best first
    refusals: tuple[RowHit, ...]  # nearest unanswerable bank questions, best first
    index: PassageIndex

    def rarity(self, pair: str) -> float:
        """How rare a character pair is in the reports: its inverse document frequency."""
        return self.index.sentence_pairs.idf(pair)

    def word_rarity(self, word: str) -> float:
        """How rare a word is in the reports: its inverse document frequency."""
        return self.index.sentence_words.idf(word)

    def signal(self, name: Signal) -> npt.NDArray[np.float32]:
        """One signal of every candidate, shape (n_candidates,)."""
        return np.asarray(self.signals[:, _COLUMN[name]], np.float32)


def pool(
    index: PassageIndex, query: Query, vector: Vectors, report_ids: Sequence[str] = (), leave_out: frozenset[str] = frozenset()
) -> Candidates:
    """Candidates for a query whose vector, shape (dim,), is known.

    Args:
        index: what to search.
        query: the query.
        vector: its embedding.
        report_ids: only in these reports; () for all.
        leave_out: bank questions to look past, for fitting on the bank itself.
    """
    found = _Pool(index)
    answerable = [h for h in index.search("bank", vector, _BANK_DEPTH, report_ids) if h.row.text not in leave_out]
    refusals = [h for h in index.search("refuse", vector, _REFUSE_DEPTH + len(leave_out), report_ids) if h.row.text not in leave_out]
    bank = found.dense("bank", answerable)
    clause = found.dense("clause", index.search("clause", vector, _DEPTH, report_ids))
    found.dense("sentence", index.search("sentence", vector, _DEPTH, report_ids))
    found.dense("context", index.search("context", vector, _DEPTH, report_ids))
    found.bank_words(query, answerable)
    found.lexical(query, report_ids)
    numbers = found.candidates()
    sentences = tuple(index.sentences[number] for number in numbers)
    signals = found.matrix(numbers)
    if query.numbers:
        signals[:, _COLUMN["number"]] = [number_share(query.numbers, s.text) for _, s in sentences]
    signals[:, _COLUMN["held"]] = _held_shares(query, sentences)
    signals[:, _COLUMN["heading"]] = [s.role in ("heading", "item", "title") for _, s in sentences]
    return Candidates(
        query,
        vector,
        sentences,
        signals,
        tuple(bank.get(n) for n in numbers),
        tuple(clause.get(n) for n in numbers),
        tuple(answerable),
        tuple(refusals),
        index,
    )


class _Pool:
    """Scores by signal and sentence number, while they are gathered."""

    def __init__(self, index: PassageIndex) -> None:
        self._index = index
        self._scores: dict[Signal, dict[int, float]] = {name: {} for name in SIGNALS}

    def _number(self, hit: RowHit) -> int:
        return self._index.first_sentence[hit.report_id] + hit.row.sentence

    def dense(self, name: Signal, hits: Sequence[RowHit]) -> dict[int, RowHit]:
        """Keep the best hit of each sentence."""
        best: dict[int, RowHit] = {}
        for hit in hits:
            best.setdefault(self._number(hit), hit)  # hits come best first
        self._scores[name] = {number: hit.score for number, hit in best.items()}
        return best

    def bank_words(self, query: Query, hits: Sequence[RowHit]) -> None:
        """How alike in wording, and how unanimous, the nearest bank questions are."""
        asked = pair_set(query.text)
        alike, votes = self._scores["bank_pairs"], self._scores["bank_vote"]
        for place, hit in enumerate(hits):
            number = self._number(hit)
            alike[number] = max(alike.get(number, 0.0), dice(asked, pair_set(hit.row.text)))
            if place < _VOTERS:
                weight = math.exp(_VOTE_SHARPNESS * (hit.score - hits[0].score))
                votes[number] = votes.get(number, 0.0) + weight
        total = sum(votes.values())
        self._scores["bank_vote"] = {number: vote / total for number, vote in votes.items()}

    def lexical(self, query: Query, report_ids: Sequence[str]) -> None:
        """Word and character-pair signals of every sentence that shares any."""
        bm25 = self._index.sentence_words.scores(query.lexical)
        best = float(bm25.max(initial=0.0))
        sources: tuple[tuple[Signal, Scores], ...] = (
            ("words", self._index.sentence_words.coverages(query.lexical)),
            ("pairs", self._index.sentence_pairs.coverages(query.text)),
            ("bm25", bm25 / best if best else bm25),
        )
        for name, scores in sources:
            best_ones = (int(number) for number in best_places(scores, _LEXICAL_DEPTH))
            self._scores[name] = {number: float(scores[number]) for number in best_ones if self._wanted(number, report_ids)}

    def _wanted(self, number: int, report_ids: Sequence[str]) -> bool:
        return not report_ids or self._index.sentences[number][0].report_id in report_ids

    def candidates(self) -> list[int]:
        """Numbers of all proposed sentences, ascending."""
        return sorted(set().union(*self._scores.values()))

    def matrix(self, numbers: Sequence[int]) -> npt.NDArray[np.float32]:
        """(n_candidates, n_signals); a place nobody filled takes the signal's worst proposed score, 0 for shares."""
        out = np.zeros((len(numbers), len(SIGNALS)), np.float32)
        place = {number: place for place, number in enumerate(numbers)}
        for name, scores in self._scores.items():
            column = out[:, _COLUMN[name]]
            if name in ("bank", "clause", "sentence", "context"):
                column[:] = min(scores.values(), default=0.0)
            column[[place[number] for number in scores]] = list(scores.values())
        if not self._scores["clause"]:  # where no sentence has more clauses than one, each is its own
            out[:, _COLUMN["clause"]] = out[:, _COLUMN["sentence"]]
        return out


def best_places(scores: Scores, k: int) -> npt.NDArray[np.int64]:
    """Where the k highest scores above 0 are, best first, equal ones in order; sorts no more than it must.

    >>> best_places(np.float32([0, 2, 1, 2, 0, 1]), 3).tolist()
    [1, 3, 2]
    """
    held = np.flatnonzero(scores > 0)
    if len(held) > k:
        held = held[scores[held] >= np.partition(scores[held], -k)[-k]]
    return np.asarray(held[np.argsort(-scores[held], kind="stable")[:k]], np.int64)


@lru_cache(maxsize=100_000)
def pair_set(text: str) -> frozenset[str]:
    """Character pairs of a text; kept, for bank questions come back with every question."""
    return frozenset(pairs(text))


def dice(some: frozenset[str], others: frozenset[str]) -> float:
    """Dice coefficient of two sets, 0.0 to 1.0; 0.0 when both are empty."""
    return 2 * len(some & others) / (len(some) + len(others)) if some or others else 0.0


def number_share(asked: Sequence[Number], sentence: str) -> float:
    """Share of the asked numbers that the sentence prints with that value, and that unit where one is asked."""
    if not asked:
        return 0.0
    printed = numbers_of(sentence)
    return sum(any(same_value(want, have) for have in printed) for want in asked) / len(asked)


def _held_shares(query: Query, sentences: Sequence[tuple[Report, Sentence]]) -> list[float]:
    slots = wishes(query.text)
    if not slots:
        return [1.0] * len(sentences)
    return [sum(holds(slot.name, s.text) for slot in slots) / len(slots) for _, s in sentences]
