"""A question about the opposite of what a sentence tells, about another place, or another age: near misses in a word.

热线不满意率 and 上海市热线满意率 have every word of 热线满意率 but one, and that one turns the figure into another. Nothing here says
what a sentence answers; it says what it does not, and only of words that are sure to tell things apart.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from corpus.number import Number, same_value
from index.words import says_how
from qa.asked import numbers_of
from qa.compare import bound_of

_NO_DENIAL = re.compile(
    r"(.{1,3})[不没](?:有)?\1|有没有|有无|没有?(?:[?？。!！,，呢吗]|$)|[知晓]不[知晓]道?|不(?:知|晓|清楚|懂|明白|少|足|到|超|止|过|要|用|管|论|光|但|仅|断|同|好意思|敢|想|肯|得|能|会|可|行|是|对)|"
    r"差不多|未来|非常|非遗|无论|无障碍|[无没](?:有)?人|没(?:有)?(?:说|写|讲|提|听)|不满(?=\d|[一二三四五六七八九十])"
)
_DENIAL = re.compile(
    r"[不未非](?:曾|经|被|再)?(?P<what>[\u4e00-\u9fff]{2})|没(?:有|被)?(?P<undone>[\u4e00-\u9fff]{1,2}?)(?=[的完好掉]|[?？。]*$)"
)  # 没有电梯的 is what the asker has not; 没装的 is what is asked
_DENIED = re.compile(r"[不未没无非尚剩待]|还有|另有|余下|除|隐患")
_NEAR = 12  # characters around a word in which its denial may stand
_PREFIX = re.compile(r"[非未](?P<what>[\u4e00-\u9fff]{2})")

_LARGE = (
    "上海|北京|天津|重庆|广州|深圳|杭州|南京|苏州|武汉|成都|(?<!东)西安|香港|澳门|台湾|江苏|浙江|安徽|山东|广东|福建|四川|湖南|湖北|"
    "河南|河北|(?<![控长松])江西|山西|陕西|辽宁|吉林|黑龙江|云南|贵州|海南|甘肃|青海|内蒙古|新疆|西藏|宁夏|(?<!东)广西"
)
_DISTRICTS = "杨浦|虹口|黄浦|静安|徐汇|长宁|普陀|浦东|宝山|闵行|嘉定|金山|松江|青浦|奉贤|崇明"
_NEIGHBOURS = "控江(?:路|新村)?|长白(?:新村)?|四平(?:路)?|平凉(?:路)?|江浦(?:路)?|定海(?:路)?|大桥|五角场|新江湾城|殷行|长海(?:路)?"
_PLACE = re.compile(
    rf"(?<![回来到去往离在])(?P<name>(?P<core>{_LARGE})[市省]?|(?P<district>{_DISTRICTS})新?区|(?:{_NEIGHBOURS})街道|"
    r"(?:隔壁|别的|其他|其它|旁边|邻近|兄弟)街道)(?![东西南北中]?[路村弄])"
)
_OF_DISTRICT = re.compile(r"区级|区委|(?:获|为)区|区“")  # what a street says of its own district


def turned(question: str, printed: str) -> bool:
    """Whether a question denies what a sentence tells, or leaves out the 非 or 未 that the sentence prints.

    >>> turned("热线不满意率", "满意率91.4%"), turned("机动车棚有几个", "79个非机动车棚"), turned("没化解的几件", "已化解9件,还有3件等待化解")
    (True, True, False)
    """
    asked = _NO_DENIAL.sub(" ", question)
    if any(what in printed and not _denied(what, printed) for what in _words(_DENIAL, asked)):
        return True
    return any(what in question and not _denied(what, question) and _always_prefixed(what, printed) for what in _words(_PREFIX, printed))


def elsewhere(question: str, printed: str, own: Sequence[str]) -> bool:
    """Whether a question names another place than the report's, and none of what is printed names it.

    Args:
        question: as searched.
        printed: the sentence, its headings, and the bank question nearest to it.
        own: what people call who publishes the report; beside its name a larger place is where it lies: 上海市延吉街道.

    >>> elsewhere("上海市热线满意率", "满意率91.4%", ["延吉"]), elsewhere("上海延吉街道满意率", "满意率91.4%", ["延吉"])
    (True, False)
    """
    if any(name in question for name in own):
        return False
    return any(not _names(match, printed) for match in _PLACE.finditer(question))


def _names(match: re.Match[str], printed: str) -> bool:
    """Whether a place stands in a text, in short, too: 上海 for 上海市."""
    core = match["core"] or match["district"] or match["name"]
    return core in printed or (match["district"] is not None and _OF_DISTRICT.search(printed) is not None)


def of_other_age(numbers: Iterable[Number], printed: str) -> bool:
    """Whether a question is about ages, and the sentence about others only, or about those on the other side.

    >>> from corpus.numerals import read_numbers
    >>> [of_other_age(read_numbers(text), "18岁以上接种率87.44%") for text in ("三岁到十一岁接种率", "18岁以上接种率", "18岁以下接种率")]
    [True, False, True]
    """
    asked = [number for number in numbers if number.kind == "age"]
    told = [number for number in numbers_of(printed) if number.kind == "age"]
    return bool(asked and told) and not any(_same_age(one, other) for one in asked for other in told)


def _same_age(one: Number, other: Number) -> bool:
    sides = {"least": 1, "over": 1, "more": 1, "most": -1, "under": -1}
    return same_value(one, other) and sides.get(bound_of(one), 0) * sides.get(bound_of(other), 0) >= 0


def _words(pattern: re.Pattern[str], text: str) -> Iterator[str]:
    for match in pattern.finditer(text):
        found = match.groupdict()
        undone = found.get("undone")
        if undone is None or len(undone) == 1 or says_how(undone):
            yield undone or found["what"]


def _denied(what: str, text: str) -> bool:
    """Whether a word of denial stands near one of the places of a word."""
    return any(_DENIED.search(text[max(0, at.start() - _NEAR) : at.end() + _NEAR]) for at in re.finditer(re.escape(what), text))


def _always_prefixed(what: str, printed: str) -> bool:
    return all(printed[at.start() - 1 : at.start()] in ("非", "未") for at in re.finditer(re.escape(what), printed))
