"""What the report implies without printing it, for a figure of a draft: what is left of a total, a share, a sum of parts."""

import re
from dataclasses import dataclass

import numpy as np

from corpus.figures import Figure
from corpus.fold import fold
from qa.claims import Claim
from qa.compare import round_share, unit_scale
from qa.derive import Pair, counted, percent, show, total_of
from qa.known import Known
from qa.likeness import content_words, in_some_form
from qa.pairing import SUPPORT, Reading
from qa.slots import other_slot

CONTRADICT_BOTH = 1.20  # least likeness of total and part together for a difference that contradicts
_PART = 0.55  # least score of the count that a share is said of
_SUM = 0.52  # least likeness of the likeliest part of a sum


@dataclass(frozen=True, slots=True)
class Implied:
    """A computation on figures of one report, and whether the claim agrees with it."""

    known: Known
    one: Figure  # its sentence is cited first
    other: Figure
    stated: str  # the operands as printed: "80户/240户"
    note: str  # "80 ÷ 240 = 33.33%"
    holds: bool


_LEFT = re.compile(r"未(?![来成婚])|没有|没(?!收)|尚未|还有|还剩|剩余|剩下|剩|其余|仍有|尚有|另有|[还尚仍]差")
_SHARE_CUE = re.compile(r"占|比例|比重|之比|其中|[中里之](?:有|,|的)|[人户件个项家][中里]")


def implied(reading: Reading, known: list[Known]) -> Implied | None:
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


def _left_over(reading: Reading, known: Known, likeness: np.ndarray) -> Implied | None:
    """还有11产未签约: a total less a part."""
    claim = reading.claim
    if not _LEFT.search(claim.own + claim.lead[-8:]):
        return None
    anchors = {one.figure.sentence_id for one in reading.candidates if one.likeness >= SUPPORT}
    fitting = []
    for pair in known.pairs:
        total, part = known.figures[pair.total], known.figures[pair.part]
        if _LEFT.search(known.wording.places[pair.part].own):
            continue  # what is left of a total is printed there; what is left of that is the rest
        scale = unit_scale(claim.figure.number, part.number)
        words_fit = (
            _names_part(claim, known, pair)
            if not _affirms(claim)
            else claim.bare
            or both_beside(reading, known, pair)
            or (
                not _names_part(claim, known, pair)
                and max(known.wording.named(content_words(claim.own), pair.part), known.wording.named(content_words(claim.own), pair.total))
                > 0.5
            )
        )
        if scale is not None and part.sentence_id in anchors and words_fit and not other_slot(claim, known, pair.part):
            left = total.number.exact - part.number.exact
            fitting.append((claim.figure.number.exact * scale == left, float(likeness[pair.part] + likeness[pair.total]), pair, left))
    if not fitting:
        return None
    holds, score, pair, left = max(fitting, key=lambda row: (row[0], row[1]))
    if not holds and (_affirms(claim) or score < CONTRADICT_BOTH):
        return None
    total, part = known.figures[pair.total], known.figures[pair.part]
    note = f"{show(total.number.exact)} − {show(part.number.exact)} = {show(left)}"
    return Implied(known, part, total, f"{total.printed}−{part.printed}", note, holds)


def both_beside(reading: Reading, known: Known, pair: Pair) -> bool:
    """Whether the draft's sentence has total and part both: 14个小区,已有11个封闭,剩下3个正在抓紧."""
    rows = {one.row for one in reading.company if one.report_id == known.report.report_id and one.earlier}
    return {pair.total, pair.part} <= rows


def _names_part(claim: Claim, known: Known, pair: Pair) -> bool:
    """Whether the claim has all the words of a part: with 未 it is what is left of it (未签约), without 未 the part itself."""
    part = content_words(known.wording.places[pair.part].own)
    return bool(part) and all(in_some_form(word, claim.own) for word in part)


def _share(reading: Reading, known: Known) -> Implied | None:
    """女性占三分之一, 签约率98.75%: a part over its total."""
    claim = reading.claim
    pair = _rate_pair(reading, known) if _has_rate_head(claim) else None
    if pair is None and (claim.figure.number.kind == "fraction" or _SHARE_CUE.search(claim.sentence)) and not _has_rate_head(claim):
        pair = _pair_beside(reading, known) or _part_pair(claim, known)
    if pair is None:
        return None
    small, large = known.figures[pair.part], known.figures[pair.total]
    value = small.number.exact / large.number.exact
    holds = round_share(value, claim.figure.number)
    note = f"{show(small.number.exact)} ÷ {show(large.number.exact)} = {percent(value)}"
    return Implied(known, small, large, f"{small.printed}/{large.printed}", note, holds)


def _part_pair(claim: Claim, known: Known) -> Pair | None:
    """The part that a share is said of, and its total."""
    parts = sorted({pair.part for pair in known.pairs})  # a total is no part: 新一届成员中女性占比 is said of the women
    score, row = max(((_part_score(claim, known, row), -row) for row in parts), default=(0.0, 0))
    total = total_of(known.report, known.figures, known.pairs, -row)
    return None if score < _PART or total is None or total == -row else Pair(total, -row)


def _pair_beside(reading: Reading, known: Known) -> Pair | None:
    """女同志139名,占比65%: the figure that stands before is the part, where its share of its total is the claimed one."""
    if not reading.claim.bare:
        return None
    for one in sorted(reading.company, key=lambda one: -one.row):
        if one.earlier and one.report_id == known.report.report_id and counted(known.figures[one.row]):
            total = total_of(known.report, known.figures, known.pairs, one.row)
            if total is not None and round_share(
                known.figures[one.row].number.exact / known.figures[total].number.exact, reading.claim.figure.number
            ):
                return Pair(total, one.row)
    return None


def _rate_pair(reading: Reading, known: Known) -> Pair | None:
    """化解率: the count of 化解 and what it is taken from; one whose share is the claimed one, else the one the claim names."""
    claim, likeness = reading.claim, reading.likeness[known.report.report_id]
    stem, form = _RATE.findall(claim.own)[-1]
    fitting = []
    for pair in _rates_of(stem, known):
        if not other_slot(claim, known, pair.part):
            value = known.figures[pair.part].number.exact / known.figures[pair.total].number.exact
            score = float(likeness[pair.part] + likeness[pair.total])
            fitting.append((round_share(value, claim.figure.number), _is_named(claim, known, pair.total), score, pair))
    holds, named, score, best = max(fitting, key=lambda row: row[:3], default=(False, False, 0.0, None))
    if best is None:
        return None
    stated = {one.figure.sentence_id for one in reading.candidates if one.likeness >= SUPPORT and stem + form in one.figure.indicator}
    if holds and named and known.figures[best.part].sentence_id not in stated:
        return best  # the rate that is printed elsewhere is another's
    if not holds and any(one[1] for one in fitting):
        named, score, best = max((one[1:] for one in fitting), key=lambda row: row[:2])
    beside = any(one.row in (best.total, best.part) for one in reading.company)
    return best if score >= (_RATE_BESIDE if beside else _RATE_ALONE) and not stated else None


def _rates_of(stem: str, known: Known) -> list[Pair]:
    """Counts of what a rate is a rate of, each with the nearest count before it that is not one itself: 237户/240户, 78户/80户."""
    done = {row: content_words(known.wording.places[row].own) for pair in known.pairs for row in (pair.part, pair.total)}
    is_done = {row for row, own in done.items() if own and all(word[:2] in stem or stem in word for word in own)}
    totals: dict[int, int] = {}
    for pair in known.pairs:
        if pair.part in is_done and pair.total not in is_done:
            totals[pair.part] = max(pair.total, totals.get(pair.part, -1))
    return [Pair(total, part) for part, total in totals.items()]


def _is_named(claim: Claim, known: Known, row: int) -> bool:
    """Whether the claim has all the words of a total: 抽户居民 of 抽户居民签约率."""
    own = content_words(known.wording.places[row].own)
    return bool(own) and all(in_some_form(word, f"{claim.lead} {claim.own}") for word in own)


_RATE = re.compile(r"([\u4e00-\u9fff]{2})(率|比例)")
_RATE_ALONE = 1.0  # least likeness of total and part together for a rate
_RATE_BESIDE = 0.5  # the same beside a figure of the draft that is the total or the part
_TOTAL_NOUN = re.compile(r"总户数|总人数|总数|总量|全部|总")


def _has_rate_head(claim: Claim) -> bool:
    return bool(_RATE.search(claim.own))


def _part_score(claim: Claim, known: Known, row: int) -> float:
    """How well a count is the part that a share is said of: its words in the claim, and the claim's in it."""
    if other_slot(claim, known, row):
        return 0.0
    place = known.wording.places[row]
    own = content_words(place.own)
    said = _TOTAL_NOUN.sub("", f"{claim.lead} {claim.own}")
    words = content_words(said)
    if not own or not words:
        return 0.0
    weigh = known.wording.weight
    back = sum(weigh(word) for word in own if in_some_form(word, said)) / sum(weigh(word) for word in own)
    forward = sum(weigh(word) * min(1.0, float(known.wording.worth(word)[row]) + 0.2) for word in words) / sum(
        weigh(word) for word in words
    )
    return 0.6 * back + 0.4 * forward


def _sum(reading: Reading, known: Known, likeness: np.ndarray) -> Implied | None:
    """已改造完成14个车棚: the parts of one enumeration together."""
    claim = reading.claim
    for run in known.runs:
        parts = [known.figures[row] for row in run]
        scale = unit_scale(claim.figure.number, parts[0].number)
        if scale is None or sum(part.number.exact for part in parts) != claim.figure.number.exact * scale:
            continue
        fits = min(known.wording.named(content_words(claim.own), row) for row in run) >= 0.5 and float(likeness[list(run)].max()) >= _SUM
        if fits and not any(other_slot(claim, known, row) for row in run) and not _names_one(claim, known, run):
            note = " + ".join(show(part.number.exact) for part in parts) + f" = {show(claim.figure.number.exact * scale)}"
            return Implied(known, parts[0], parts[-1], "+".join(part.printed for part in parts), note, holds=True)
    return None


def _names_one(claim: Claim, known: Known, run: tuple[int, ...]) -> bool:
    """Whether the claim's words belong to some parts only, or to none: then it is not their sum that is claimed."""
    shared = _shared_words(known, run)
    owns = [known.wording.places[row].own for row in run]
    named = [all(in_some_form(word, claim.own) for word in content_words(own) or own.split()) for own in owns]
    if any(named):
        return not all(named)
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


_NEGATION = re.compile(r"未(?![来成婚])|没有|没(?!收)|尚无|不再")


def _affirms(claim: Claim) -> bool:
    """Whether a claim is said without 未 or 没有."""
    return _NEGATION.search(claim.own) is None
