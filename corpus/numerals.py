"""Reading numbers in running text: 2,905件, 十八项, 百分之九十一点四, 6万余辆, 三分之一, 3%~5%, 8月31日.

What is printed around the digits is part of a number: bounds and approximations before it (近, 约, 超过), between its digits and
its unit (余, 多, 几) and after it (以上, 左右), and its unit. ``text[start:end] == printed`` always holds.

Names that hold numerals are no figures. Those written with Arabic digits (71号, 700弄, 12345, 1+6+13) and those listed in
``number_names.tsv`` (一网统管, 十四五, 八项规定) come back with kind "name", so that a reader can tell them from a number that was
missed; ordinary words (统一, 第三方, 二是) and list marks (一、 (二)) are left out.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Literal

from corpus.chinese import chinese_range, chinese_value, digit_string, mixed_value
from corpus.errors import NumeralError
from corpus.fold import fold
from corpus.units import NOT_BEFORE, UNITS, dimension, factor

NumberKind = Literal["count", "money", "measure", "percent", "points", "fraction", "multiple", "ordinal", "date", "year", "duration", "age", "time", "name"]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Number:
    """One number as printed, and what it says."""

    printed: str  # text[start:end]: qualifier, digits, unit
    start: int  # offset in the text read, in characters
    end: int  # one past the last character
    value: Decimal  # in ``unit``; dates as 20210831, 202108, 2021, 831 (month and day), 8 (month or day); 0 for a name
    upper: Decimal | None  # other end of a range, else None
    unit: str  # 件, 元 (万元 is 元 with its 万 in the value), %, 个百分点, 月日; half width, simplified; "" if none
    qualifier: str  # 近, 约, 余, 以上, …: simplified, joined in order printed; "" if none
    kind: NumberKind
    over: int = 1  # denominator of 三分之一; the exact value of a fraction is a whole number over it

    @property
    def exact(self) -> Fraction:
        """The value without rounding, also for 三分之一."""
        return Fraction(round(self.value * self.over), self.over) if self.over > 1 else Fraction(self.value)

    @property
    def ratio(self) -> Fraction | None:
        """Percent, 成 and fractions as a share of one; None for other numbers."""
        if self.kind == "fraction":
            return self.exact
        return self.exact / (1000 if self.unit == "‰" else 100) if self.kind == "percent" else None


def same_unit(one: Number, other: Number) -> bool:
    """Whether two numbers can be compared: units that convert (名 and 人, 米 and 毫米), shares with shares, or no unit given."""
    if one.ratio is not None and other.ratio is not None:
        return True
    if not one.unit or not other.unit:
        return one.kind == other.kind or "ordinal" not in (one.kind, other.kind)
    return (one.kind == "ordinal") == (other.kind == "ordinal") and factor(one.unit, other.unit) is not None


def same_value(one: Number, other: Number) -> bool:
    """Whether two numbers print one value in units that compare, exactly; qualifiers are not looked at.

    >>> [one], [other] = read_numbers("2,905件"), read_numbers("二千九百零五件")
    >>> same_value(one, other)
    True
    """
    if "name" in (one.kind, other.kind) or not same_unit(one, other):
        return False
    if one.kind in ("date", "year") or other.kind in ("date", "year"):
        return same_date(one, other)
    if one.ratio is not None and other.ratio is not None:
        return one.ratio == other.ratio
    size = factor(one.unit, other.unit) if one.unit and other.unit else Fraction(1)
    if size is None or one.exact * size != other.exact:
        return False
    return (one.upper is None) == (other.upper is None) and (
        one.upper is None or other.upper is None or Fraction(one.upper) * size == Fraction(other.upper)
    )


def date_parts(number: Number) -> tuple[int | None, int | None, int | None]:
    """Year, month and day of a date, None for what is not printed.

    >>> date_parts(read_numbers("2021年8月31日")[0])
    (2021, 8, 31)
    """
    value = int(number.value)
    if number.unit == "年月日":
        return value // 10_000, value // 100 % 100, value % 100
    if number.unit == "年月":
        return value // 100, value % 100, None
    if number.unit == "月日":
        return None, value // 100, value % 100
    year, month, day = (value if number.unit == unit else None for unit in ("年", "月", "日"))
    return year, month, day


def same_date(one: Number, other: Number) -> bool:
    """Whether two dates agree in everything both print, and share their finest part."""
    mine, theirs = date_parts(one), date_parts(other)
    both = [(a, b) for a, b in zip(mine, theirs, strict=True) if a is not None and b is not None]
    finest = [max(i for i in range(3) if parts[i] is not None) if any(parts) else -1 for parts in (mine, theirs)]
    return bool(both) and finest[0] == finest[1] and all(a == b for a, b in both) and one.upper == other.upper


def parse_numeral(text: str) -> Decimal:
    """The value of a text that is one numeral and nothing else.

    Raises:
        NumeralError: it is not one numeral.
    """
    folded = fold(text.strip())
    value = mixed_value(folded) if _ARABIC.fullmatch(folded) else chinese_value(folded)
    if value is None:
        raise NumeralError(f"“{text[:40]}”不是一个数;请写成 2905、2,905、4.5万 或 二千九百零五 这样的数")
    return value


# ---- the grammar -------------------------------------------------------------------------------------------------
# Patterns are matched at one place and never nested over the same characters, so reading takes time linear in the text.

_C = "零〇○一二两俩仨三四五六七八九十百千万亿廿卅壹贰叁肆伍陆柒捌玖拾佰仟"  # characters of a Chinese numeral
_D = "零〇○一二两三四五六七八九"
_PLACE = r"(?:[十万亿]|百(?!分)|千(?![瓦克米伏卡赫焦]))"
_ARABIC_TEXT = r"(?:\d{1,3}(?:,\d{3})+(?![\d,])|\d+)(?:\s?\.\d+|·\d+)?"
_ARABIC = re.compile(rf"{_ARABIC_TEXT}(?:{_PLACE}(?:\d+(?:\.\d+)?(?={_PLACE}))?)*")
_CHINESE = re.compile(
    rf"(?:[零〇○一二两俩仨三四五六七八九十万亿廿卅壹贰叁肆伍陆柒捌玖拾佰仟]|百(?!分)|千(?![瓦克米伏卡赫焦]))+"
    rf"(?:[点·・.][{_D}]+(?:[百千](?![分瓦克米])|[万亿])*)?"
)
_SOME = re.compile(r"(?P<q>上|数|几|好几|成)(?P<core>[十百千万亿]+)")  # 上百, 数十, 几万
_INFIX = re.compile(rf"\s?(?P<q>[余多几来])(?P<places>{_PLACE}*)")
_BEFORE = re.compile(
    r"(?:大约|约为|(?<![签节条契特相预合公续违履誓隐邀制简集])约|将近|接近|近|超过|突破|超出|超|逾|不足|不到|未满|不满|至少|最少|不少于|不低于|不小于|多于|高于|大于|最多|至多|不多于|不超过|不高于|低于|少于|小于|"
    r"上百|大概|差不多|几乎|达到或超过|过(?=半))了?\s?$"
)
_AFTER = re.compile(r"\s?(?:(?:及|或)?以上|(?:及|或)?以下|以内|之内|左右|上下|有余|出头|开外|(?:(?<=[元年月天吨里])|(?<=小时))[多余](?![种样少个项家人]))(?!学历)")
_SPACE = "[ \\t\u3000\u200b\u200d\u2003]?"
_UNIT = re.compile(_SPACE + r"(?:%|‰|" + "|".join(map(re.escape, UNITS)) + r")")
_GENERIC = re.compile(r"个(?:(?P<half>半)|(?P<more>多))?(?P<unit>月|小时|星期|季度|钟头|百分点|工作日)")
_PER = re.compile(r"/(?:吨|人|天|年|月|日|小时|平方米|平方公里|立方米|亩|公斤|斤|户|件|次|个|套|升|米|公里)")
_RANGE = re.compile(r"\s?(?:至|到|-{1,2}|—{1,2}|–|~|−|―)\s?")
_LATIN = re.compile(r"[a-z]")
_START = re.compile(rf"https?://\S+|[\d{_C}第几数上半翻过①-⑳]")
_URL = re.compile(r"https?://[!-~]+")
_TITLE = re.compile(r"《[^》\n]{1,80}》")
_PLUS = re.compile(r"\d+(?:\s?\+\s?\d+)+|\d+[x×*]\d+")
_ISO = re.compile(r"((?:18|19|20)\d\d)[-/.](\d{1,2})[-/.](\d{1,2})(?![\d.])")
_CLOCK = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)(?::[0-5]\d)?(?!\d)")
_PHONE = re.compile(r"0\d{2,3}-\d{7,8}(?!\d)|1[3-9]\d{9}(?!\d)|400-?\d{3}-?\d{4}(?!\d)|\d{15,}")
_PLACE_NAME = re.compile(r"\s?(?:号(?!召|称|人)|弄|街坊|村(?![民庄])|路(?!径|段)|室|支弄|栋?楼(?![宇道组盘市房])|版|白皮书|中学|小学|医院|团(?!队)|届?世界|国集团|计划(?=[”\"]))")
_PUBLIC_LINES = {"110", "114", "119", "120", "122", "12306", "12309", "12315", "12318", "12319", "12320", "12328", "12329", "12333", "12336", "12338",
                 "12339", "12345", "12348", "12350", "12351", "12355", "12358", "12363", "12365", "12366", "12369", "12371", "12377", "12380",
                 "12381", "12385", "12386", "12388", "12389", "12393", "95598"}  # fmt: skip
_QUOTED = re.compile(r"\s?[”\"’」』]")
_LIST_MARK = re.compile(r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})\s?(?:[、.．](?!\d)|\))")
_CENTURY = re.compile(rf"(?:\d{{1,2}}|[{_C}]{{1,3}})\s?世纪(?:[{_C}\d]{{1,2}}0?年代)?|(?:\d\d|\d{{4}}|[二三四五六七八九]十|[一二][九〇○零][二三四五六七八九][〇○零])年代")
_CONGRESS = re.compile(r"(?:[一二]?十[一二三四五六七八九]?|[七八九])大(?=[精以召闭开报提确和、，。”\"》至到的后前])|[一二]?十?[一二三四五六七八九]?届[一二三四五六七八]中")
_PLAN = re.compile(r"(?:十[一二三四五六七]?|[一二三四五六七八九])五(?=[”\"’」]|规划|时期|期间|计划|末|初)")
_PAIR_NAME = re.compile(rf"[一二两三四五六七八九十百千万双]([^{_C}\s,。、;:!?()0-9]){{1}}[一二两三四五六七八九十百千万双]([^{_C}\s,。、;:!?()0-9])")
_NOT_AFTER_ONE = frozenset("上下新这那某每另同统唯单专逐万第进划归合为整头任首又再前后本该哪")
_SHARE = re.compile(rf"(百|千|万)分之(?:({_ARABIC_TEXT})|(百(?!分)|[{_D}十廿百点·・.]+))")
_SHARE_TAIL = re.compile(rf"\s?(?:至|到|-|—{{1,2}}|~|、)\s?(?:(?:百|千|万)分之)?(?:({_ARABIC_TEXT})|([{_D}十百点·・]+))(?![{_C}]?[个项年月元人])")
_FRACTION = re.compile(r"([零〇○一二两三四五六七八九十百千万]{1,4}|\d{1,4})分之([零〇○一二两三四五六七八九十百千万]{1,4}|\d{1,4})(?:强|弱)?")
_TENTHS = re.compile(r"(?:([一二三四五六七八九])|(\d(?:\.\d)?))成(?!员|立|果|为|功|长|分|本|效|熟|就|交|品|人|套|都|了|不变|千|百|建|语)(?:(半)|([一二三四五六七八九])(?!成))?")
_HALF = re.compile(r"(过)?半数?(?=[以之的左\s,。;、()]|$)|一半(?!是)")
_TIMES = re.compile(rf"翻\s?了?([{_D}]|\d{1,3})?番")
_ORDINAL = re.compile(r"第([零〇○一二两三四五六七八九十百千万]+|\d+)")
_ORDINAL_NAME = re.compile(r"方(?!面)|书记|三?产业|[一二三]?线|课堂|线|人称|一?责任人|生产力|要务|时间|一?村|中学|小学|[^次批届位名个期轮季年阶部次]医院|巡察组|巡视组|督导组|把手|手|世界|国际|二课堂|者")
_ORDINAL_UNIT = re.compile(r"\s?(?:位(?!于|置)|名(?!单|称)|批次|批(?!准|评)|届|次(?!生)|期(?!间)|轮|个|季度|年度?|条(?!件)|代|章|号|阶段|线|家|项|场(?!所)|步)")
_DATE = re.compile(
    r"(?:(?P<year>(?:1[89]|20|21)\d\d|[一二][一二三四五六七八九〇○零]{3})\s?年度?\s?(?P<ym>底|末|初)?)?"
    r"(?:(?P<month>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])\s?月份?)?(?:(?P<day>[12]\d|3[01]|0?[1-9]|(?:[二三]?十|[二三])?[一二三四五六七八九]|[二三]?十)\s?[日号](?![益常本报均楼线文]))?"
)  # fmt: skip
_MONTHS = re.compile(r"(?P<low>\d{1,2}|[一二三四五六七八九十]{1,2})\s?月?份?\s?(?:至|到|-|—{1,2}|~)\s?(?P<high>\d{1,2}|[一二三四五六七八九十]{1,2})\s?月")
_BARE_WORDS = frozenset("百千万亿")


@dataclass(slots=True)
class _Scan:
    """One text being read: the original, its folded copy (same length), and where the last number ended."""

    text: str
    folded: str
    titles: list[tuple[int, int]]
    done: int = 0

    def number(self, start: int, end: int, value: Decimal, unit: str, kind: NumberKind, **more: object) -> Number:
        """A number over a span of the text."""
        made = Number(self.text[start:end], start, end, _plain(value), None, unit, "", kind)
        return replace(made, **more) if more else made  # type: ignore[arg-type]

    def name(self, start: int, end: int) -> Number:
        """A name over a span of the text."""
        return self.number(start, end, Decimal(0), "", "name")


def _plain(value: Decimal) -> Decimal:
    """45000.0 and 4.5E+4 as 45000; decimals that are printed stay (91.40)."""
    whole = value.to_integral_value()
    return Decimal(int(whole)) if whole == value and len(str(int(whole))) < 25 else value


@lru_cache(maxsize=1)
def _names() -> re.Pattern[str]:
    lines = (Path(__file__).parent / "number_names.tsv").read_text(encoding="utf-8").splitlines()
    words = {line.split("\t")[0] for line in lines if line and not line.startswith("#")}
    return re.compile("|".join(sorted(map(re.escape, words), key=lambda word: (-len(word), word))))


def read_numbers(text: str) -> list[Number]:
    """Every number and number-like name of a text, in order, not overlapping. Never raises on a text.

    >>> [(n.printed, str(n.value), n.unit, n.qualifier) for n in read_numbers("清运单车6万余辆,满意率百分之九十一点四。")]
    [('6万余辆', '60000', '辆', '余'), ('百分之九十一点四', '91.4', '%', '')]
    """
    scan = _Scan(text, fold(text), [m.span() for m in _TITLE.finditer(text)])
    return list(_scan(scan))


def _scan(scan: _Scan) -> Iterator[Number]:
    place = 0
    while (found := _START.search(scan.folded, place)) is not None:
        at = found.start()
        number = _read_at(scan, at)
        if number is None:
            place = _past(scan.folded, at)
            continue
        number = _in_title(scan, number)
        place = scan.done = max(number.end, at + 1)
        yield number


def _past(folded: str, at: int) -> int:
    """Where to look on after a numeral that was not read: behind it, so that its tail is not taken for a number."""
    core = _ARABIC.match(folded, at) or _CHINESE.match(folded, at)
    return max(at + 1, core.end() if core else 0)


def _in_title(scan: _Scan, number: Number) -> Number:
    """A number inside a book title is part of that name."""
    if number.kind != "name" and any(start <= number.start < end for start, end in scan.titles):
        return scan.name(number.start, number.end)
    return number


def _read_at(scan: _Scan, at: int) -> Number | None:
    """The number or name that begins at a place (its qualifier may begin earlier), or None."""
    for reader in _READERS:
        number = reader(scan, at)
        if number is not None:
            return number
    return None


def _read_name(scan: _Scan, at: int) -> Number | None:
    """Names told by their form or by the list."""
    folded = scan.folded
    if "①" <= scan.text[at] <= "⑳":
        return scan.name(at, at + 1)
    for pattern in (_URL, _PLUS, _PHONE, _CENTURY, _PLAN, _CONGRESS):
        if found := pattern.match(folded, at):
            return scan.name(at, found.end())
    if found := _names().match(folded, at):
        core = _CHINESE.match(folded, at)
        longer = core is not None and (core.end() > found.end() or (core.end() == found.end() and _UNIT.match(folded, core.end())))
        if not longer and not (folded[at] == "一" and folded[at - 1 : at] in _NOT_AFTER_ONE):
            return scan.name(at, found.end())
    found = _PAIR_NAME.match(folded, at)
    if found and not any(_is_unit(found[group]) for group in (1, 2)) and not _is_unit(folded[found.end() - 1 : found.end() + 1]):
        return scan.name(at, found.end())
    return _read_latin(scan, at)


@lru_cache(maxsize=1)
def _unit_set() -> frozenset[str]:
    return frozenset(UNITS) | {"月", "日", "号", "分", "成", "半", "点"}


def _is_unit(word: str) -> bool:
    return word in _unit_set()


def _read_latin(scan: _Scan, at: int) -> Number | None:
    """Digits joined to Latin letters are a name (PM2.5, 5G), unless the letters are a unit (60mm)."""
    folded = scan.folded
    if not folded[at].isdigit():
        return None
    before = folded[at - 1] if at else ""
    core = _ARABIC.match(folded, at)
    end = core.end() if core else at + 1
    attached = bool(_LATIN.match(before)) or (before in "-." and at > 1 and bool(_LATIN.match(folded[at - 2])))
    if attached or (_LATIN.match(folded, end) and not _UNIT.match(folded, end)):
        return scan.name(at, end)
    return None


def _read_date(scan: _Scan, at: int) -> Number | None:
    """ISO dates, clock times, and 2021年8月31日 with any of its parts."""
    folded = scan.folded
    if found := _ISO.match(folded, at):
        year, month, day = (int(part) for part in found.groups())
        return scan.number(at, found.end(), Decimal(year * 10_000 + month * 100 + day), "年月日", "date")
    if found := _CLOCK.match(folded, at):
        return scan.number(at, found.end(), Decimal(int(found[1]) * 100 + int(found[2])), "时分", "time")
    if (found := _MONTHS.match(folded, at)) and not folded[at - 1 : at].isdigit():
        low, high = _small(found["low"]), _small(found["high"])
        if 1 <= low < high <= 12:
            return scan.number(at, found.end(), Decimal(low), "月", "date", upper=Decimal(high))
    found = _DATE.match(folded, at)
    return _date_of(scan, at, found) if found and found.end() > at else None


def _small(text: str) -> int:
    value = Decimal(text) if text.isdigit() else chinese_value(text)
    return int(value) if value is not None else 0


def _date_of(scan: _Scan, at: int, found: re.Match[str]) -> Number | None:
    year = _year(found["year"]) if found["year"] else None
    month, day = (_small(found[part]) if found[part] else None for part in ("month", "day"))
    end = found.end()
    if found["year"] and year is None:
        return None
    if year is not None and month is None:
        return _year_of(scan, at, year)
    if month is None and (day is None or not found["day"].isdigit() or scan.folded[end - 1] == "号"):
        return None  # 十五日 and 71号 alone: too often a length of time or an address
    if month is not None and day is None and year is None and _INFIX.match(scan.folded, end):
        return None
    unit = ("年" if year else "") + ("月" if month else "") + ("日" if day else "")
    value = Decimal("".join(f"{part:02d}" for part in (year, month, day) if part))
    return scan.number(at, end, value, unit, "date")


def _year(text: str) -> int | None:
    value = int(text) if text.isdigit() else digit_string(text)
    return value if value is not None and 1800 <= value <= 2199 else None


_YEAR = re.compile(r"(?:(?:1[89]|20|21)\d\d|[一二][一二三四五六七八九〇○零]{3})")
_YEAR_END = re.compile(r"\s?年度?")


def _year_of(scan: _Scan, at: int, year: int) -> Number | None:
    """A year, or the last year of a range of years that begins here."""
    folded = scan.folded
    end = at + 4
    if found := _YEAR_END.match(folded, end):
        end = found.end()
    number = scan.number(at, end, Decimal(year), "年", "year")
    joined = _RANGE.match(folded, end)
    last = _YEAR.match(folded, joined.end()) if joined else None
    tail = _YEAR_END.match(folded, last.end()) if last else None
    later = _year(last[0]) if last else None
    if last and tail and later and later > year and folded[max(0, at - 1) : at] not in ("从", "由", "自"):
        return scan.number(at, tail.end(), Decimal(year), "年", "year", upper=Decimal(later))
    return number


def _read_bare_year(scan: _Scan, at: int) -> Number | None:
    """2016—2020年: a year without 年 before a range that ends in one."""
    found = _YEAR.match(scan.folded, at)
    if found is None or not _RANGE.match(scan.folded, found.end()):
        return None
    year = _year(found[0])
    number = _year_of(scan, at, year) if year else None
    return number if number and number.upper is not None else None


def _read_share(scan: _Scan, at: int) -> Number | None:
    """百分之九十一点四, 三分之一, 九成半, 一半, 翻一番."""
    folded = scan.folded
    if found := _SHARE.match(folded, at):
        return _share_of(scan, at, found)
    if found := _FRACTION.match(folded, at):
        over, part = _small(found[1]), _small(found[2])
        if over > 1 and part > 0:
            value = Decimal(part) / Decimal(over)
            return _qualify(scan, scan.number(at, found.end(), value, "", "fraction", over=over))
    if found := _TENTHS.match(folded, at):
        tenths = Decimal(found[2]) if found[2] else Decimal(_small(found[1]))
        rest = 5 if found[3] else _small(found[4] or "零")
        return _qualify(scan, scan.number(at, found.end(), tenths * 10 + rest, "%", "percent"))
    if (found := _HALF.match(folded, at)) and (found[0] != "半" or folded[at - 1 : at] == "过"):
        made = scan.number(at, found.end(), Decimal(1) / 2, "", "fraction", over=2, qualifier="过" if found[1] else "")
        return made if found[1] else _qualify(scan, made)
    if found := _TIMES.match(folded, at):
        return _qualify(scan, scan.number(at, found.end(), Decimal(_small(found[1] or "一")), "番", "multiple"))
    return None


def _share_of(scan: _Scan, at: int, found: re.Match[str]) -> Number | None:
    value = _share_value(found[2], found[3])
    if value is None:
        return None
    unit, scale = {"百": ("%", Decimal(1)), "千": ("‰", Decimal(1)), "万": ("%", Decimal("0.01"))}[found[1]]
    number = scan.number(at, found.end(), value * scale, unit, "percent")
    tail = _SHARE_TAIL.match(scan.folded, found.end())
    high = _share_value(tail[1], tail[2]) if tail else None
    if tail and high is not None and high > value and scan.folded[max(0, at - 1) : at] not in ("从", "由"):
        number = scan.number(at, tail.end(), value * scale, unit, "percent", upper=high * scale)
    return _qualify(scan, number)


def _share_value(arabic: str | None, chinese: str | None) -> Decimal | None:
    if arabic:
        return mixed_value(arabic.replace("·", ".").replace(" ", ""))
    if not chinese:
        return None
    return chinese_value(re.sub(r"[·・.]", "点", chinese))


def _read_ordinal(scan: _Scan, at: int) -> Number | None:
    """第八位; 第二书记 and 第三方 are names."""
    found = _ORDINAL.match(scan.folded, at)
    if found is None:
        return None
    end = found.end()
    if _ORDINAL_NAME.match(scan.folded, end):
        return scan.name(at, end)
    value = mixed_value(found[1]) if found[1].isdigit() else chinese_value(found[1])
    if value is None:
        return None
    unit = _ORDINAL_UNIT.match(scan.folded, end)
    end = unit.end() if unit else end
    return scan.number(at, end, value, unit[0].strip() if unit else "", "ordinal")


@dataclass(frozen=True, slots=True)
class _Core:
    """Digits with what stands between them and the unit."""

    start: int
    end: int
    value: Decimal
    upper: Decimal | None
    qualifier: str
    arabic: bool


def _core(folded: str, at: int) -> _Core | None:
    """Digits at a place: 4.5万, 十八, 七八百, 上百, 6万余, 十多万."""
    if found := _SOME.match(folded, at):
        value = chinese_value(found["core"])
        if value is None:
            return None
        upper = value * 9 if found["q"] in ("几", "数", "好几") else None
        return _Core(at, found.end(), value, upper, found["q"], False)
    if found := _ARABIC.match(folded, at):
        value, arabic, upper = mixed_value(re.sub(r"\s", "", found[0]).replace("·", ".")), True, None
    elif found := _CHINESE.match(folded, at):
        text, arabic = re.sub(r"[·・.]", "点", found[0]), False
        pair = chinese_range(text)
        value, upper = pair or (chinese_value(text), None)
    else:
        return None
    if value is None:
        return None
    return _infix(folded, _Core(at, found.end(), value, upper, "", arabic))


def _infix(folded: str, core: _Core) -> _Core:
    """Take in 余, 多, 几 or 来 behind the digits, and the places behind that (十多万)."""
    found = _INFIX.match(folded, core.end)
    if found is None or not (core.arabic or folded[core.end - 1] in "十百千万亿"):
        return core
    places = found["places"]
    follows = places or _UNIT.match(folded, found.end()) or _GENERIC.match(folded, found.end())
    if not follows and found["q"] != "余":
        return core
    scale = mixed_value(f"1{places}") if places else Decimal(1)
    if scale is None:
        return core
    return replace(core, end=found.end(), value=core.value * scale, qualifier=found["q"])


def _read_count(scan: _Scan, at: int) -> Number | None:
    """Digits with a unit; Arabic digits also without one."""
    folded = scan.folded
    core = _core(folded, at)
    if core is None:
        return None
    if core.arabic and _is_arabic_name(scan, core):
        place = _PLACE_NAME.match(folded, core.end)
        return scan.name(at, place.end() if place else core.end)
    ranged = _read_range(scan, core)
    if ranged is not None:
        return ranged
    end, unit = _unit_at(folded, core)
    if not core.arabic and not _chinese_counts(folded, core, unit):
        return None
    if unit == "期" and core.value < 5 and not core.arabic and (folded[end : end + 1] == ")" or _PHASE.match(folded, end)):
        return scan.number(at, end, core.value, unit, "ordinal")  # 一期工程, (二期): which, not how many
    return _qualify(scan, _with_unit(scan, core, end, unit))


_PHASE = re.compile(r"\s?(?:建设)?(?:工程|项目)")


def _is_arabic_name(scan: _Scan, core: _Core) -> bool:
    """Addresses, hotlines, quoted numbers and list marks."""
    folded = scan.folded
    if _PLACE_NAME.match(folded, core.end):
        return True
    before, digits = folded[core.start - 1 : core.start], folded[core.start : core.end]
    if before in "“\"‘「『" and before and _QUOTED.match(folded, core.end):
        return True
    if digits in _PUBLIC_LINES and not _unit_at(folded, core)[1]:
        return True
    return _is_list_mark(folded, core.start)


def _is_list_mark(folded: str, at: int) -> bool:
    """``1.`` or ``(1)`` at the beginning of a line or in brackets."""
    indent = folded[max(0, at - 16) : at]  # a list mark is not indented further
    line_start = not indent[indent.rfind("\n") + 1 :].strip(" \t\u3000(#*") and (at < 16 or "\n" in indent)
    bracket = folded[at - 1 : at] == "(" and folded[at : at + 4].rstrip("0123456789 ")[:1] == ""
    found = _LIST_MARK.match(folded, at)
    return found is not None and (line_start or (bracket and found[0].endswith(")")))


def _chinese_counts(folded: str, core: _Core, unit: str) -> bool:
    """Whether a Chinese numeral is a number here and not part of a word."""
    word = folded[core.start : core.end]
    before = folded[core.start - 1 : core.start]
    if word == "一" and before in _NOT_AFTER_ONE and before:
        return False
    if before == "第" or (before and before in "星期周" and not unit):
        return False
    if word in _BARE_WORDS and (word in "万亿" or unit in ("年", "日", "天", "里", "度", "分", "级", "强", "")):
        return False
    if word in ("百万", "千万", "亿万", "万亿", "百亿", "千亿") and not unit:
        return False
    if unit in ("级", "线", "国", "省", "市", "县", "区", "里", "环", "角", "强", "字", "代", "站", "季", "日") and len(word) == 1:
        return False
    if unit:
        return not (unit == "分" and word == "十")
    if word in "俩仨":
        return True
    return _stands_alone(folded, core)


_ALONE_AFTER = re.compile(r"[,，。;；、)）\s!?]|$|[余多]")


def _stands_alone(folded: str, core: _Core) -> bool:
    """二百四十 without a unit is a number only where nothing follows that it could be part of."""
    word = folded[core.start : core.end]
    mark = _is_list_mark(folded, core.start)
    return len(word) >= 2 and not mark and core.upper is None and bool(_ALONE_AFTER.match(folded, core.end))


def _unit_at(folded: str, core: _Core) -> tuple[int, str]:
    """End and name of the unit behind the digits; the core's end and "" when there is none."""
    if found := _GENERIC.match(folded, core.end):
        return found.end(), "个" + found["unit"]
    place = core.end
    while (found := _UNIT.match(folded, place)) is not None:
        unit = found[0].strip(" \t\u3000\u200b\u200d\u2003")
        if _unit_holds(folded, found.end(), unit):
            per = _PER.match(folded, found.end())
            return (per.end(), unit + per[0]) if per else (found.end(), unit)
        shorter = _shorter_unit(folded, place, unit)
        return shorter if shorter else (core.end, "")
    return core.end, ""


def _unit_holds(folded: str, end: int, unit: str) -> bool:
    """Whether the characters behind a unit do not make it the beginning of another word."""
    return folded[end : end + 1] == "" or folded[end] not in NOT_BEFORE.get(unit, "")


def _shorter_unit(folded: str, place: int, unit: str) -> tuple[int, str] | None:
    for size in range(len(unit) - 1, 0, -1):
        word = unit[:size]
        if _is_unit(word) and word in UNITS and _unit_holds(folded, place + size, word):
            return place + size, word
    return None


def _with_unit(scan: _Scan, core: _Core, end: int, unit: str) -> Number:
    """The number of digits and unit, with 半 and 多 inside the unit (三个多月) taken into account."""
    generic = _GENERIC.match(scan.folded, core.end)
    value, qualifier = core.value, core.qualifier
    if generic and generic["half"]:
        value += Decimal("0.5")
    if generic and generic["more"]:
        qualifier += "多"
    return scan.number(core.start, end, value, unit, _kind(unit), upper=core.upper, qualifier=qualifier)


def _kind(unit: str) -> NumberKind:
    base = unit.split("/")[0]
    kinds: dict[str, NumberKind] = {"percent": "percent", "points": "points", "money": "money", "age": "age", "time": "duration", "multiple": "multiple", "count": "count"}  # fmt: skip
    return kinds.get(dimension(base), "measure")


def _read_range(scan: _Scan, core: _Core) -> Number | None:
    """3%~5%, 三至五家, 3—5万元: one number with two ends; None when no range begins here."""
    folded = scan.folded
    if core.qualifier or folded[max(0, core.start - 1) : core.start] in ("从", "由"):
        return None
    first_end, first_unit = _unit_at(folded, core)
    joined = _RANGE.match(folded, first_end)
    second = _core(folded, joined.end()) if joined else None
    if joined is None or second is None or second.upper is not None:
        return None
    end, unit = _unit_at(folded, second)
    low = core.value
    places = "".join(re.findall("[万亿]+$", folded[second.start : second.end]))
    if places and not first_unit and not re.search("[万亿]", folded[core.start : core.end]):
        low *= mixed_value(f"1{places}") or 1
    if low >= second.value or (first_unit and first_unit != unit) or not (unit or core.arabic):
        return None
    if not unit and len(folded[core.start : core.end]) + len(folded[second.start : second.end]) > 8:
        return None
    number = scan.number(core.start, end, low, unit, _kind(unit), upper=second.value, qualifier=second.qualifier)
    return _qualify(scan, number)


def _qualify(scan: _Scan, number: Number) -> Number:
    """Take in the bound before and behind a number: 近, 约, 超过; 以上, 左右."""
    folded = scan.folded
    start, end, qualifier = number.start, number.end, number.qualifier
    window = folded[max(scan.done, start - 6) : start]
    if found := _BEFORE.search(window):
        start -= len(window) - found.start()
        qualifier = found[0].strip() + qualifier
    if found := _AFTER.match(folded, end):
        end = found.end()
        qualifier += found[0].strip()
    if (start, end) == (number.start, number.end):
        return number
    return replace(number, printed=scan.text[start:end], start=start, end=end, qualifier=qualifier)


_READERS: tuple[Callable[[_Scan, int], Number | None], ...] = (
    _read_share, _read_name, _read_ordinal, _read_date, _read_bare_year, _read_count,
)  # fmt: skip
