"""Times that a yearly report does not tell apart unless it names them: 上半年, 三季度, 3月份, 上个月, 明年.

The report's own year, 今年, 年底 and how often a thing is done (每季度, 三个月一次) are no such times. Neither is when the
asker heard of something: 上个月听居委说. Years before the report's are read elsewhere, for 去年 may well mean its own.
"""

import re
from functools import lru_cache

from corpus.fold import fold

_HAN = {han: str(number) for number, han in enumerate("一二三四五六七八九十", start=1)} | {"首": "1", "十一": "11", "十二": "12"}
_HEARD = r"(?!我|听|看到?|有人|人家|居委|隔壁|刚|路过|新闻)"  # 昨天看新闻说
_WEEK = "(?:周(?![岁年围边期转])|个?星期|个?礼拜)"
_PERIODS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("明年", re.compile(r"(?<![声文说证表查])明年|明后两?年|(?<![以之今])后年|(?<![未近年以])来年(?!龄)|下一?个?年度|下一年(?!级)")),
    ("上半年", re.compile(r"(?<!以)[上前]半年")),
    ("下半年", re.compile(r"(?<!以)[下后]半年")),
    ("半年", re.compile(r"(?:最近|过去|近)这?半年")),
    ("季度", re.compile(rf"(?<!以)[上下本这]一?个?季度{_HEARD}")),
    ("月", re.compile(rf"(?<![马以楼地乡])[上下本这]一?个?月(?![球台亮饼子]){_HEARD}|(?:最近|过去|近)[一两三几]个月")),
    ("周", re.compile(rf"(?<![马以])[上下本这]一?{_WEEK}{_HEARD}|(?:最近|过去|近)[一两三几]{_WEEK}")),
    ("天", re.compile(rf"(?:昨[天日]|(?<![以之日眼目])前天|明[天日](?!报)|(?<![以之今])后天(?!性)){_HEARD}")),
)
_QUARTER = re.compile(r"(?<![\d每几])第?([一二三四1-4])季度|(首)季度?")
_MONTH = re.compile(r"(?<![\d一二三四五六七八九十几个第])(1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])月(?![球台亮饼子])")
_DAY = re.compile(r"月[\d一二三四五六七八九十]+[日号]")


@lru_cache(maxsize=100_000)
def periods(text: str) -> frozenset[str]:
    """The times within a year, or after it, that a text names; months and quarters with their number.

    >>> sorted(periods("上半年和第三季度办了几件,截止8月31日")), sorted(periods("每季度查一次,为期3个月,全年共六期"))
    (['3季度', '8月', '上半年'], [])
    """
    folded = fold(text)
    named = {name for name, pattern in _PERIODS if pattern.search(folded)}
    quarters = (match[1] or match[2] for match in _QUARTER.finditer(folded))
    months = (match[1] for match in _MONTH.finditer(folded))
    return frozenset(named | {f"{_HAN.get(n, n)}季度" for n in quarters} | {f"{_HAN.get(n, n)}月" for n in months})


def elsewhen(question: str, printed: str) -> bool:
    """Whether a question asks of a time that is not printed. The day of a month is a date, and no such time.

    >>> elsewhen("上半年办了几件", "全年共办结2905件"), elsewhen("八月底打了几针", "截止8月31日")
    (True, False)
    """
    return bool(periods(_DAY.sub(" ", question)) - periods(printed))
