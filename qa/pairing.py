"""Which figures of a report each figure of a draft may speak of, by words, time, place and the company it keeps."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np

from corpus.figures import Figure, register
from corpus.numerals import Number
from corpus.report import Report
from index.words import segment
from qa.claims import Claim
from qa.compare import Agreement, agree
from qa.derive import Pair, pairs, runs
from qa.likeness import Likeness, content_words
from qa.when import Times, When, looks_back

SUPPORT = 0.40  # least likeness of wording for a figure whose value agrees
CLEAR = 0.70  # likeness at which the words name a figure whatever its value
ANCHOR = 0.10  # added to figures of the sentence that the draft sentence's other figures come from


@dataclass(frozen=True)
class Known:
    """A report made ready to check drafts against; build it once and keep it."""

    report: Report
    figures: tuple[Figure, ...]
    wording: Likeness
    pairs: tuple[Pair, ...]
    runs: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, report: Report, figures: tuple[Figure, ...] | None = None) -> "Known":
        """Read the words around a report's figures; its register too, where it is not given."""
        figures = register(report) if figures is None else figures
        return cls(report, figures, Likeness(report, figures), pairs(report, figures), runs(figures))

    @cached_property
    def whens(self) -> tuple[When, ...]:
        """What each figure is said of."""
        times = Times(self.report)
        return tuple(times.when(figure) for figure in self.figures)


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
            if one.figures and _right_time(claim, one) and not _other_body(claim, one):
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


_BODY = re.compile(
    r"[\u4e00-\u9fff][路村里桥浜江山海湾港场城门岗河湖泾塘庙浦](?:街道|社区)|[\u4e00-\u9fff]{2}新村|[\u4e00-\u9fff](?![城乡集市村])[\u4e00-\u9fff][镇乡](?!村)|"
    r"(?:^|(?<=[,;、 ]))[\u4e00-\u9fff]{2}(?<![辖社城小全我本校园市地片街景郊山新老灾特该各])区(?![域级划间别里内块属直委])"
)
_OTHER_PLACE = re.compile(r"(?:全区|全市|全国|全省|本市|全县)(?!的?[第前])")
_OF_STATE = re.compile(r"国务院|中央政府|^(?:19|20)\d\d年(?:中华人民共和国)?政府工作报告")


def _other_body(claim: Claim, known: Known) -> bool:
    """Whether the claim names a street office, village or district that the report does not know."""
    named = claim.lead + claim.own
    if any(found[0] not in known.wording.text for found in _BODY.finditer(named)):
        return True
    at = named.find("街道")
    # 殷行街道: a name that the dictionary does not hold falls into single characters.
    word = segment(named[:at])[-1] if at > 1 else ""
    return (
        len(word) == 1
        and word not in _BEFORE_OFFICE
        and _HAN_NAME.fullmatch(named[at - 2 : at]) is not None
        and named[at - 2 : at + 2] not in known.wording.text
    )


_HAN_NAME = re.compile(r"[\u4e00-\u9fff]{2}")
_BEFORE_OFFICE = frozenset("由对让在和与本我全该各是为的使给被帮向从以把将请到个市区两及年月日来内里后前中,。、;:“”(") | frozenset(" ")


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


AGE_WORD = re.compile(r"\d+岁[^\s,。;、]*")


def other_slot(claim: Claim, known: Known, row: int) -> bool:
    """Whether the claim names an age group, a wider area or a subject that is not the report figure's."""
    place, figure = known.wording.places[row], known.figures[row]
    ages = {word for word in content_words(claim.own) if AGE_WORD.fullmatch(word)}
    if ages and figure.number.kind != "date" and ages != {word for word in content_words(place.own) if AGE_WORD.fullmatch(word)}:
        return True
    wider = {found[0] for found in _OTHER_PLACE.finditer(claim.own)} - ({"全国"} if _OF_STATE.search(known.report.about.title) else set())
    if figure.number.kind != "ordinal" and any(place_name not in place.sentence for place_name in wider):
        return True
    if figure.number.kind == "date" and {_role(claim.own), _role(place.own)} == {"start", "end"}:
        return True
    if _CHANGE.search(claim.own) and not _CHANGED.search(place.own):
        return True
    return bool(place.near) and _other_subject(claim, known, place.near)


_STARTS = re.compile(r"起|从|自|开始|启动")
_ENDS = re.compile(r"截[止至]|到|至|止|底前")


def _role(words: str) -> Literal["start", "end", ""]:
    """Whether a date is said to begin or to end something."""
    return "end" if _ENDS.search(words[:6]) else "start" if _STARTS.search(words) else ""


_CHANGE = re.compile(
    r"[较比](?:去年|上年|上一年|前一年|上半年|同期|往年|年初)|同比|环比|增幅|降幅|[较比].{0,6}(?:增加|增长|减少|下降|上升|提高)"
)
_CHANGED = re.compile(r"新增|增加|增长|减少|下降|上升|提高|同比|[较比]")


def _other_subject(claim: Claim, known: Known, subject: str) -> bool:
    """Whether the claim names, last of all subjects, that of other figures: 友谊201街坊共304产,内江大板房签约293产."""
    said = claim.lead + claim.own
    others = {place.near for place in known.wording.places if len(place.near) > 2 and place.near != subject and place.near in said}
    mine = max((said.rfind(word) for word in content_words(subject)), default=-1)
    return any(said.rfind(other) > mine for other in others if subject not in other)


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
