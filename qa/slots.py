"""What a figure is said of besides its indicator: a part of the year, a rate per something, a level or a change, an age, a date's end.

A figure of the year is none of a quarter, a figure in all is none per month, and 16399 volunteers are not 16399 more.
"""

import re
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from corpus.units import UNITS
from index.words import plain_segment, says_how
from qa.bodies import wider_place
from qa.claims import Claim
from qa.derive import TOTAL_CUE
from qa.known import Known
from qa.likeness import content_words

AGE_WORD = re.compile(r"\d+岁[^\s,。;、]*")


def other_slot(claim: Claim, known: Known, row: int) -> bool:
    """Whether the claim names an age group, a period, a rate, a change or a subject that is not the report figure's."""
    place, figure = known.wording.places[row], known.figures[row]
    ages = {word for word in content_words(claim.own) if AGE_WORD.fullmatch(word)}
    if ages and figure.number.kind != "date" and ages != {word for word in content_words(place.own) if AGE_WORD.fullmatch(word)}:
        return True
    if wider_place(claim, known, place.sentence, figure.number):
        return True
    if figure.number.kind == "date":
        return {_role(claim.own), _role(place.own)} == {"start", "end"} or _other_subject(claim, known, place.near)
    if figure.number.kind != "time" and (
        _other_part_of_year(claim, place.sentence) or _other_rate(claim, known, row) or _other_change(claim, known, row)
    ):
        return True
    return _other_subject(claim, known, place.near)


_STARTS = re.compile(r"起|从|自|开始|启动")
_ENDS = re.compile(r"截[止至]|到|至|止|底前")


def _role(words: str) -> Literal["start", "end", ""]:
    """Whether a date is said to begin or to end something."""
    return "end" if _ENDS.search(words[:6]) else "start" if _STARTS.search(words) else ""


def _other_subject(claim: Claim, known: Known, subject: str) -> bool:
    """Whether the claim names, last of all subjects, that of other figures: 友谊201街坊共304产,内江大板房签约293产."""
    if not subject:
        return False
    said = claim.lead + claim.own
    others = {place.near for place in known.wording.places if len(place.near) > 2 and place.near != subject and place.near in said}
    mine = max((said.rfind(word) for word in content_words(subject)), default=-1)
    return any(said.rfind(other) > mine for other in others if subject not in other)


# ---- a part of the year, or several years --------------------------------------------------------------------------------

_SEVERAL = r"(?:[2-9]|[1-9]\d|[二三四五六七八九两]|[一二三]?十[一二三四五六七八九]?|[几数多])"  # one year is the year itself
_N = r"(?:\d{1,2}|[一二三四五六七八九十两]{1,3})"
_TO = r"[至到\-—–~－]"
_PART = re.compile(
    rf"(?P<dates>{_N}月{_N}日)|(?P<months>{_N}月?份?{_TO}{_N}月(?!\d)份?)|(?P<month>(?<!\d){_N}月份?(?!\d|{_N}日|[球饼])(?P<end>[底末])?)|"
    rf"(?P<half>[上下前后]半年|半年(?=[来内里间多,共]|时间|以来))|(?P<quarter>(?:第?[一二三四1-4]|首|末|前[二三两23]|[上本这]一?)个?季度)|"
    rf"(?P<days>昨[日天晚]|前[天日](?!起)|当[日天]|[今明][天日](?!的)|[单首]日|(?<![每第\d])一[天日](?!游)|(?:[本上下这近]|近?一)个?(?:周(?![边年岁])|星期|礼拜))|"
    rf"(?P<span>(?:[本上当这下]|近?一)个?月(?![\d球])|半个月|(?<!为期|历时|持续)(?:[前头近]{_N}个多?月|{_N}个多?月(?=[来内里间]|以来|累计)))|"
    rf"(?P<seasons>[春夏秋冬][季天]|入[春夏秋冬汛伏]|[寒暑]假|汛期|首[月周旬]|[上中下]旬|(?:春节|国庆|五一|元旦|中秋|端午|清明|节日|假期|高温|两会)(?:期间|假期|假日|小?长假|前夕)|周[一二三四五六日末](?!围))|"
    rf"(?P<years>(?:过去|近|最近|这|前|连续)的?{_SEVERAL}年|(?<![\d〇零第一二三四五六七八九]){_SEVERAL}年(?=[来间里内]|以来|共|累计|时间)|(?:[“\"]?十[二三四]五[”\"]?)(?:期间|时期|以来)|"
    rf"(?:19|20)\d\d年?{_TO}(?:19|20)\d\d年|(?:19|20)\d\d年以来|前年|历年|多年来|成立以来|建[街办国]以来)"
)
_WHOLE = re.compile(r"全年|(?<!\d)(?:1|一)月(?:1日|份|初)?(?:以来|起)|一年[来间里,下共]|[这用]一年|一整年|年内|本年度|年度|今年(?:以来|来)|截[止至]目前|到目前|目前|年底|年末|(?<!\d)12月(?:31日|底|末)|年终")
_TOLD = re.compile(r"发布|公布|获悉|[讯电]$|消息|会上|召开|举行|印发|报道|记者")
_SAID_OF_IT = re.compile(r"(?:这|那|以上|上述|均|都|仅|只)(?:就?[是为]|只|仅|还|数)")  # 清运6万余辆,这只是1月的数字
_DIGIT = {char: str(row) for row, char in enumerate("零一二三四五六七八九")} | {"两": "2"}
_LAST_DAY = {"1": 31, "2": 28, "3": 31, "4": 30, "5": 31, "6": 30, "7": 31, "8": 31, "9": 30, "10": 31, "11": 30, "12": 31}


def _other_part_of_year(claim: Claim, sentence: str) -> bool:
    """Whether the claim's figure is of a part of the year, or of several, that the report's sentence does not name."""
    named = _named_part(claim.said, claim.at)
    if named is None or named in _parts(sentence):
        return False
    # A wrong date beside a right figure is one slip, not two: the date has its own verdict.
    return not (_DATE.search(named) and any(_DATE.search(part) for part in _parts(sentence)))


@lru_cache(maxsize=4096)
def _named_part(said: str, at: int) -> str | None:
    """The last part of the year named before a figure, in its clause or in brackets behind it; None for the year or none."""
    stop = min((place for mark in ",;。、" if (place := said.find(mark, at)) >= 0), default=len(said))
    if _SAID_OF_IT.match(said, stop + 1):
        stop = next((place for mark in ",;。" if (place := said.find(mark, stop + 1)) >= 0), len(said))
    found = [(one.start(), _part(one)) for one in _PART.finditer(said, 0, stop) if not one.start() <= at < one.end()]
    found = [(start, part) for start, part in found if not _TOLD.search(_clause(said, start))]
    if not found or any(one.start() >= found[-1][0] for one in _WHOLE.finditer(said, 0, stop)):
        return None
    return found[-1][1]


def _clause(said: str, at: int) -> str:
    start = max(said.rfind(mark, 0, at) for mark in ",;。") + 1
    stop = min((place for mark in ",;:。" if (place := said.find(mark, at)) >= 0), default=len(said))
    return said[start:stop]


@lru_cache(maxsize=4096)
def _parts(sentence: str) -> frozenset[str]:
    return frozenset(_part(one) for one in _PART.finditer(sentence)) | _between(sentence)


_DATE = re.compile(r"月\d+日")


def _between(sentence: str) -> frozenset[str]:
    """Spans that two dates of a sentence make: 半个月 of 11月1日起…截止11月15日."""
    days = [30 * int(month) + int(day) for month, day in re.findall(r"(\d{1,2})月(\d{1,2})日", sentence)]
    lengths = {later - first + 1 for first, later in pairwise(days) if later > first}
    return frozenset({"半个月"} if lengths & {14, 15, 16} else set())


def _part(found: re.Match[str]) -> str:
    """One spelling for a part of the year: 第1季度 and 一季度, 8月底 and 8月31日, 近五年 and 5年来."""
    plain = re.sub("|".join([*_DIGIT, "十"]), lambda one: _DIGIT.get(one[0], "10"), found[0].replace("十一", "11").replace("十二", "12"))
    if found["end"] and (month := re.match(r"\d+", plain)):
        return f"{month[0]}月{_LAST_DAY.get(month[0], 30)}日"
    return re.sub(r"[第份近过去最的来间里内]|以来", "", plain)


# ---- a rate per something ------------------------------------------------------------------------------------------------

_EACH = re.compile(
    r"每(?:一)?(?P<base>[十百千万]+)|每一?个?(?P<time>半年|季度?|[年月日天周]|星期|礼拜|小时|分钟)(?!夜)|"
    r"(?<![\d一二三四五六七八九十两几])(?P<even>[人日旬月年周季户次场家村校亩天])均(?![衡匀等已获被为可能在有未是由])|(?P<each>逐[年月日]|按[月季]|每逢|各(?=[^,;。]{1,8}(?:分别|各自|均|都)))|"
    rf"每一?个?(?P<unit>{'|'.join(unit for unit in UNITS if len(unit) < 3)}|[\u4e00-\u9fff])(?<!每[逢当况])|(?P<mean>平均)"
)
_NOUN = 6  # characters behind 每个 that may still be only what is counted
_PEOPLE = frozenset("人名位口")
_DAYS = frozenset("日天")


def _other_rate(claim: Claim, known: Known, row: int) -> bool:
    """Whether the claim is a rate per something and the report's figure is not, or is said to be all and the report's is a rate."""
    if claim.figure.number.kind in ("percent", "fraction", "points"):
        mine = _rates(_rate_text(claim.said, claim.at)) - {"百", "平均"}
    else:
        mine = _rates(_rate_text(claim.said, claim.at))
    figure, sentence = known.figures[row], known.wording.places[row].sentence
    at = figure.start - known.report.by_id[figure.sentence_id].start
    if not mine:
        return bool(TOTAL_CUE.search(claim.segment)) and bool(_rates(_clause(sentence, at)))
    stated = _rates(_clause(sentence, at))
    return not (mine - {"平均"} <= stated if mine - {"平均"} else stated)


@lru_cache(maxsize=4096)
def _rate_text(said: str, at: int) -> str:
    """A figure's clause, with the clauses before it that are no more than 平均每个小区."""
    start = max(said.rfind(mark, 0, at) for mark in ",;。") + 1
    text = _clause(said, at)
    while start > 1:
        before = _clause(said, start - 2)
        each = _EACH.search(before)
        if each is None or len(before) - each.end() > _NOUN or any(says_how(word) for word in plain_segment(before[each.end() :])):
            break
        text, start = before + text, max(said.rfind(mark, 0, start - 2) for mark in ",;。") + 1
    return text


@lru_cache(maxsize=4096)
def _rates(text: str) -> frozenset[str]:
    """Per what a text counts: 人 for 人均, 每名 and 每位; 平均 for an average of it does not say what."""
    found = set()
    for one in _EACH.finditer(text):
        what = next(group for group in one.groups() if group)[-2:]
        what = what.strip("逐按度")
        found.add("人" if what in _PEOPLE else "日" if what in _DAYS else what)
    return frozenset(found)


# ---- a change, not a level -----------------------------------------------------------------------------------------------

_UP = r"新增|[激猛]增|[涨升]了|净增|增[加长添多补派设]|增(?![至到强进值幅])|上升|提[高升]|上涨|多[了出]|扩[大充]"
_DOWN = r"减少|降了|下降|降低|下滑|回落|缩减|压减|减(?![轻负免])|少[了出]|跌"
_CHANGE = re.compile(rf"(?:(?P<up>{_UP})|(?P<down>{_DOWN})|(?P<either>[增降涨跌减]幅))(?!至|到|为(?!\d)|率|量)(?P<object>[^,;:。为对给使让把向]*)$")
_COMPARED = re.compile(
    r"[较比](?:去年|上年|上一年|前一年|上半年|同期|往年|年初)|同比|环比|增幅|降幅|[较比].{0,6}(?:增加|增长|减少|下降|上升|提高|多|少)"
)
_IN_ALL = re.compile(rf"{TOTAL_CUE.pattern}|现有|现在有")
_LEVEL = re.compile(r"(?:至|到|为|达)(?:了)?$")


def _other_change(claim: Claim, known: Known, row: int) -> bool:
    """Whether the claim is of a change, up or down, that the report's figure is not of; or of all, and the report's of a change."""
    way = _change(claim.said, claim.at)
    in_all = not way and _IN_ALL.search(claim.segment) is not None
    if not way and not in_all and not _COMPARED.search(claim.own):
        return False
    figure, sentence = known.figures[row], known.wording.places[row].sentence
    stated = _change(sentence, figure.start - known.report.by_id[figure.sentence_id].start)
    if in_all:
        return bool(stated)
    if not way:
        return not stated and _COMPARED.search(_clause(sentence, figure.start - known.report.by_id[figure.sentence_id].start)) is None
    return not stated or (way in ("up", "down") and stated not in (way, "either"))


@lru_cache(maxsize=8192)
def _change(said: str, at: int) -> Literal["up", "down", "either", ""]:
    """Whether a figure is what something grew or fell by: 增加293件, 减少工单2905件; not 增加到293件, 为减少扰民巡查104户."""
    start = max(said.rfind(mark, 0, at) for mark in ",;:。()、") + 1
    before = said[start:at]
    found = _CHANGE.search(before)
    if found is None or _LEVEL.search(before) or any(says_how(word) for word in plain_segment(found["object"]) if len(word) > 1):
        return ""
    return "up" if found["up"] else "down" if found["down"] else "either"
