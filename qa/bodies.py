"""Whose figure a draft's sentence tells: the report's own body, another one beside it, or a wider place around it."""

import re

from corpus.numerals import Number
from index.words import may_name_a_place, plain_segment, says_how
from qa.claims import Claim
from qa.known import Known
from qa.publishers import ours

_BODY = re.compile(
    r"[\u4e00-\u9fff][路村里桥浜江山海湾港场城门岗河湖泾塘庙浦](?:街道|社区)|[\u4e00-\u9fff]{2}新村|[\u4e00-\u9fff](?![城乡集市村])[\u4e00-\u9fff][镇乡](?!村)|"
    r"(?:^|(?<=[,;、 ]))[\u4e00-\u9fff]{2}(?<![辖社城小全我本校园市地片街景郊山新老灾特该各])区(?![域级划间别里内块属直委])"
)
_OF_STATE = re.compile(r"国务院|中央政府|^(?:19|20)\d\d年(?:中华人民共和国)?政府工作报告")
_HAN_NAME = re.compile(r"[\u4e00-\u9fff]{2}")
_BEFORE_OFFICE = frozenset("由对让在和与本我全该各是为的使给被帮向从以把将请到个市区两及年月日来内里后前中,。、;:“”(") | frozenset(" ")


def other_body(claim: Claim, known: Known) -> bool:
    """Whether the claim tells of a street office, village, district or city that the report is not of."""
    named = claim.lead + claim.own
    if any(found[0] not in known.wording.text for found in _BODY.finditer(named)):
        return True
    return _named_office(claim, known) or _other_office(named, known) or _wider_subject(claim, known)


_OFFICE = re.compile(r"(?:^|(?<=[,;:。、 (市区]))([\u4e00-\u9fff]{2,3})街道")


def _named_office(claim: Claim, known: Known) -> bool:
    """殷行街道, 大桥街道: a name at the head of a clause, up to the figure, that is not the publisher's nor in the report."""
    return any(
        found[0] not in known.publisher.names
        and found[0] not in known.wording.text
        and not _BEFORE_OFFICE & set(found[1])
        and may_name_a_place(found[1])
        for found in _OFFICE.finditer(claim.said, 0, claim.at)
    )


def _other_office(named: str, known: Known) -> bool:
    """A name that the dictionary does not hold and that falls into single characters."""
    at = named.find("街道")
    word = plain_segment(named[:at])[-1] if at > 1 else ""
    return (
        len(word) == 1
        and word not in _BEFORE_OFFICE
        and _HAN_NAME.fullmatch(named[at - 2 : at]) is not None
        and named[at - 2 : at + 2] not in known.wording.text
    )


_START = r"(?:^|(?<=[,;:。、 (])|(?<=[年月日季度末底初])|(?<=今年|去年|全年)|(?<=以来|统计|目前))"
_WIDER = re.compile(
    rf"{_START}(?:(?P<whole>(?:全|本|我)[国省市区县](?![第前首]|的?[第前])|(?:各|兄弟|友邻|相邻|邻近|其[他它]|别的)(?:街道|街镇|区))|(?:整个|在|据)?(?P<name>[\u4e00-\u9fff]{{2,3}}[省市区县](?![委级属府直]))(?P<rest>[\u4e00-\u9fff]{{0,6}}))"
)
_HOME = re.compile(r"辖区|本社区|我们|居委")
_PREDICATE = re.compile(r"共(?!同)|累计|总|今年|去年|全|各|已|现有|范围|境内|有|约|近|实际|$")


def _wider_subject(claim: Claim, known: Known) -> bool:
    """Whether the last place that the sentence tells of, up to the figure, is a wider one: 全区办结8万件,满意率91.4%."""
    said = claim.said[: claim.at]
    wider = [found.end("whole" if found["whole"] else "name") for found in _WIDER.finditer(said) if _is_wider(found, known)]
    if not wider:
        return False
    names = "|".join(map(re.escape, known.publisher.names))
    home = [found.start() for pattern in (_HOME, ours(known.publisher), re.compile(names)) for found in pattern.finditer(said) if found[0]]
    return max(home, default=-1) < wider[-1]


def _is_wider(found: re.Match[str], known: Known) -> bool:
    own, level = known.publisher.name, (found["whole"] or found["name"])[-1]
    state = known.publisher.state or _OF_STATE.search(known.report.about.title) is not None
    if found["whole"]:
        return not state and (found["whole"][0] not in "全本我" or level != own[-1:])
    # 居民区, 棚户区 are no names: a district counts where it is the publisher's own, any other place where the report has no word of it.
    around = found["name"] in known.report.about.publisher or (level != "区" and found["name"] not in known.wording.text)
    rest = plain_segment(found["rest"])
    return around and found["name"] not in own and (not rest or says_how(rest[0]) or _PREDICATE.match(found["rest"]) is not None)


_OTHER_PLACE = re.compile(r"(?:全区|全市|全国|全省|本市|全县)(?!的?[第前])")


def wider_place(claim: Claim, known: Known, sentence: str, number: Number) -> bool:
    """Whether the claim's own words name a wider place that the report's sentence does not: 全区加装电梯6台."""
    wider = {found[0] for found in _OTHER_PLACE.finditer(claim.own)} - ({"全国"} if _OF_STATE.search(known.report.about.title) else set())
    return number.kind != "ordinal" and any(name not in sentence for name in wider)
