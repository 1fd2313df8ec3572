"""Years said in a question: 2021年, 二〇二一年, 21年, 98年, 2018到2020年, 去年, 前年, 大前年, 明年.

Only what surely is a year counts. 20年 may be a span, 二三年 is two or three years, 上年纪 is old age: two digits are a
year only where the question also names a report or who wrote it, and what is compared with (比去年) is no place to look.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from corpus.fold import fold

Span = tuple[int, int]

_ZERO_TO_NINE = "〇一二三四五六七八九"
_DIGITS = str.maketrans(_ZERO_TO_NINE + "零○", "012345678900")
_HAN_DIGIT = "[〇零○一二三四五六七八九]"
_FOUR = rf"(?:19|20)\d\d|一九{_HAN_DIGIT}{{2}}|二[〇零○]{_HAN_DIGIT}{{2}}"
_RANGE = re.compile(rf"(?<![\d.])({_FOUR})年?(?:-|—|~|～|到|至)({_FOUR})年度?")
_LONG = re.compile(rf"(?<![\d.])({_FOUR})(?:年度|年)")
_ALONE = re.compile(r"(?<![^\s,，。:：《“(（])((?:19|20)\d\d)(?=\s+\S|的?(?:政府|国务院|全国|国家|街道|年?度?工作))")  # 2019 政府工作报告
_SHORT = re.compile(rf"(?<![\d.〇零○一二三四五六七八九十百千万近前每满约达超过第了])(\d\d|{_HAN_DIGIT}{{2}})(?:年度|年)(?!来|内|间|以|前|后|多|期|代|房|龄|级|制)")
_DECADE = re.compile(r"(?:19)?([5-9])0年代|([五六七八九])十年代")
_BEFORE = r"(?<![比较同跟和与于])"  # 比去年: what is compared with
_RELATIVE = (
    (-3, re.compile(rf"{_BEFORE}大前年")),
    (-2, re.compile(rf"{_BEFORE}(?<![目以之当日从生大])前年(?!度|轻|纪)")),
    (-1, re.compile(rf"{_BEFORE}(?:去年|旧年|昨年|上一?年(?!纪|岁|龄))度?")),
    (0, re.compile(r"(?:今年|本年)度?")),
    (1, re.compile(r"明年度?|(?<![未近年以])来年(?!龄)|下一?年度")),
    (2, re.compile(r"(?<![以之今])后年")),
)
_OF_REPORT = re.compile(r"度?(?:的|那[一]?[份个]|这[一]?[份个])?(?:国务院|中央)?的?(?:政府|年度|年终)?(?:工作)?(?:报告|总结)")
_AND = re.compile(r"\s*(?:和|与|跟|及|、|,)\s*")
_FIRST = 1949  # no report of ours is older; 30年 of a house is no year
_MOST = 30  # years that a range may name


@dataclass(frozen=True, slots=True)
class Years:
    """The years of a question, and where they stand in it."""

    years: tuple[int, ...] = ()  # as said, without repeats
    spans: tuple[Span, ...] = ()  # the words that name them, in order
    relative: bool = False  # said from today: 去年
    short: bool = False  # the century is ours: 98年


NO_YEARS = Years()


def read_years(text: str, today: int, *, named: bool) -> Years:
    """The years that a question names: those that name a report before others, absolute ones before relative ones.

    2022年报告里的今年 is 2022, and 2022年报告里2035年的目标 stands in the report of 2022.

    Args:
        text: the question, folded.
        today: the year it is asked in.
        named: whether it also names a report or a publisher, which makes 21年 a year.

    >>> read_years("二〇一九年和2021年的报告", 2025, named=True).years
    (2019, 2021)
    >>> read_years("前年的报告", 2025, named=True).years
    (2023,)
    >>> read_years("住了20年的老房子", 2025, named=False).years
    ()
    """
    found = _absolute(text, today, named=named)
    if found:
        found = _of_reports(text, found) or found
        return _years(found, short=any(b - a < 4 for (a, b), _ in found))
    said = [((m.start(), m.end()), [today + shift]) for shift, pattern in _RELATIVE for m in pattern.finditer(text)]
    return _years(said, relative=bool(said))


@lru_cache(maxsize=20_000)
def printed_years(text: str) -> tuple[int, ...]:
    """The years that a text prints, in figures or in words; 今年 is none.

    >>> printed_years("１９９０年将在我国举行的亚运会,到二〇〇〇年")
    (1990, 2000)
    """
    return _years(_absolute(fold(text), 0, named=False)).years


def _of_reports(text: str, found: Iterable[tuple[Span, list[int]]]) -> list[tuple[Span, list[int]]]:
    """Those that name a report, with those joined to them: 2019年和2021年的报告. In 1982年报告里1985年的目标 the other is told of."""
    kept: list[tuple[Span, list[int]]] = []
    for span, years in sorted(found, reverse=True):
        if _OF_REPORT.match(text[span[1] :]) or (kept and _AND.fullmatch(text[span[1] : kept[-1][0][0]])):
            kept.append((span, years))
    return kept


def _absolute(text: str, today: int, *, named: bool) -> list[tuple[Span, list[int]]]:
    patterns = (_RANGE, _LONG, _ALONE, *((_SHORT, _DECADE) if named else ()))
    found: list[tuple[Span, list[int]]] = []
    for pattern in patterns:
        for match in pattern.finditer(text):
            years = _of(pattern, match, today)
            if years and not any(a < match.end() and match.start() < b for (a, b), _ in found):
                found.append(((match.start(), match.end()), years))
    return found


def _of(pattern: re.Pattern[str], match: re.Match[str], today: int) -> list[int]:
    if pattern is _RANGE:
        first, last = (int(year.translate(_DIGITS)) for year in match.groups())
        return list(range(first, last + 1)) if 0 <= last - first < _MOST else []
    if pattern is _DECADE:
        ten = int((match[1] or match[2]).translate(_DIGITS))
        return list(range(1900 + 10 * ten, 1910 + 10 * ten))
    year = int(match[1].translate(_DIGITS))
    if pattern is not _SHORT:
        return [year]
    if not match[1].isdigit() and _ascends(match[1]) and not _OF_REPORT.match(match.string[match.end() :]):
        return []
    year += 2000 if year <= today % 100 + 1 else 1900
    return [year] if year >= _FIRST else []


def _ascends(two: str) -> bool:
    """二三年, 三五年: about so many years."""
    one, other = (int(char.translate(_DIGITS)) for char in two)
    return one > 0 and (other == one + 1 or (one, other) == (3, 5))


def _years(found: Iterable[tuple[Span, list[int]]], *, relative: bool = False, short: bool = False) -> Years:
    ordered = sorted(found)
    years = dict.fromkeys(year for _, years in ordered for year in years)
    return Years(tuple(years), tuple(span for span, _ in ordered), relative, short)


def ranges(years: Iterable[int]) -> str:
    """Years for people, runs as one.

    >>> ranges([2018, 2019, 2021, 2015, 2016, 2017])
    '2015—2019、2021年'
    """
    runs: list[list[int]] = []
    for year in sorted(set(years)):
        if runs and runs[-1][1] == year - 1:
            runs[-1][1] = year
        else:
            runs.append([year, year])
    written = (str(a) if a == b else f"{a}、{b}" if b == a + 1 else f"{a}—{b}" for a, b in runs)
    return "、".join(written) + "年" if runs else ""
