"""Candidates -> ordered sentences, and the probability that the first one answers.

Two small linear models, both fitted by ``qa/fit.py`` and kept as readable numbers in ``weights.json``:

- *order*: a score per candidate, the weighted sum of its signals; fitted as a conditional logit (McFadden 1974): the
  right sentence should take all of the softmax over a question's candidates. Weights differ a little by kind of question.
- *trust*: a logistic regression over what is known about the first sentence and about the question as a whole, the
  probability that the sentence answers; it decides between an answer and an honest no. Signals that are not yes or no also
  enter as hinges, max(0, signal - knot), with knots at their quartiles, so that "very near" can count more than "near".
"""

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from corpus.fold import fold
from index.passage_index import RowHit
from index.rows import context_text
from index.words import words
from qa.asked import SLOTS, holds, other_years, wishes
from qa.kinds import kind_of
from qa.otherwise import elsewhere, of_other_age, turned
from qa.periods import elsewhen
from qa.publishers import names_of
from qa.records import Kind
from qa.retrieve import SIGNALS, Candidates, dice, pair_set
from qa.wording import Wording
from qa.years import printed_years

WEIGHTS_FILE = Path(__file__).parent / "weights.json"
Vector = npt.NDArray[np.float64]

_VOTERS = 16
_VOTE_SHARPNESS = 30.0
_TIE = 0.7  # order scores so near, e^.7 = 2 to 1 at most, are a tie between years
_ANOTHER = 0.25  # what is left of the probability where another time, place or age than the sentence's, or its opposite, is asked about
_SAME_WORDS = 0.98  # cosine with a bank question from which it is the same, so that who wrote 没签约的几户 of a sentence has decided
_TOUCHED, _DOUBTED = 0.2, 0.2  # share of words, and probability, for a report that was asked for by name
_NEAR, _NEARLY = 0.849, 0.838  # how near its first sentence must be; and where the probability is content, too
_NEAREST = 0.86  # how near, where nothing but the year names the report
_NO_FARTHER = 3.0  # order scores: another sentence may lead that holds what the best one lacks
_SURE, _SAID = 0.7, 0.4  # probability, and share of the question's words by rarity, from which nobody need name the report
_MARKS = re.compile(r"[\s“”\"'‘’,，。?？!！、:：;；()（）]+")

TRUST_SIGNALS: tuple[str, ...] = (
    "bank",
    "bank_pairs",
    "bank_vote",
    "clause",
    "sentence",
    "context",
    "words",
    "pairs",
    "margin",  # order score over the second sentence's, at most 5
    "refuse",  # cosine with the nearest unanswerable bank question
    "refuse_pairs",  # Dice with the most alike of the five nearest unanswerable ones
    "bank_over_refuse",  # cosine: nearest answerable minus nearest unanswerable
    "pairs_over_refuse",  # Dice: most alike answerable minus most alike unanswerable
    "refuse_vote",  # share of unanswerable among the nearest bank questions of both sorts, nearer ones counting more
    "unsaid",  # share of the question's character pairs, by rarity, in neither sentence, headings nor its bank questions
    "unknown",  # share of the question's words, by rarity, that the report never uses
    "wording",  # how the wording sounds, about -1 (unanswerable) to 1: see ``qa/wording.py``
    "verbatim",  # 1 if the sentence prints the whole question, as for a name typed alone
    "number_missing",  # share of the question's numbers that the sentence does not print
    "other_year",  # 1 if a year is asked that is neither the report's nor in the sentence
    "heading",
    "short",  # 1 for a question of at most four characters
    *(f"unmet_{slot.name}" for slot in SLOTS),  # 1 if asked for and not held by the sentence
    *(f"asked_{slot.name}" for slot in SLOTS),  # 1 if asked for
)
HINGED = TRUST_SIGNALS[: TRUST_SIGNALS.index("verbatim")]
KNOTS = (25, 50, 75)  # percentiles of the signal over the bank questions it is fitted on


@dataclass(frozen=True)
class Trust:
    """The fitted trust: knots, weights of signals, weights of hinges."""

    bias: float
    linear: Vector  # (len(TRUST_SIGNALS),)
    knots: Vector  # (len(HINGED), len(KNOTS))
    hinges: Vector  # (len(HINGED), len(KNOTS))

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Trust":
        """From the stored table; names are matched, so an unknown or missing one is an error at once."""
        return cls(
            bias=float(stored["bias"]),
            linear=_vector(stored["linear"], TRUST_SIGNALS),
            knots=np.array([stored["knots"][name] for name in HINGED], np.float64),
            hinges=np.array([stored["hinges"][name] for name in HINGED], np.float64),
        )

    def probability(self, trust: dict[str, float]) -> float:
        """That the first sentence answers, 0 to 1."""
        signals = _vector(trust, TRUST_SIGNALS)
        bent = np.maximum(0.0, signals[: len(HINGED), None] - self.knots)
        return sigmoid(float(signals @ self.linear + (bent * self.hinges).sum() + self.bias))


@dataclass(frozen=True)
class Weights:
    """The fitted numbers, with and without a question bank."""

    order: dict[str, Vector]  # kind of question, or "all" -> (len(SIGNALS),)
    order_without_bank: dict[str, Vector]
    trust: Trust
    trust_without_bank: Trust
    threshold: float  # answer at or above this probability
    threshold_without_bank: float

    @classmethod
    def load(cls, path: Path = WEIGHTS_FILE) -> "Weights":
        """Read what ``qa/fit.py`` wrote."""
        stored = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            order={kind: _vector(row, SIGNALS) for kind, row in stored["order"].items()},
            order_without_bank={kind: _vector(row, SIGNALS) for kind, row in stored["order_without_bank"].items()},
            trust=Trust.from_json(stored["trust"]),
            trust_without_bank=Trust.from_json(stored["trust_without_bank"]),
            threshold=float(stored["threshold"]),
            threshold_without_bank=float(stored["threshold_without_bank"]),
        )


def _vector(row: dict[str, float], names: Sequence[str]) -> Vector:
    return np.array([row[name] for name in names], np.float64)


@dataclass(frozen=True)
class Ranked:
    """Candidates in order, and what speaks for the first."""

    candidates: Candidates
    kind: Kind
    order: tuple[int, ...]  # places in candidates.sentences, best first
    scores: Vector  # order score by place in candidates.sentences
    trust: dict[str, float]  # TRUST_SIGNALS of the first sentence, and what ``_other_things`` names
    probability: float  # that the first sentence answers, 0 to 1
    near: float = 0.0  # order score of the first sentence, as a share of the highest there can be


def rank(candidates: Candidates, weights: Weights, wording: Wording, *, bank: bool = True, holding: bool = False) -> Ranked:
    """Order the candidates and say how sure the first is. No candidates: probability 0.

    Args:
        candidates: what was found.
        weights: the fitted numbers.
        wording: how wordings sound.
        bank: whether to judge by the question bank.
        holding: whether a sentence that holds what is asked (how many, what share) leads one as near that does not.
    """
    kind = kind_of(candidates.query)
    table = weights.order if bank else weights.order_without_bank
    row = table.get(kind, table["all"])
    scores = order_scores(candidates, row)
    order = newest_first(candidates, scores, tuple(int(place) for place in np.argsort(-scores, kind="stable")))
    if not order:
        return Ranked(candidates, kind, (), scores, {}, 0.0)
    order = _holding_first(candidates, scores, order) if holding else order
    trust = trust_signals(candidates, order, scores, wording.lean(candidates.vector))
    model = weights.trust if bank else weights.trust_without_bank
    probability = model.probability(trust)
    for name in _other_things(candidates, order[0]):  # not fitted: however good the topic, this is another thing than the sentence's
        trust[name] = 1.0
        probability *= _ANOTHER
    near = float(scores[order[0]] / np.maximum(row, 0.0).sum())
    return Ranked(candidates, kind, order, scores, trust, probability, near)


def _holding_first(candidates: Candidates, scores: Vector, order: tuple[int, ...]) -> tuple[int, ...]:
    """The order, led by the first sentence that holds all that is asked for, where the best does not and it is about as near."""
    held = candidates.signal("held")
    close = (place for place in order if scores[place] >= scores[order[0]] - _NO_FARTHER)
    lead = next((place for place in close if held[place] >= 1.0), order[0])
    return (lead, *(place for place in order if place != lead))


def _other_things(candidates: Candidates, place: int) -> list[str]:
    """What tells the question from what a sentence tells, however alike they are, by name."""
    report, sentence = candidates.sentences[place]
    query, told = candidates.query, _told(candidates, place)
    nearest = candidates.bank[place]
    same = fold(nearest.row.text) if nearest is not None and nearest.score >= _SAME_WORDS else ""
    found = {
        "unmet_period": elsewhen(query.text, told),
        "unmet_opposite": turned(query.text, fold(sentence.text)) and (not same or turned(query.text, same)),
        "unmet_place": elsewhere(query.text, fold(" ".join((told, *sentence.section))), names_of(report.about)),
        "unmet_age": of_other_age(query.numbers, f"{sentence.text} {same}"),
    }
    return [name for name, is_so in found.items() if is_so]


def newest_first(candidates: Candidates, scores: Vector, order: tuple[int, ...]) -> tuple[int, ...]:
    """The order, where the first are as good as tied led by the one from the newest report."""
    tied = [place for place in order if scores[place] >= scores[order[0]] - _TIE]
    lead = max(tied, key=lambda place: candidates.sentences[place][0].about.year or 0, default=None)  # the first of the newest
    if lead is None or candidates.sentences[lead][0].about.year == candidates.sentences[order[0]][0].about.year:
        return order
    return (lead, *(place for place in order if place != lead))


def on_subject(ranked: Ranked, threshold: float) -> bool:
    """Whether the first sentence answers in a report that has no question bank and was asked for by name.

    The probability was fitted on our street's questions; how near the sentence is, tells more of a report on quite another
    subject. Of 1,080 questions about the street put to national reports it lets 18 pass (the probability with a fifth of the
    words: 50), of 44 about the country on which the report is silent 2 (7), of 130 that the report answers 129 (124).
    """
    if not ranked.order:
        return False
    said, unmet = ranked.trust["words"], _unmet(ranked)
    sure = (ranked.probability >= threshold and said >= _TOUCHED) or (ranked.probability >= _DOUBTED and said >= _SAID and not unmet)
    near = ranked.near >= _NEAR and not unmet and not ranked.trust["other_year"]
    return near or (sure and ranked.near >= _NEARLY)


def of_that_year(ranked: Ranked, threshold: float) -> bool:
    """Whether the first sentence answers in another publisher's report that only the year of the question names.

    Nearer than ``on_subject`` asks: of the 1,080 questions none passes, and 8 of 1,800 put to five other reports, some of which
    they do answer; of 24 that only a year names 23 are answered.
    """
    return ranked.near >= _NEAREST and not _unmet(ranked) and on_subject(ranked, threshold)


def unasked_for(ranked: Ranked, _threshold: float) -> bool:
    """Whether the first sentence is good enough for a report that nothing in the question names.

    Chosen on questions about our street put to national reports: of 1,080 with a year 3 pass, of 360 without one none, while 28
    of 36 questions that a national report does answer pass, and all of them where the report is named.
    """
    return bool(ranked.order) and ranked.probability >= _SURE and ranked.trust["words"] >= _SAID and not _unmet(ranked)


def _unmet(ranked: Ranked) -> bool:
    """Whether a kind of thing, or a time within the year, is asked for that the first sentence does not hold."""
    return any(value for name, value in ranked.trust.items() if name.startswith("unmet_"))


def order_scores(candidates: Candidates, weights: Vector) -> Vector:
    """Weighted sum of every candidate's signals, shape (n_candidates,)."""
    return np.asarray(candidates.signals @ weights, np.float64)


def sigmoid(logit: float) -> float:
    """Log-odds to probability."""
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, logit))))


def trust_signals(candidates: Candidates, order: Sequence[int], scores: Vector, lean: float) -> dict[str, float]:
    """What speaks for and against the first sentence, by name; ``lean`` is how the wording sounds."""
    first = order[0]
    report, sentence = candidates.sentences[first]
    query = candidates.query
    found = {name: float(candidates.signals[first, place]) for place, name in enumerate(SIGNALS)}
    asked = pair_set(query.text)
    bank_pairs = max((dice(asked, pair_set(h.row.text)) for h in candidates.answerable[:5]), default=0.0)
    refuse_pairs = max((dice(asked, pair_set(h.row.text)) for h in candidates.refusals[:5]), default=0.0)
    bank = candidates.answerable[0].score if candidates.answerable else 0.0
    refuse = candidates.refusals[0].score if candidates.refusals else 0.0
    slots = wishes(query.text)
    printed = sentence.text
    return found | {
        "margin": min(5.0, float(scores[first] - scores[order[1]])) if len(order) > 1 else 5.0,
        "refuse": refuse,
        "refuse_pairs": refuse_pairs,
        "bank_over_refuse": bank - refuse,
        "pairs_over_refuse": bank_pairs - refuse_pairs,
        "refuse_vote": _refuse_vote(candidates.answerable, candidates.refusals),
        "unsaid": _unsaid(candidates, first, asked),
        "unknown": _unknown(candidates),
        "wording": lean,
        "verbatim": float(_verbatim(query.text, printed)),
        "number_missing": 1.0 - found["number"] if query.numbers else 0.0,
        "other_year": float(any(year not in _with_years(printed) for year in other_years(query, report.about.year))),
        "short": float(len(query.text) <= 4),
        **{f"unmet_{slot.name}": float(slot in slots and not holds(slot.name, printed)) for slot in SLOTS},
        **{f"asked_{slot.name}": float(slot in slots) for slot in SLOTS},
    }


def _told(candidates: Candidates, place: int) -> str:
    """A sentence and the nearest of the bank questions that lead to it: whoever wrote it knew what the sentence tells."""
    asked = candidates.bank[place]
    return candidates.sentences[place][1].text + (" " + asked.row.text if asked else "")


def _with_years(printed: str) -> str:
    """A sentence as printed, and the years it prints in words (一九八五) or full width, in figures."""
    return " ".join((printed, *map(str, printed_years(printed))))


def _verbatim(question: str, printed: str) -> bool:
    """Whether the sentence prints the whole question, marks aside, and it is no single character."""
    asked = _MARKS.sub("", question)
    return len(asked) >= 2 and asked in _MARKS.sub("", fold(printed))


def _refuse_vote(answerable: Sequence[RowHit], refusals: Sequence[RowHit]) -> float:
    """Share of the unanswerable among the nearest bank questions; 0.5 when there is no bank."""
    voters = sorted([(h.score, 0) for h in answerable[:_VOTERS]] + [(h.score, 1) for h in refusals[:_VOTERS]], reverse=True)
    voters = voters[:_VOTERS]
    if not voters:
        return 0.5
    ballots = [(math.exp(_VOTE_SHARPNESS * (score - voters[0][0])), side) for score, side in voters]
    return sum(weight * side for weight, side in ballots) / sum(weight for weight, _ in ballots)


def _unsaid(candidates: Candidates, first: int, asked: frozenset[str]) -> float:
    """By rarity, the share of the question's pairs that nothing known about the sentence says."""
    report, sentence = candidates.sentences[first]
    said = set(pair_set(context_text(report, sentence)))
    for hit in candidates.answerable[:32]:
        if hit.row.start < sentence.end and sentence.start < hit.row.end and hit.report_id == report.report_id:
            said |= pair_set(hit.row.text)
    rarity = candidates.rarity
    total = sum(rarity(pair) for pair in asked)
    return sum(rarity(pair) for pair in asked - said) / total if total else 0.0


def _unknown(candidates: Candidates) -> float:
    """By rarity, the share of the question's words that no sentence has."""
    asked = set(words(candidates.query.lexical))
    total = sum(map(candidates.word_rarity, asked))
    unheard = candidates.word_rarity("\0")
    return sum(unheard for word in asked if candidates.word_rarity(word) >= unheard) / total if total else 0.0
