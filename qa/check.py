"""A draft checked against reports: one verdict per figure, each with the sentence that decides it.

A figure is paired with the report's by what it counts (words around it, unit, subject, time), and only then are values compared.
The worst error is to call a wrong figure supported; in doubt, it is not. Missing evidence is ``not_found``, never ``contradicted``.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from corpus.errors import InputError
from corpus.figures import plain
from corpus.fold import fold
from corpus.numerals import Number, read_numbers
from corpus.report import Report
from index.words import says_how
from qa.cite import cite
from qa.claims import Claim, read_claims
from qa.denial import turned
from qa.implied import Implied, implied
from qa.known import Known
from qa.likeness import content_words, in_some_form
from qa.pairing import ANCHOR, SUPPORT, Candidate, LookedAt, Reading, anchored, read_candidates
from qa.records import Citation
from qa.rivals import CLOSE, is_companion, is_twin, outdoes
from qa.slots import AGE_WORD

Verdict = Literal["supported", "contradicted", "not_found", "ambiguous"]

SUPPORT_RARE = 0.32  # the same for values of four digits and more in the same unit
SUPPORT_SHORT = 0.47  # the same for values of one or two digits, which agree by chance
CONTRADICT = 0.60  # least likeness for a figure whose value does not
CONTRADICT_BESIDE = 0.45  # the same beside other figures that agree, where no other figure has the unit


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


_MOST_NUMBERS = 1000  # of a draft, or one in ten characters: a report has one in forty


def check_draft(text: str, reports: Sequence[Report | Known], looked_at: LookedAt | None = None) -> tuple[CheckedFigure, ...]:
    """Check every figure of a draft.

    Args:
        text: the draft, raw.
        reports: reports, or what ``Known.of`` made of them.
        looked_at: by sentence of the draft, the reports it may speak of; every report when None.

    Returns:
        One record per figure in order of ``start``; bare years, ages and names with numerals are no figures.

    Raises:
        InputError: it has more figures than any draft.
    """
    numbers, most = len(read_numbers(text)), max(_MOST_NUMBERS, len(text) // 10)
    if numbers > most:
        raise InputError(f"稿子里有 {numbers} 个数字,一次最多核对 {most} 个;请分成几份再核对")
    known = [report if isinstance(report, Known) else Known.of(report) for report in reports]
    claims = read_claims(text)
    readings = anchored(read_candidates(claims, known, looked_at))
    agreed = [_agreed(reading, known) for reading in readings]
    taken = _taken(readings, agreed)
    checked = (one or _refused(reading, taken[reading.claim.row]) for reading, one in zip(readings, agreed, strict=True))
    return tuple(_told_apart(text, claims, [one for one in checked if one is not None]))


# ---- the verdict on one figure ---------------------------------------------------------------------------------------

_SOFT = re.compile(r"[一两](?:[个项种批位名次件方]|大方?面|$)")  # 一项 and 两个 are often no more than an article; 两户 is a count


Taken = frozenset[tuple[str, int]]  # report_id and offset of report figures


def _agreed(reading: Reading, known: list[Known]) -> CheckedFigure | None:
    """The verdict on a figure that the report has or implies; also a contradiction by its arithmetic."""
    found = _decide(reading) or _either_rate(reading)
    if found is None and (computed := implied(reading, known)) is not None:
        found = _computed(reading.claim, computed)
    return found


def _taken(readings: list[Reading], agreed: list[CheckedFigure | None]) -> dict[int, Taken]:
    """By sentence of the draft: the report's figures that its figures are supported by; they speak of nothing else there."""
    taken: dict[int, set[tuple[str, int]]] = defaultdict(set)
    for reading, one in zip(readings, agreed, strict=True):
        if one is not None and one.verdict == "supported" and one.citation is not None and len(one.citation.highlights) == 1:
            taken[reading.claim.row].add((one.citation.report_id, one.citation.highlights[0][0]))
    return defaultdict(frozenset, {row: frozenset(places) for row, places in taken.items()})


def _refused(reading: Reading, taken: Taken) -> CheckedFigure | None:
    """Contradicted or not found; None for 一项 and the like that no report figure answers to."""
    found = _contradict(reading, taken)
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
    agreeing = [one for one in reading.candidates if one.agreement.holds and not _turned(claim, one)]
    if not agreeing:
        return None
    best = agreeing[0]
    if best.likeness < _least(reading, best) or not _covers(claim, best, 0.4):
        return None
    rivals = [
        one
        for one in reading.candidates
        if not one.agreement.holds and not one.agreement.unit_differs and _near(claim, best, one) and not _far(reading, best, one)
    ]
    outcomes = {outdoes(reading, best, rival) for rival in rivals}
    if "yes" in outcomes:
        return None
    tied = [one for one in rivals if outdoes(reading, best, one) == "tie" and one.likeness >= best.likeness - CLOSE]
    twins = [one for one in agreeing[1:] if is_twin(claim, best, one)]
    if tied or twins:
        return _ambiguous(claim, best, [*twins, *tied])
    return _checked(claim, "supported", best, note=best.agreement.note)


def _turned(claim: Claim, candidate: Candidate) -> bool:
    """Whether one side denies or reverses what the other says: 退回工单2905件 of 办结工单2905件."""
    place = candidate.known.wording.places[candidate.row]
    return turned(claim.doing, claim.sentence, place.own, place.sentence, place.around)


def _near(claim: Claim, best: Candidate, rival: Candidate) -> bool:
    """Whether a rival is near enough in words to be looked at; where the claim's own segment says nothing, all of the sentence are."""
    return rival.likeness > best.likeness - 0.2 or (claim.bare and rival.figure.sentence_id == best.figure.sentence_id)


def _far(reading: Reading, best: Candidate, rival: Candidate) -> bool:
    """Whether a rival stands in another sentence, where the agreeing figure stands beside others that the draft's sentence names."""
    beside = any(one.sentence_id == best.figure.sentence_id for one in reading.company)
    return beside and _digits(reading.claim.figure.number) > 2 and rival.figure.sentence_id != best.figure.sentence_id


def _least(reading: Reading, best: Candidate) -> float:
    """Least likeness for support: the more digits agree by themselves, the less the words have to say."""
    number = reading.claim.figure.number
    digits = _digits(number)
    if (digits >= 4 and number.unit == best.figure.number.unit) or (number.kind == "date" and "月日" in number.unit):
        return SUPPORT_RARE  # neither four digits nor a day of the year agree by chance
    beside = any(one.sentence_id == best.figure.sentence_id for one in reading.company)
    return SUPPORT if digits > 2 or beside else SUPPORT_SHORT


def _either_rate(reading: Reading) -> CheckedFigure | None:
    """A rate said of several things at once (问题全部整改处置,比例为100%), where the report has that value for each of them."""
    claim = reading.claim
    if claim.figure.number.ratio is None or not claim.bare:
        return None
    agreeing = [
        one for one in reading.candidates if one.agreement.holds and one.known.wording.named(content_words(claim.own), one.row) > 0.25
    ]
    return _ambiguous(claim, agreeing[0], agreeing[1:]) if len({one.figure.indicator for one in agreeing}) > 1 else None


def _ambiguous(claim: Claim, best: Candidate, others: list[Candidate]) -> CheckedFigure:
    listed = "、".join(dict.fromkeys(f"{one.figure.indicator} {one.figure.printed}" for one in [best, *others]))
    return _checked(claim, "ambiguous", best, note=f"可能指 {1 + len(others)} 处:{listed}", others=tuple(_cited(one) for one in others))


def _contradict(reading: Reading, taken: Taken) -> CheckedFigure | None:
    """Contradicted, when the words name an indicator clearly and its value, unit or bound is another."""
    claim = reading.claim
    if any(one.agreement.holds and one.likeness >= SUPPORT and _turned(claim, one) for one in reading.candidates):
        return None  # the figure meant is there, and the words turn it around: no other one contradicts it
    free = [
        one
        for one in reading.candidates
        if not (claim.bare and is_companion(reading.company, one))
        and (one.known.report.report_id, one.figure.start) not in taken
        and not _turned(claim, one)
    ]
    usable = [
        one
        for one in free
        if one.likeness >= _least_contrary(reading, one)
        and _covers(claim, one, 0.5)
        and _has_head(claim, one)
        and (_is_told(reading, one) or (_same_digits(claim, one) and _digits(claim.figure.number) > 2))
    ]
    slips = [one for one in usable if one.agreement.unit_differs and _same_digits(claim, one)]
    fitting = [one for one in usable if not one.agreement.unit_differs]
    chosen = _chosen(reading, slips, fitting)
    return _checked(claim, "contradicted", chosen, note=chosen.agreement.note) if chosen else None


def _least_contrary(reading: Reading, candidate: Candidate) -> float:
    """Least likeness for a contradiction: less for the only figure of that unit beside others the draft's sentence names."""
    beside = any(one.sentence_id == candidate.figure.sentence_id for one in reading.company)
    if not beside or candidate.agreement.unit_differs:
        return CONTRADICT
    same_unit = [
        one
        for one in candidate.known.figures
        if one.sentence_id == candidate.figure.sentence_id and one.number.unit == candidate.figure.number.unit
    ]
    return CONTRADICT_BESIDE if len(same_unit) == 1 else CONTRADICT - ANCHOR / 2


def _is_told(reading: Reading, candidate: Candidate) -> bool:
    """Whether the draft says most of what the report's figure counts, and little that the report says elsewhere only."""
    claim = reading.claim
    beside = any(one.sentence_id == candidate.figure.sentence_id for one in reading.company)
    wording = candidate.known.wording
    own = content_words(wording.places[candidate.row].own)
    said = f"{claim.own} {claim.lead} {claim.sentence}"
    total = sum(wording.weight(word) for word in own)
    head = _head_words(candidate) if beside else content_words(candidate.figure.indicator)[-2:]
    if total and wording.missing(candidate.row, said) > 0.6 * total and not (head and all(in_some_form(word, said) for word in head)):
        return False
    words = content_words(claim.own)
    if len(words) == 1 and not beside and _is_of_another(claim, candidate):
        return False
    foreign = sum(
        wording.weight(word) for word in words if float(wording.worth(word)[candidate.row]) < 0.25 and in_some_form(word, wording.text)
    )
    return foreign <= 0.25 * sum(wording.weight(word) for word in words)


def _is_of_another(claim: Claim, candidate: Candidate) -> bool:
    """Whether what stands before a bare 签约率 speaks mostly of what the report's figure does not (家庭医生签约率)."""
    wording = candidate.known.wording
    lead = [word for word in content_words(claim.lead) if word not in content_words(claim.own)]
    strange = sum(wording.weight(word) for word in lead if float(wording.worth(word)[candidate.row]) < 0.25)
    return strange > 0.5 * sum(wording.weight(word) for word in lead)


def _head_words(candidate: Candidate) -> tuple[str, ...]:
    """The noun counted: the last words before a figure (工作提示); behind it, the last before a verb (17名社区监察员深入居委会)."""
    words, figure = content_words(candidate.figure.indicator), candidate.figure
    if figure.indicator_span[0] < figure.end:
        return words[-2:]
    verb = next((place for place, word in enumerate(words) if place and says_how(word)), len(words))
    return words[:verb][-1:] if verb < len(words) else words[-2:]


def _chosen(reading: Reading, slips: list[Candidate], fitting: list[Candidate]) -> Candidate | None:
    """The figure to show: the one with the same digits and another unit, else the one the words name best."""
    wrong = [one for one in fitting if not one.agreement.holds] or fitting
    if slips and (not wrong or slips[0].likeness > wrong[0].likeness - 0.25):
        return slips[0]
    if not wrong:
        return None
    return next((one for one in wrong if one.likeness >= wrong[0].likeness - CLOSE and outdoes(reading, wrong[0], one) == "yes"), wrong[0])


def _same_digits(claim: Claim, candidate: Candidate) -> bool:
    return claim.figure.number.exact == candidate.figure.number.exact


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
            here += wording.weight(word) / 4
            unknown += wording.weight(word) * 3 / 4
        elif in_some_form(word, wording.text):
            elsewhere += wording.weight(word)
        else:
            unknown += wording.weight(word)
    return here >= least * (here + unknown + 2 * elsewhere)


def _has_head(claim: Claim, candidate: Candidate) -> bool:
    """Whether the report's figure counts the thing the draft counts: the last noun of the indicator, 率 with 率."""
    words = [word for word in content_words(claim.figure.indicator) if not AGE_WORD.fullmatch(word)] or list(content_words(claim.own))
    if not words or candidate.known.wording.named(content_words(claim.own), candidate.row) >= 0.75:
        return True
    return (
        max(
            float(candidate.known.wording.worth(word)[candidate.row])
            for word in (words[-1:] if claim.figure.number.ratio is not None else words[-2:])
        )
        >= 0.7
    )


# ---- records -----------------------------------------------------------------------------------------------------------


def _checked(
    claim: Claim, verdict: Verdict, candidate: Candidate | None = None, note: str = "", others: tuple[Citation, ...] = ()
) -> CheckedFigure:
    figure = claim.figure
    if candidate is None:
        return CheckedFigure(figure.printed, figure.start, figure.end, figure.number, verdict, note=note)
    stated = candidate.figure.printed
    return CheckedFigure(figure.printed, figure.start, figure.end, figure.number, verdict, stated, _cited(candidate), note, others)


def _computed(claim: Claim, found: Implied) -> CheckedFigure:
    """A verdict from arithmetic, with the sentence of each operand."""
    report, figure, one, other = found.known.report, claim.figure, found.one, found.other
    sentence = report.by_id[one.sentence_id]
    citation = cite(report, sentence, [(one.start, one.end), (other.start, other.end)])
    others = () if other.sentence_id == one.sentence_id else (cite(report, report.by_id[other.sentence_id], [(other.start, other.end)]),)
    verdict: Verdict = "supported" if found.holds else "contradicted"
    return CheckedFigure(figure.printed, figure.start, figure.end, figure.number, verdict, found.stated, citation, found.note, others)


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
