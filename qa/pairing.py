"""Which figures of a report each figure of a draft may speak of, by words, time, place and the company it keeps."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from corpus.figures import Figure
from corpus.numerals import Number
from qa.bodies import other_body
from qa.claims import Claim
from qa.compare import Agreement, agree
from qa.known import Known
from qa.likeness import content_words
from qa.slots import other_slot
from qa.when import looks_back

SUPPORT = 0.40  # least likeness of wording for a figure whose value agrees
CLEAR = 0.70  # likeness at which the words name a figure whatever its value
ANCHOR = 0.10  # added to figures of the sentence that the draft sentence's other figures come from


@dataclass(frozen=True, slots=True)
class Candidate:
    """A figure of a report that a claim may speak of."""

    known: Known
    row: int
    likeness: float  # of the words, 0 to 1; with the anchor's bonus
    agreement: Agreement

    @property
    def figure(self) -> Figure:
        """The figure itself."""
        return self.known.figures[self.row]


@dataclass(frozen=True, slots=True)
class Companion:
    """The report figure that another figure of the same draft sentence speaks of."""

    report_id: str
    row: int
    sentence_id: str
    earlier: bool  # whether that other figure stands before, in the draft

    def turned(self, candidate: Candidate) -> bool:
        """Whether draft and report have the two figures in different order."""
        return (candidate.row > self.row) != self.earlier

    def distance(self, candidate: Candidate) -> tuple[bool, int]:
        """How far a candidate is: in another sentence or not, then rows of the register."""
        return candidate.figure.sentence_id != self.sentence_id, abs(candidate.row - self.row)


@dataclass(frozen=True, slots=True)
class Reading:
    """A claim and the figures it may speak of, likeliest first."""

    claim: Claim
    candidates: tuple[Candidate, ...]
    likeness: dict[str, np.ndarray]  # of every figure of a report, by report_id
    company: frozenset[Companion] = frozenset()


LookedAt = Mapping[int, frozenset[str]]  # by sentence of a draft: the reports it may speak of


def read_candidates(claims: list[Claim], known: list[Known], looked_at: LookedAt | None = None) -> list[Reading]:
    """Each claim with the figures of the reports that it may speak of, likeliest first."""
    readings = []
    for claim in claims:
        found: list[Candidate] = []
        likeness: dict[str, np.ndarray] = {}
        for one in known:
            if looked_at is not None and one.report.report_id not in looked_at.get(claim.row, ()):
                continue
            if one.figures and _right_time(claim, one) and not other_body(claim, one):
                likeness[one.report.report_id] = _likeness(claim, one)
                found.extend(_candidates(claim, one, likeness[one.report.report_id]))
        readings.append(Reading(claim, tuple(sorted(found, key=_by_likeness)), likeness))
    return readings


def _by_likeness(candidate: Candidate) -> tuple[float, int]:
    return -candidate.likeness, candidate.figure.start


def _likeness(claim: Claim, known: Known) -> np.ndarray:
    """Likeness of a claim to every figure, shape (figures,), 0 to 1."""
    own_words = content_words(claim.own)
    rest_words = tuple(word for word in content_words(claim.sentence) if word not in own_words)
    own = known.wording.forward(own_words)
    rest = known.wording.forward(rest_words) if rest_words else own
    return np.asarray(0.5 * own + 0.3 * known.wording.backward(claim.own, claim.sentence, claim.before) + 0.2 * rest)


def _right_time(claim: Claim, known: Known) -> bool:
    """Whether the claim speaks of a year that the report speaks of: its own, and for a 工作报告 the year before."""
    year = known.report.about.year
    return not claim.later and (claim.year is None or year is None or claim.year in (year, year - looks_back(known.report)))


def _right_year(claim: Claim, known: Known, row: int) -> bool:
    """Whether a figure of a 工作报告, which tells of two years, is said of the claim's; without a year, as a result or as an aim."""
    if not looks_back(known.report):
        return True
    when = known.whens[row]
    if claim.year is not None:
        return when.year in (None, claim.year)
    return (when.role == "aim") == bool(_AIM.search(claim.sentence)) or when.role not in ("aim", "result")


_AIM = re.compile(r"目标|预期|力争|争取|计划|拟|今年要|明年")


def _candidates(claim: Claim, known: Known, likeness: np.ndarray) -> Iterator[Candidate]:
    family = _family(claim.figure.number)
    for row in np.flatnonzero(likeness >= 0.2):
        figure = known.figures[int(row)]
        if _family(figure.number) == family and _right_year(claim, known, int(row)) and not other_slot(claim, known, int(row)):
            yield Candidate(known, int(row), float(likeness[row]), agree(claim.figure.number, figure.number))


def _family(number: Number) -> str:
    """Numbers of different families are never compared: a date with a date, a share with a share."""
    if number.kind in ("percent", "fraction"):
        return "share"
    return "count" if number.kind in ("count", "money", "measure") else number.kind


def anchored(readings: list[Reading]) -> list[Reading]:
    """Lift the figures of the report sentence that the other figures of a draft sentence agree with."""
    votes: dict[int, dict[str, dict[int, float]]] = defaultdict(lambda: defaultdict(dict))
    for place, reading in enumerate(readings):
        for candidate in reading.candidates:
            if candidate.agreement.holds and candidate.likeness >= 0.35:
                ballot = votes[reading.claim.row][candidate.figure.sentence_id]
                ballot[place] = max(ballot.get(place, 0.0), candidate.likeness)
    best = [_best_agreeing(reading) for reading in readings]
    lifted = []
    for place, reading in enumerate(readings):
        company = {
            replace(one, earlier=other < place)
            for other, one in enumerate(best)
            if one is not None and other != place and readings[other].claim.row == reading.claim.row
        }
        lifted.append(replace(_lift(reading, place, votes[reading.claim.row]), company=frozenset(company)))
    return lifted


def _best_agreeing(reading: Reading) -> Companion | None:
    """The figure a claim most likely speaks of: one whose value agrees, else one its words name clearly."""
    best = next((one for one in reading.candidates if one.agreement.holds and one.likeness >= SUPPORT), None)
    if best is None and reading.candidates and reading.candidates[0].likeness >= CLEAR:
        best = reading.candidates[0]
    return Companion(best.known.report.report_id, best.row, best.figure.sentence_id, earlier=True) if best else None


def _lift(reading: Reading, place: int, votes: dict[str, dict[int, float]]) -> Reading:
    support = {sentence: sum(value for voter, value in ballot.items() if voter != place) for sentence, ballot in votes.items()}
    best = max(support.values(), default=0.0)
    if best < SUPPORT:
        return reading
    lifted = [
        replace(one, likeness=min(1.0, one.likeness + (3 * ANCHOR if reading.claim.bare else ANCHOR)))
        if support.get(one.figure.sentence_id, 0.0) >= best
        else one
        for one in reading.candidates
    ]
    return replace(reading, candidates=tuple(sorted(lifted, key=_by_likeness)))
