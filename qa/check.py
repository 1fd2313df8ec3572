"""A draft checked against reports: one verdict per figure, each with the sentence that decides it.

A figure is paired with the report's by what it counts (words around it, unit, subject, time), and only then are values compared.
The worst error is to call a wrong figure supported; in doubt, it is not. Missing evidence is ``not_found``, never ``contradicted``.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from corpus.figures import Figure, plain, register
from corpus.fold import fold
from corpus.numerals import Number, read_numbers
from corpus.report import Report
from index.words import segment
from qa.cite import cite
from qa.claims import Claim, read_claims
from qa.compare import Agreement, agree, round_share, unit_scale
from qa.derive import TOTAL_CUE, Pair, counted, pairs, percent, runs, show, total_of
from qa.records import Citation
from qa.likeness import Likeness, content_words, in_some_form

Verdict = Literal["supported", "contradicted", "not_found", "ambiguous"]
Similarity = Callable[[list[str], list[str]], np.ndarray]  # n texts, m texts -> cosines, shape (n, m)

SUPPORT = 0.40  # least likeness of wording for a figure whose value agrees
SUPPORT_RARE = 0.32  # the same for values of four digits and more in the same unit
SUPPORT_SHORT = 0.47  # the same for values of one or two digits, which agree by chance
CONTRADICT = 0.60  # least likeness for a figure whose value does not
CLEAR = 0.70  # likeness at which the words name a figure whatever its value
CLOSE = 0.05  # likeness nearer than this does not tell two indicators apart
CONTRADICT_BESIDE = 0.45  # the same beside other figures that agree, where no other figure has the unit
ANCHOR = 0.10  # added to figures of the sentence that the draft sentence's other figures come from


@dataclass(frozen=True, slots=True)
class CheckedFigure:
    """One figure of a draft and what the reports say of it."""

    as_written: str  # draft[start:end]
    start: int  # offset in the draft, in characters
    end: int
    number: Number
    verdict: Verdict
    report_value: str = ""  # as printed in the report; "80户/240户" where it was computed; "" if not found
    citation: Citation | None = None
    note: str = ""  # plain Chinese: the sum, the difference, the rule
    others: tuple[Citation, ...] = field(default=())  # ambiguous: the other sentences that fit; computed: the other operand's

    def to_json(self) -> dict[str, Any]:
        """The contract's checked figure."""
        return {
            "as_written": self.as_written,
            "start": self.start,
            "end": self.end,
            "value": plain(self.number),
            "unit": self.number.unit,
            "qualifier": self.number.qualifier,
            "verdict": self.verdict,
            "report_value": self.report_value,
            "citation": self.citation.to_json() if self.citation else None,
            "note": self.note,
            "others": [citation.to_json() for citation in self.others],
        }


@dataclass(frozen=True)
class Known:
    """A report made ready to check drafts against; build it once and keep it."""

    report: Report
    figures: tuple[Figure, ...]
    wording: Likeness
    pairs: tuple[Pair, ...]
    runs: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, report: Report) -> "Known":
        """Read the register of a report and the words around its figures."""
        figures = register(report)
        return cls(report, figures, Likeness(report, figures), pairs(report, figures), runs(figures))


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


def check_draft(text: str, reports: Sequence[Report | Known], similarity: Similarity | None = None) -> tuple[CheckedFigure, ...]:
    """Check every figure of a draft.

    Args:
        text: the draft, raw.
        reports: reports, or what ``Known.of`` made of them.
        similarity: cosines of two lists of texts, where an embedding model is at hand.

    Returns:
        One record per figure in order of ``start``; bare years, ages and names with numerals are no figures.
    """
    known = [report if isinstance(report, Known) else Known.of(report) for report in reports]
    claims = read_claims(text)
    readings = _anchored(_read(claims, known, similarity))
    checked = [one for reading in readings if (one := _check(reading, known)) is not None]
    return tuple(_told_apart(text, claims, checked))


# ---- what each claim may speak of ------------------------------------------------------------------------------------


def _read(claims: list[Claim], known: list[Known], similarity: Similarity | None) -> list[Reading]:
    cosines = [_cosines(claims, one, similarity) for one in known]
    readings = []
    for row, claim in enumerate(claims):
        found: list[Candidate] = []
        likeness: dict[str, np.ndarray] = {}
        for one, matrix in zip(known, cosines, strict=True):
            if one.figures and _right_time(claim, one) and not _other_body(claim, one):
                likeness[one.report.report_id] = _likeness(claim, one, None if matrix is None else matrix[row])
                found.extend(_candidates(claim, one, likeness[one.report.report_id]))
        readings.append(Reading(claim, tuple(sorted(found, key=_by_likeness)), likeness))
    return readings


def _by_likeness(candidate: Candidate) -> tuple[float, int]:
    return -candidate.likeness, candidate.figure.start


def _cosines(claims: list[Claim], known: Known, similarity: Similarity | None) -> np.ndarray | None:
    """Cosines of every claim's words with every figure's, shape (claims, figures)."""
    if similarity is None or not claims or not known.figures:
        return None
    return similarity([f"{claim.lead[-40:]} {claim.own}" for claim in claims], [f"{place.near} {place.own}" for place in known.wording.places])


def _likeness(claim: Claim, known: Known, cosines: np.ndarray | None) -> np.ndarray:
    """Likeness of a claim to every figure, shape (figures,), 0 to 1."""
    own_words = content_words(claim.own)
    rest_words = tuple(word for word in content_words(claim.sentence) if word not in own_words)
    own = known.wording.forward(own_words)
    rest = known.wording.forward(rest_words) if rest_words else own
    words = 0.5 * own + 0.3 * known.wording.backward(claim.own, claim.sentence, claim.before) + 0.2 * rest
    # Where the wording differs, an embedding lifts a figure a little; it never decides alone.
    return words if cosines is None else np.asarray(words + 0.15 * np.clip(cosines - words, 0, 1))


def _right_time(claim: Claim, known: Known) -> bool:
    """Whether the claim speaks of the report's year."""
    year = known.report.about.year
    return not claim.later and (claim.year is None or year is None or claim.year == year)


_BODY = re.compile(
    r"[\u4e00-\u9fff][路村里桥浜江山海湾港场城门岗河湖泾塘庙浦](?:街道|社区)|[\u4e00-\u9fff]{2}新村|[\u4e00-\u9fff]{2}[镇乡](?!村)|"
    r"(?:^|(?<=[,;、 ]))[\u4e00-\u9fff]{2}(?<![辖社城小全我本校园市地片街景郊山新老灾特该各])区(?![域级划间别里内块属直委])"
)
_OTHER_PLACE = re.compile(r"(?:全区|全市|全国|全省|本市|全县)(?!的?[第前])")


def _other_body(claim: Claim, known: Known) -> bool:
    """Whether the claim names a street office, village or district that the report does not know."""
    named = claim.lead + claim.own
    if any(found[0] not in known.wording.text for found in _BODY.finditer(named)):
        return True
    at = named.find("街道")
    # 殷行街道: a name that the dictionary does not hold falls into single characters.
    word = segment(named[:at])[-1] if at > 1 else ""
    return len(word) == 1 and word not in _BEFORE_OFFICE and _HAN_PAIR.fullmatch(named[at - 2 : at]) is not None and named[at - 2 : at + 2] not in known.wording.text


_BEFORE_OFFICE = frozenset("由对让在和与本我全该各是为的使给被帮向从以把将请到个市区两及年月日来内里后前中,。、;:“”(") | frozenset(" ")


def _candidates(claim: Claim, known: Known, likeness: np.ndarray) -> Iterator[Candidate]:
    family = _family(claim.figure.number)
    for row in np.flatnonzero(likeness >= 0.2):
        figure = known.figures[int(row)]
        if _family(figure.number) == family and not _other_slot(claim, known, int(row)):
            yield Candidate(known, int(row), float(likeness[row]), _agree(claim, known, figure))


def _agree(claim: Claim, known: Known, figure: Figure) -> Agreement:
    """Whether values agree; a date's year is the report's where it prints none."""
    return agree(claim.figure.number, figure.number)


def _family(number: Number) -> str:
    """Numbers of different families are never compared: a date with a date, a share with a share."""
    if number.kind in ("percent", "fraction"):
        return "share"
    return "count" if number.kind in ("count", "money", "measure") else number.kind


_AGE = re.compile(r"\d+岁[^\s,。;、]*")


def _other_slot(claim: Claim, known: Known, row: int) -> bool:
    """Whether the claim names an age group, a wider area or a subject that is not the report figure's."""
    place, figure = known.wording.places[row], known.figures[row]
    ages = {word for word in content_words(claim.own) if _AGE.fullmatch(word)}
    if ages and ages != {word for word in content_words(place.own) if _AGE.fullmatch(word)}:
        return True
    if figure.number.kind != "ordinal" and any(found[0] not in place.sentence for found in _OTHER_PLACE.finditer(claim.own)):
        return True
    if figure.number.kind == "date" and {_role(claim.own), _role(place.own)} == {"start", "end"}:
        return True
    if _CHANGE.search(claim.own) and not _CHANGED.search(place.own):
        return True
    return bool(place.near) and place.near not in claim.lead and _other_subject(claim, known, place.near)


_STARTS = re.compile(r"起|从|自|开始|启动")
_ENDS = re.compile(r"截[止至]|到|至|止|底前")


def _role(words: str) -> Literal["start", "end", ""]:
    """Whether a date is said to begin or to end something."""
    return "end" if _ENDS.search(words[:6]) else "start" if _STARTS.search(words) else ""


_CHANGE = re.compile(r"[较比](?:去年|上年|上一年|前一年|上半年|同期|往年|年初)|同比|环比|增幅|降幅|[较比].{0,6}(?:增加|增长|减少|下降|上升|提高)")
_CHANGED = re.compile(r"新增|增加|增长|减少|下降|上升|提高|同比|[较比]")


def _other_subject(claim: Claim, known: Known, subject: str) -> bool:
    """Whether the claim names the subject of other figures, and not a word of this one's."""
    named = {place.near for place in known.wording.places if len(place.near) > 2 and place.near != subject and place.near in claim.lead}
    return bool(named) and not any(word in claim.lead + claim.own for word in content_words(subject))


def _anchored(readings: list[Reading]) -> list[Reading]:
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


# ---- the verdict on one figure ---------------------------------------------------------------------------------------

_SOFT = re.compile(r"[一两](?![百千万十])")  # 一项 and 两个 are often no more than an article


def _check(reading: Reading, known: list[Known]) -> CheckedFigure | None:
    """The verdict on one figure; None for 一项 and the like that no report figure answers to."""
    found = _decide(reading) or _either_rate(reading) or _derive(reading, known) or _contradict(reading)
    if found is None and _SOFT.match(fold(reading.claim.figure.printed)):
        return None
    return found or _checked(reading.claim, "not_found")


def _digits(number: Number) -> int:
    """Significant digits of a value: 3 for 281, 1 for 300 and for 100."""
    exponent = number.value.as_tuple().exponent
    whole = number.value.scaleb(-exponent) if isinstance(exponent, int) and exponent < 0 else number.value
    return len(str(int(whole)).rstrip("0")) or 1


def _decide(reading: Reading) -> CheckedFigure | None:
    """Supported or ambiguous, when the value agrees with the indicator that the words name."""
    claim = reading.claim
    agreeing = [one for one in reading.candidates if one.agreement.holds and _polarity(claim) == _polarity_of(one)]
    if not agreeing:
        return None
    best = agreeing[0]
    if best.likeness < _least(reading, best) or not _covers(claim, best, 0.4):
        return None
    rivals = [one for one in reading.candidates if not one.agreement.holds and not one.agreement.unit_differs and _near(claim, best, one)]
    outcomes = {_outdoes(reading, best, rival) for rival in rivals}
    if "yes" in outcomes:
        return None
    tied = [one for one in rivals if _outdoes(reading, best, one) == "tie" and one.likeness >= best.likeness - CLOSE]
    twins = [one for one in agreeing[1:] if _twin(claim, best, one)]
    if tied or twins:
        return _ambiguous(claim, best, [*twins, *tied])
    return _checked(claim, "supported", best, note=best.agreement.note)


def _near(claim: Claim, best: Candidate, rival: Candidate) -> bool:
    """Whether a rival is near enough in words to be looked at; where the claim's own segment says nothing, all of the sentence are."""
    return rival.likeness > best.likeness - 0.2 or (claim.bare and rival.figure.sentence_id == best.figure.sentence_id)


def _least(reading: Reading, best: Candidate) -> float:
    """Least likeness for support: the more digits agree by themselves, the less the words have to say."""
    digits = _digits(reading.claim.figure.number)
    if digits >= 4 and reading.claim.figure.number.unit == best.figure.number.unit:
        return SUPPORT_RARE
    beside = any(one.sentence_id == best.figure.sentence_id for one in reading.company)
    return SUPPORT if digits > 2 or beside else SUPPORT_SHORT


def _either_rate(reading: Reading) -> CheckedFigure | None:
    """A rate said of several things at once (问题全部整改处置,比例为100%), where the report has that value for each of them."""
    claim = reading.claim
    if claim.figure.number.ratio is None or not claim.bare:
        return None
    agreeing = [one for one in reading.candidates if one.agreement.holds and one.known.wording.named(content_words(claim.own), one.row) > 0.25]
    return _ambiguous(claim, agreeing[0], agreeing[1:]) if len({one.figure.indicator for one in agreeing}) > 1 else None


def _outdoes(reading: Reading, best: Candidate, rival: Candidate) -> Literal["yes", "no", "tie"]:
    """Whether the claim's words name a rival figure rather than the one whose value agrees."""
    claim, company = reading.claim, reading.company
    if best.known is not rival.known:
        return "yes" if rival.likeness > best.likeness + 2 * CLOSE else "no"
    wording = best.known.wording
    if claim.bare and (pairs_say := _by_pairs(claim.segment, wording.places[best.row].own, wording.places[rival.row].own)):
        return pairs_say
    if claim.bare and _is_companion(company, rival):
        return "no"  # its words are those of the figure before, which the rival is
    together = best.figure.sentence_id == rival.figure.sentence_id
    words = [(wording.weight(word), float(wording.worth(word)[rival.row] - wording.worth(word)[best.row])) for word in content_words(claim.own)]
    only_rival = sum(weight for weight, gain in words if gain >= _GAIN)
    only_best = sum(weight for weight, gain in words if gain <= -_GAIN)
    said = claim.own + " " + claim.lead
    lacks_best, lacks_rival = wording.missing(best.row, said), wording.missing(rival.row, said)
    if only_rival and not only_best:
        return "yes" if together or lacks_rival <= lacks_best else "no"
    if only_rival and only_best:
        if not lacks_best or not lacks_rival:
            return "no" if lacks_best < lacks_rival else "yes" if lacks_best > lacks_rival or only_rival > only_best else "no"
        return "yes" if only_rival > only_best else "no"
    if only_best:
        return "no"
    if together and (pairs_say := _by_pairs(claim.own, wording.places[best.row].own, wording.places[rival.row].own)):
        return pairs_say
    if _total_words(claim.own) != _total_words(wording.places[best.row].own) == (not _total_words(wording.places[rival.row].own)) and lacks_best:
        return "yes"
    if lacks_best and not lacks_rival:
        return "yes"
    return "tie" if abs(lacks_best - lacks_rival) < 0.1 and not _in_company(company, best, rival) else "no"


_GAIN = 0.24  # in worth: a word that is this much nearer to one figure than to another tells them apart


def _by_pairs(own: str, best: str, rival: str) -> Literal["yes", "no"] | None:
    """Tell two figures of a sentence apart by character pairs, where words do not (海上最美家庭, 区最美家庭)."""
    said, one, other = (_pairs_of(text) for text in (own, best, rival))
    for_rival, for_best = len(said & (other - one)), len(said & (one - other))
    if for_rival and not for_best:
        return "yes"
    return "no" if for_best and not for_rival else None


def _pairs_of(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1) if _HAN_PAIR.fullmatch(text[i : i + 2])}


_HAN_PAIR = re.compile(r"(?:(?![已共约为达了的有和与及等是至到被把将其中另还])[\u4e00-\u9fff]){2}")


def _is_companion(company: frozenset[Companion], candidate: Candidate) -> bool:
    return any(one.report_id == candidate.known.report.report_id and one.row == candidate.row for one in company)


def _in_company(company: frozenset[Companion], best: Candidate, rival: Candidate) -> bool:
    """Whether one figure stands nearer in the report than the other to those the draft's sentence names beside it."""
    others = [one for one in company if one.report_id == best.known.report.report_id and one.row not in (best.row, rival.row)]
    if not others or min(one.distance(best) for one in others) >= (True, _FAR):
        return False
    mine, its = ((min(one.distance(which) for one in others), sum(one.turned(which) for one in others)) for which in (best, rival))
    return (mine[0][0], mine[1], mine[0][1]) < (its[0][0], its[1], its[0][1])


_FAR = 6  # rows of the register: beyond this, two figures do not stand together


def _total_words(text: str) -> bool:
    return bool(TOTAL_CUE.search(text))


def _twin(claim: Claim, best: Candidate, other: Candidate) -> bool:
    """Whether another figure with an agreeing value, of another indicator, fits the words as well; they name both, or neither."""
    if other.known is not best.known or other.likeness < best.likeness - CLOSE or other.figure.sentence_id == best.figure.sentence_id:
        return False
    wording = best.known.wording
    worths = [wording.worth(word) for word in content_words(claim.own)]
    only_other = any(worth[other.row] >= 0.7 > worth[best.row] for worth in worths)
    only_best = any(worth[best.row] >= 0.7 > worth[other.row] for worth in worths)
    return only_other == only_best and wording.places[best.row].own != wording.places[other.row].own


def _ambiguous(claim: Claim, best: Candidate, others: list[Candidate]) -> CheckedFigure:
    listed = "、".join(dict.fromkeys(f"{one.figure.indicator} {one.figure.printed}" for one in [best, *others]))
    return _checked(claim, "ambiguous", best, note=f"可能指 {1 + len(others)} 处:{listed}", others=tuple(_cited(one) for one in others))


def _contradict(reading: Reading) -> CheckedFigure | None:
    """Contradicted, when the words name an indicator clearly and its value, unit or bound is another."""
    claim = reading.claim
    free = [one for one in reading.candidates if not (claim.bare and _is_companion(reading.company, one))]
    usable = [one for one in free if one.likeness >= _least_contrary(reading, one) and _covers(claim, one, 0.5) and _has_head(claim, one) and _is_told(claim, one)]
    slips = [one for one in usable if one.agreement.unit_differs and _same_digits(claim, one)]
    fitting = [one for one in usable if not one.agreement.unit_differs or one.likeness > 0.75]
    chosen = _chosen(reading, slips, fitting)
    return _checked(claim, "contradicted", chosen, note=chosen.agreement.note) if chosen else None


def _least_contrary(reading: Reading, candidate: Candidate) -> float:
    """Least likeness for a contradiction: less for the only figure of that unit beside others the draft's sentence names."""
    beside = any(one.sentence_id == candidate.figure.sentence_id for one in reading.company)
    if not beside or candidate.agreement.unit_differs:
        return CONTRADICT
    same_unit = [one for one in candidate.known.figures if one.sentence_id == candidate.figure.sentence_id and one.number.unit == candidate.figure.number.unit]
    return CONTRADICT_BESIDE if len(same_unit) == 1 else CONTRADICT - ANCHOR / 2


def _is_told(claim: Claim, candidate: Candidate) -> bool:
    """Whether the draft says most of what the report's figure counts, and little that the report says elsewhere only."""
    wording = candidate.known.wording
    own = content_words(wording.places[candidate.row].own)
    said = f"{claim.own} {claim.lead} {claim.sentence}"
    total = sum(wording.weight(word) for word in own)
    head = content_words(candidate.figure.indicator)[-2:]
    if total and wording.missing(candidate.row, said) > 0.6 * total and not (head and all(in_some_form(word, said) for word in head)):
        return False
    words = content_words(claim.own)
    foreign = sum(wording.weight(word) for word in words if float(wording.worth(word)[candidate.row]) < 0.25 and in_some_form(word, wording.text))
    return foreign <= 0.25 * sum(wording.weight(word) for word in words)


def _chosen(reading: Reading, slips: list[Candidate], fitting: list[Candidate]) -> Candidate | None:
    """The figure to show: the one with the same digits and another unit, else the one the words name best."""
    wrong = [one for one in fitting if not one.agreement.holds] or fitting
    if slips and (not wrong or slips[0].likeness > wrong[0].likeness - 0.25):
        return slips[0]
    if not wrong:
        return None
    return next((one for one in wrong if one.likeness >= wrong[0].likeness - CLOSE and _outdoes(reading, wrong[0], one) == "yes"), wrong[0])


def _same_digits(claim: Claim, candidate: Candidate) -> bool:
    return claim.figure.number.exact == candidate.figure.number.exact


_NEGATION = re.compile(r"未(?![来成婚])|没有|没(?!收)|尚无|不再")


def _polarity(claim: Claim) -> bool:
    return _NEGATION.search(claim.own) is None


def _polarity_of(candidate: Candidate) -> bool:
    return _NEGATION.search(candidate.known.wording.places[candidate.row].own) is None


def _covers(claim: Claim, candidate: Candidate, least: float) -> bool:
    """Whether the report's sentence has at least a share of the draft figure's own words, by weight.

    A word that the report uses, but nowhere near this figure, speaks of something else and counts double.
    """
    wording = candidate.known.wording
    here = elsewhere = unknown = 0.0
    for word in content_words(claim.own):
        worth = float(wording.worth(word)[candidate.row])
        if worth >= 0.45:
            here += wording.weight(word)
        elif worth >= 0.25:
            here += wording.weight(word) / 2
            unknown += wording.weight(word) / 2
        elif in_some_form(word, wording.text):
            elsewhere += wording.weight(word)
        else:
            unknown += wording.weight(word)
    return here >= least * (here + unknown + 2 * elsewhere)


def _has_head(claim: Claim, candidate: Candidate) -> bool:
    """Whether the report's figure counts the thing the draft counts: the last noun of the indicator, 率 with 率."""
    words = [word for word in content_words(claim.figure.indicator) if not _AGE.fullmatch(word)] or list(content_words(claim.own))
    if not words or candidate.known.wording.named(content_words(claim.own), candidate.row) >= 0.75:
        return True
    return max(float(candidate.known.wording.worth(word)[candidate.row]) for word in (words[-1:] if claim.figure.number.ratio is not None else words[-2:])) >= 0.7


# ---- arithmetic the report implies -----------------------------------------------------------------------------------

_LEFT = re.compile(r"未(?![来成婚])|没有|没(?!收)|尚未|还有|还剩|剩余|剩下|剩|其余|仍有|尚有|另有")
_SHARE_CUE = re.compile(r"占|比例|比重|之比|其中|[中里之](?:有|,|的)|[人户件个项家][中里]")


def _derive(reading: Reading, known: list[Known]) -> CheckedFigure | None:
    """Supported or contradicted by arithmetic on two figures of one report."""
    for one in known:
        likeness = reading.likeness.get(one.report.report_id)
        if likeness is None:
            continue
        if reading.claim.figure.number.ratio is not None:
            found = _share(reading, one)
        elif counted(reading.claim.figure):
            found = _left_over(reading, one, likeness) or _sum(reading, one, likeness)
        else:
            found = None
        if found is not None:
            return found
    return None


def _left_over(reading: Reading, known: Known, likeness: np.ndarray) -> CheckedFigure | None:
    """还有11产未签约: a total less a part."""
    claim = reading.claim
    if not _LEFT.search(claim.own + claim.lead[-8:]):
        return None
    anchors = {one.figure.sentence_id for one in reading.candidates if one.likeness >= SUPPORT}
    fitting = []
    for pair in known.pairs:
        total, part = known.figures[pair.total], known.figures[pair.part]
        scale = unit_scale(claim.figure.number, part.number)
        words_fit = _names_part(claim, known, pair) if not _polarity(claim) else claim.bare or not _names_part(claim, known, pair) and max(known.wording.named(content_words(claim.own), pair.part), known.wording.named(content_words(claim.own), pair.total)) > 0.5
        if scale is not None and part.sentence_id in anchors and words_fit and not _other_slot(claim, known, pair.part):
            left = total.number.exact - part.number.exact
            fitting.append((claim.figure.number.exact * scale == left, float(likeness[pair.part] + likeness[pair.total]), pair, left))
    if not fitting:
        return None
    holds, score, pair, left = max(fitting, key=lambda row: (row[0], row[1]))
    if not holds and (_polarity(claim) or score < 2 * CONTRADICT):
        return None
    total, part = known.figures[pair.total], known.figures[pair.part]
    note = f"{show(total.number.exact)} − {show(part.number.exact)} = {show(left)}"
    return _computed(claim, known, part, total, f"{total.printed}−{part.printed}", note, holds=holds)


def _names_part(claim: Claim, known: Known, pair: Pair) -> bool:
    """Whether the claim has all the words of a part: with 未 it is what is left of it (未签约), without 未 the part itself."""
    part = content_words(known.wording.places[pair.part].own)
    return bool(part) and all(in_some_form(word, claim.own) for word in part)


def _share(reading: Reading, known: Known) -> CheckedFigure | None:
    """女性占三分之一, 签约率98.75%: a part over its total."""
    claim = reading.claim
    pair = _rate_pair(reading, known) if _has_rate_head(claim) else None
    if pair is None and (claim.figure.number.kind == "fraction" or _SHARE_CUE.search(claim.sentence)) and not _has_rate_head(claim):
        pair = _part_pair(claim, known)
    if pair is None:
        return None
    small, large = known.figures[pair.part], known.figures[pair.total]
    value = small.number.exact / large.number.exact
    holds = round_share(value, claim.figure.number)
    note = f"{show(small.number.exact)} ÷ {show(large.number.exact)} = {percent(value)}"
    return _computed(claim, known, small, large, f"{small.printed}/{large.printed}", note, holds=holds)


def _part_pair(claim: Claim, known: Known) -> Pair | None:
    """The part that a share is said of, and its total."""
    scores = [(_part_score(claim, known, row), -row) for row, figure in enumerate(known.figures) if counted(figure)]
    score, row = max(scores, default=(0.0, 0))
    total = total_of(known.report, known.figures, known.pairs, -row)
    return None if score < 0.55 or total is None or total == -row else Pair(total, -row)


def _rate_pair(reading: Reading, known: Known) -> Pair | None:
    """化解率: the count of 化解 and a total before it; one whose share is the claimed one, else the likeliest."""
    claim, likeness = reading.claim, reading.likeness[known.report.report_id]
    stem = _RATE.findall(claim.own)[-1]
    fitting = []
    for pair in known.pairs:
        own = content_words(known.wording.places[pair.part].own)
        if own and all(word[:2] in stem or stem in word for word in own) and not _other_slot(claim, known, pair.part):
            value = known.figures[pair.part].number.exact / known.figures[pair.total].number.exact
            fitting.append((round_share(value, claim.figure.number), float(likeness[pair.part] + likeness[pair.total]), pair))
    _, score, best = max(fitting, key=lambda row: row[:2], default=(False, 0.0, None))
    stated = any(one.likeness >= SUPPORT and stem + "率" in one.figure.indicator for one in reading.candidates)
    return best if best is not None and score >= 1.0 and not stated else None


_RATE = re.compile(r"([\u4e00-\u9fff]{2})率")
_TOTAL_NOUN = re.compile(r"总户数|总人数|总数|总量|全部|总")


def _has_rate_head(claim: Claim) -> bool:
    return bool(_RATE.search(claim.own))


def _part_score(claim: Claim, known: Known, row: int) -> float:
    """How well a count is the part that a share is said of: its words in the claim, and the claim's in it."""
    if _other_slot(claim, known, row):
        return 0.0
    place = known.wording.places[row]
    own = content_words(place.own)
    said = _TOTAL_NOUN.sub("", f"{claim.lead} {claim.own}")
    words = [word for word in content_words(said)]
    if not own or not words:
        return 0.0
    weigh = known.wording.weight
    back = sum(weigh(word) for word in own if in_some_form(word, said)) / sum(weigh(word) for word in own)
    forward = sum(weigh(word) * min(1.0, float(known.wording.worth(word)[row]) + 0.2) for word in words) / sum(weigh(word) for word in words)
    return 0.6 * back + 0.4 * forward


def _sum(reading: Reading, known: Known, likeness: np.ndarray) -> CheckedFigure | None:
    """已改造完成14个车棚: the parts of one enumeration together."""
    claim = reading.claim
    for run in known.runs:
        parts = [known.figures[row] for row in run]
        scale = unit_scale(claim.figure.number, parts[0].number)
        if scale is None or sum(part.number.exact for part in parts) != claim.figure.number.exact * scale:
            continue
        fits = min(known.wording.named(content_words(claim.own), row) for row in run) >= 0.5 and float(likeness[list(run)].max()) >= CONTRADICT
        if fits and not any(_other_slot(claim, known, row) for row in run) and not _names_one(claim, known, run):
            note = " + ".join(show(part.number.exact) for part in parts) + f" = {show(claim.figure.number.exact * scale)}"
            return _computed(claim, known, parts[0], parts[-1], "+".join(part.printed for part in parts), note, holds=True)
    return None


def _names_one(claim: Claim, known: Known, run: tuple[int, ...]) -> bool:
    """Whether the claim's words belong to some parts only, or to none: then it is not their sum that is claimed."""
    shared = _shared_words(known, run)
    owns = [known.wording.places[row].own for row in run]
    named = [bool(words) and all(in_some_form(word, claim.own) for word in words) for words in map(content_words, owns)]
    if any(named) and not all(named):
        return True
    for word in content_words(claim.own):
        inside = [in_some_form(word, own) for own in owns]
        if not any(inside) and not in_some_form(word, shared):
            return True
        if any(inside) and not all(inside) and not in_some_form(word, shared):
            return True
    return False


def _shared_words(known: Known, run: tuple[int, ...]) -> str:
    """Words said once for all parts: 已改造完成 and 车棚 in 已改造完成8个地下和6个地面车棚; none in 养老院6家、助餐点8家."""
    first, last = known.figures[run[0]], known.figures[run[-1]]
    if any(known.figures[row].indicator_span[0] < known.figures[row].end for row in run):
        return ""
    text = known.report.text
    return fold(text[first.segment_span[0] : first.start] + " " + text[last.end : last.segment_span[1]])


# ---- records -----------------------------------------------------------------------------------------------------------


def _checked(claim: Claim, verdict: Verdict, candidate: Candidate | None = None, note: str = "", others: tuple[Citation, ...] = ()) -> CheckedFigure:
    figure = claim.figure
    if candidate is None:
        return CheckedFigure(figure.printed, figure.start, figure.end, figure.number, verdict, note=note)
    stated = candidate.figure.printed
    return CheckedFigure(figure.printed, figure.start, figure.end, figure.number, verdict, stated, _cited(candidate), note, others)


def _computed(claim: Claim, known: Known, one: Figure, other: Figure, stated: str, note: str, *, holds: bool) -> CheckedFigure:
    """A verdict from arithmetic, with the sentence of each operand."""
    report, figure = known.report, claim.figure
    sentence = report.by_id[one.sentence_id]
    citation = cite(report, sentence, [(one.start, one.end), (other.start, other.end)])
    others = () if other.sentence_id == one.sentence_id else (cite(report, report.by_id[other.sentence_id], [(other.start, other.end)]),)
    verdict: Verdict = "supported" if holds else "contradicted"
    return CheckedFigure(figure.printed, figure.start, figure.end, figure.number, verdict, stated, citation, note, others)


def _cited(candidate: Candidate) -> Citation:
    figure, report = candidate.figure, candidate.known.report
    return cite(report, report.by_id[figure.sentence_id], [(figure.start, figure.end)], candidate.likeness)


_NOUN = re.compile(r"[\u4e00-\u9fff]{2,8}(?=[,。;、!?\s]|$)")


def _told_apart(text: str, claims: list[Claim], checked: list[CheckedFigure]) -> list[CheckedFigure]:
    """Where one sentence prints 10个 twice, each is shown with what it counts (10个健身场地)."""
    row = {claim.figure.start: claim.row for claim in claims}
    prints: dict[tuple[int, str], int] = defaultdict(int)
    for one in checked:
        prints[row[one.start], one.as_written] += 1
    out = []
    for one in checked:
        noun = _NOUN.match(text, one.end) if prints[row[one.start], one.as_written] > 1 else None
        end = noun.end() if noun else one.end
        out.append(replace(one, as_written=text[one.start : end], end=end))
    return out
