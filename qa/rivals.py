"""Whether the words of a draft name another figure of the report than the one whose value agrees."""

import re
from typing import Literal

from qa.claims import Claim
from qa.derive import TOTAL_CUE
from qa.likeness import content_words
from qa.pairing import Candidate, Companion, Reading

CLOSE = 0.05  # likeness nearer than this does not tell two indicators apart


def outdoes(reading: Reading, best: Candidate, rival: Candidate) -> Literal["yes", "no", "tie"]:
    """Whether the claim's words name a rival figure rather than the one whose value agrees."""
    claim, company = reading.claim, reading.company
    if best.known is not rival.known:
        return "no"  # another report has another year's figure; where the draft names the year, only that year's are looked at
    wording = best.known.wording
    if claim.bare and (pairs_say := _by_pairs(claim.segment, wording.places[best.row].own, wording.places[rival.row].own)):
        return pairs_say
    if claim.bare and is_companion(company, rival):
        return "no"  # its words are those of the figure before, which the rival is
    together = best.figure.sentence_id == rival.figure.sentence_id
    words = [
        (wording.weight(word), float(wording.worth(word)[rival.row] - wording.worth(word)[best.row])) for word in content_words(claim.own)
    ]
    only_rival = sum(weight for weight, gain in words if gain >= _GAIN)
    only_best = sum(weight for weight, gain in words if gain <= -_GAIN)
    said = claim.own + " " + claim.lead
    lacks_best, lacks_rival = wording.missing(best.row, said), wording.missing(rival.row, said)
    if together and not lacks_best and not lacks_rival and (told := _by_topic(claim, best, rival)):
        return told
    if only_rival and not only_best:
        # All the words of one are said, and not all of the other: 化解重复信访9件 is no 重复信访事项12件.
        settled = not wording.missing(best.row, claim.own) and wording.missing(rival.row, claim.own) > 0
        return "no" if settled else "yes" if together or lacks_rival <= lacks_best else "no"
    if only_rival and only_best:
        if together and not lacks_best and not lacks_rival:
            # Both are named in full: 抽户居民签约78户, of 抽户居民80户,签约78户. The later one says what is done with the earlier.
            return "yes" if rival.row > best.row else "no"
        if not lacks_best or not lacks_rival:
            return "no" if lacks_best < lacks_rival else "yes" if lacks_best > lacks_rival or only_rival > only_best else "no"
        return "yes" if only_rival > only_best else "no"
    if only_best:
        return "no"
    if together and (pairs_say := _by_pairs(claim.own, wording.places[best.row].own, wording.places[rival.row].own)):
        return pairs_say
    if (
        _total_words(claim.own) != _total_words(wording.places[best.row].own) == (not _total_words(wording.places[rival.row].own))
        and lacks_best
    ):
        return "yes"
    if lacks_best and not lacks_rival:
        return "yes"
    return "tie" if abs(lacks_best - lacks_rival) < 0.1 and not _in_company(company, best, rival) else "no"


def _by_topic(claim: Claim, best: Candidate, rival: Candidate) -> Literal["yes", "no"] | None:
    """Tell two figures of a sentence apart by what stands before them, where the claim names that too.

    Of 大板房共240户,已签约237户,其中抽户居民80户,签约78户 the words 抽户居民签约 mean the first figure behind 抽户居民.
    """
    wording, sentence_id = best.known.wording, best.figure.sentence_id
    topics = [
        row
        for row in range(max(best.row, rival.row))
        if best.known.figures[row].sentence_id == sentence_id and row not in (best.row, rival.row) and wording.is_told(row, claim.own)
    ]
    behind = [row for row in (best.row, rival.row) if topics and row > topics[-1]]
    if not behind or (len(behind) == 2 and not _alike(wording.places[best.row].own, wording.places[rival.row].own)):
        return None
    return "no" if min(behind) == best.row else "yes"


def _alike(one: str, other: str) -> bool:
    return set(content_words(one)) == set(content_words(other))


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


def is_companion(company: frozenset[Companion], candidate: Candidate) -> bool:
    """Whether a candidate is the figure that another figure of the draft sentence speaks of."""
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


def is_twin(claim: Claim, best: Candidate, other: Candidate) -> bool:
    """Whether another figure with an agreeing value, of another indicator, fits the words as well; they name both, or neither."""
    if other.known is not best.known or other.likeness < best.likeness - CLOSE or other.figure.sentence_id == best.figure.sentence_id:
        return False
    wording = best.known.wording
    worths = [wording.worth(word) for word in content_words(claim.own)]
    only_other = any(worth[other.row] >= 0.7 > worth[best.row] for worth in worths)
    only_best = any(worth[best.row] >= 0.7 > worth[other.row] for worth in worths)
    return only_other == only_best and wording.places[best.row].own != wording.places[other.row].own
