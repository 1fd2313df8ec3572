"""A question and a candidate sentence -> named numbers that speak for and against the sentence answering.

Each is a fact about the two and about what else was found; none decides by itself. ``qa/quality/fit_judge.py`` weighs them.
"""

import math
import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from corpus.fold import fold
from corpus.number import Number
from corpus.units import factor
from index.passage_index import RowHit
from index.rows import context_text
from index.words import says_how, segment, words
from qa.asked import SLOTS, holds, numbers_of, other_years, wishes
from qa.otherwise import elsewhere, of_other_age, turned
from qa.periods import elsewhen
from qa.publishers import names_of
from qa.retrieve import SIGNALS, Candidates, dice, pair_set
from qa.years import printed_years

Vector = npt.NDArray[np.float64]

_VOTERS = 16
_VOTE_SHARPNESS = 30.0
_SAME_WORDS = 0.98  # cosine with a bank question from which it is the same: who wrote 没签约的几户 of a sentence has decided
_RIVAL = 1.0  # order scores: another sentence so near is a rival, e to 1
_FARTHEST = 5.0  # order scores; farther apart tells no more
_MARKS = re.compile(r"[\s“”\"'‘’,，。?？!！、:：;；()（）]+")
_ASKING = re.compile(r"[几哪谁啥怎]|多少|什么|如何|为何|请问")
_UNIT_ASKED = re.compile(r"(?:几|多少)个?(人次|剂次|家次|公里|平方米?|小时|个百分点|[\u4e00-\u9fff])")

GRADED: tuple[str, ...] = (
    *SIGNALS[: SIGNALS.index("number")],  # of the sentence: cosines, votes and shares of words
    "margin",  # order score over the best other sentence's, -5 to 5
    "near",  # order score, as a share of the highest there can be
    "rivals",  # how many other sentences are about as near, as log(1 + n)
    "clause_margin",  # cosine of its nearest clause over the best other sentence's
    "sentence_margin",  # cosine of the sentence over the best other sentence's
    "stands_out",  # its cosine over the mean of all candidates, in their standard deviations
    "unsaid",  # share of the question's character pairs, by rarity, in neither sentence, headings nor its bank questions
    "unknown",  # share of the question's words, by rarity, that the report never uses
    "rarest",  # rarity of the rarest word of the question that the sentence and its headings have not, as a share of the rarest there is
    "clause_words",  # Dice of the question's pairs with its nearest clause's
    "length",  # of the question, log characters
    "refuse",  # cosine with the nearest unanswerable bank question
    "refuse_pairs",  # Dice with the most alike of the five nearest unanswerable ones
    "bank_over_refuse",  # cosine: nearest answerable minus nearest unanswerable
    "pairs_over_refuse",  # Dice: most alike answerable minus most alike unanswerable
    "refuse_vote",  # share of unanswerable among the nearest bank questions of both sorts, nearer ones counting more
    "wording",  # how the wording sounds, about -1 (unanswerable) to 1: see ``qa/wording.py``
)
YES_OR_NO: tuple[str, ...] = (
    "verbatim",  # 1 if the sentence prints the whole question, as for a name typed alone
    "number_missing",  # share of the question's numbers that the sentence does not print
    "other_year",  # 1 if a year is asked that is neither the report's nor in the sentence
    "heading",
    "short",  # 1 for a question of at most four characters
    "unit_met",  # 1 if 多少 or 几 asks for a unit, and a number of the sentence has it
    "unit_unmet",  # 1 if none has
    "unmet_period",  # 1 if a part of the year is asked about that is not printed
    "unmet_opposite",  # 1 if the opposite of what the sentence tells is asked about
    "unmet_place",  # 1 if another place is asked about
    "unmet_age",  # 1 if other ages are asked about
    *(f"unmet_{slot.name}" for slot in SLOTS),  # 1 if asked for and not held by the sentence
    *(f"asked_{slot.name}" for slot in SLOTS),  # 1 if asked for
)
FEATURES = (*GRADED, *YES_OR_NO)


def features(candidates: Candidates, scores: Vector, highest: float, places: Sequence[int], lean: float) -> Vector:
    """Features of some candidates, shape (len(places), len(FEATURES)).

    Args:
        candidates: what was found for the question.
        scores: order scores of all candidates.
        highest: the highest order score there can be.
        places: of the candidates to look at.
        lean: how the question's wording sounds.
    """
    of_question = _of_question(candidates, lean)
    rows = [of_question | _of_sentence(candidates, scores, highest, place) for place in places]
    return np.array([[row[name] for name in FEATURES] for row in rows], np.float64).reshape(len(rows), len(FEATURES))


def _of_question(candidates: Candidates, lean: float) -> dict[str, float]:
    query = candidates.query
    asked = pair_set(query.text)
    bank_pairs = max((dice(asked, pair_set(h.row.text)) for h in candidates.answerable[:5]), default=0.0)
    refuse_pairs = max((dice(asked, pair_set(h.row.text)) for h in candidates.refusals[:5]), default=0.0)
    bank = candidates.answerable[0].score if candidates.answerable else 0.0
    refuse = candidates.refusals[0].score if candidates.refusals else 0.0
    slots = wishes(query.text)
    return {
        "refuse": refuse,
        "refuse_pairs": refuse_pairs,
        "bank_over_refuse": bank - refuse,
        "pairs_over_refuse": bank_pairs - refuse_pairs,
        "refuse_vote": _refuse_vote(candidates.answerable, candidates.refusals),
        "unknown": _unknown(candidates),
        "wording": lean,
        "length": math.log(max(1, len(query.text))),
        "short": float(len(query.text) <= 4),
        **{f"asked_{slot.name}": float(slot in slots) for slot in SLOTS},
    }


def _of_sentence(candidates: Candidates, scores: Vector, highest: float, place: int) -> dict[str, float]:
    report, sentence = candidates.sentences[place]
    query, printed = candidates.query, sentence.text
    found = {name: float(candidates.signals[place, column]) for column, name in enumerate(SIGNALS)}
    clause = candidates.clause[place]
    unit = _unit_asked(query.text)
    met = unit is not None and any(_has_unit(number, unit) for number in numbers_of(printed))
    slots = wishes(query.text)
    return found | {
        "margin": _margin(scores, place, _FARTHEST),
        "near": float(scores[place]) / max(highest, 1e-9),
        "rivals": math.log1p(int((scores >= scores[place] - _RIVAL).sum()) - 1),
        "clause_margin": _margin(candidates.signal("clause"), place),
        "sentence_margin": _margin(candidates.signal("sentence"), place),
        "stands_out": _stands_out(candidates.signal("context"), place),
        "unsaid": _unsaid(candidates, place),
        "rarest": _rarest(candidates, place),
        "clause_words": dice(pair_set(query.text), pair_set(clause.row.text)) if clause else 0.0,
        "verbatim": float(_verbatim(query.text, printed)),
        "number_missing": 1.0 - found["number"] if query.numbers else 0.0,
        "other_year": float(any(year not in _with_years(printed) for year in other_years(query, report.about.year))),
        "unit_met": float(met),
        "unit_unmet": float(unit is not None and not met),
        **{f"unmet_{slot.name}": float(slot in slots and not holds(slot.name, printed)) for slot in SLOTS},
        **_other_things(candidates, place),
    }


def _margin(values: npt.NDArray[np.floating], place: int, most: float = 1.0) -> float:
    """How far one value is above the best of the others, -most to most; ``most`` where there is no other."""
    others = np.delete(values, place)
    return float(np.clip(values[place] - others.max(), -most, most)) if len(others) else most


def _stands_out(values: npt.NDArray[np.floating], place: int) -> float:
    spread = float(values.std())
    return float(values[place] - values.mean()) / spread if spread > 1e-6 else 0.0


def _other_things(candidates: Candidates, place: int) -> dict[str, float]:
    """What tells the question from what a sentence tells, however alike they are."""
    report, sentence = candidates.sentences[place]
    query, told = candidates.query, _told(candidates, place)
    nearest = candidates.bank[place]
    same = fold(nearest.row.text) if nearest is not None and nearest.score >= _SAME_WORDS else ""
    return {
        "unmet_period": float(elsewhen(query.text, told)),
        "unmet_opposite": float(turned(query.text, fold(sentence.text)) and (not same or turned(query.text, same))),
        "unmet_place": float(elsewhere(query.text, fold(" ".join((told, *sentence.section))), names_of(report.about))),
        "unmet_age": float(of_other_age(query.numbers, f"{sentence.text} {same}")),
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


@lru_cache(maxsize=1024)
def _unit_asked(question: str) -> str | None:
    """The measure word that 多少 or 几 asks for.

    >>> _unit_asked("养老院有几家"), _unit_asked("满意率是多少")
    ('家', None)
    """
    found = _UNIT_ASKED.search(question)
    return found[1] if found else None


def _has_unit(number: Number, unit: str) -> bool:
    return number.unit == unit or number.unit.endswith(unit) or factor(number.unit, unit) is not None


def _refuse_vote(answerable: Sequence[RowHit], refusals: Sequence[RowHit]) -> float:
    """Share of the unanswerable among the nearest bank questions; 0.5 when there is no bank."""
    voters = sorted([(h.score, 0) for h in answerable[:_VOTERS]] + [(h.score, 1) for h in refusals[:_VOTERS]], reverse=True)
    voters = voters[:_VOTERS]
    if not voters:
        return 0.5
    ballots = [(math.exp(_VOTE_SHARPNESS * (score - voters[0][0])), side) for score, side in voters]
    return sum(weight * side for weight, side in ballots) / sum(weight for weight, _ in ballots)


def _unsaid(candidates: Candidates, place: int) -> float:
    """By rarity, the share of the question's pairs that nothing known about the sentence says."""
    report, sentence = candidates.sentences[place]
    asked = pair_set(candidates.query.text)
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


def asked_and_missing(candidates: Candidates, place: int) -> str:
    """The rarest thing that a question names, as typed, and that neither a sentence nor its headings say; "" for none."""
    report, sentence = candidates.sentences[place]
    said, typed = fold(context_text(report, sentence)), fold(candidates.query.typed)
    things = {word for word in segment(candidates.query.text) if len(word) > 1 and word in typed and not word[0].isdigit()}
    missing = [word for word in things if word not in said and not says_how(word) and not _ASKING.search(word)]
    return max(missing, key=lambda word: (candidates.word_rarity(word), word), default="")


def _rarest(candidates: Candidates, place: int) -> float:
    report, sentence = candidates.sentences[place]
    said = fold(context_text(report, sentence))
    missing = [candidates.word_rarity(word) for word in set(words(candidates.query.lexical)) if word not in said]
    return max(missing, default=0.0) / max(candidates.word_rarity("\0"), 1e-9)
