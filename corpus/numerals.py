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
from functools import lru_cache
from pathlib import Path

from corpus.chinese import chinese_range, chinese_value, digit_string, mixed_value
from corpus.errors import NumeralError
from corpus.fold import fold
from corpus.number import Number, NumberKind, date_parts, same_date, same_unit, same_value
from corpus.number_forms import (
    AFTER,
    ALONE_AFTER,
    ARABIC,
    BARE_WORDS,
    BEFORE,
    CENTURY,
    CHINESE,
    CLOCK,
    COINS,
    CONGRESS,
    DATE,
    FRACTION,
    GENERIC,
    HALF,
    INFIX,
    ISO,
    LATIN,
    LIST_MARK,
    MANY_LARGE,
    MINUS,
    MONTHS,
    NOT_AFTER_ONE,
    ORDINAL,
    ORDINAL_NAME,
    ORDINAL_UNIT,
    PAIR_NAME,
    PER,
    PHASE,
    PHONE,
    PLACE_NAME,
    PLAN,
    PLUS,
    PUBLIC_LINES,
    QUOTED,
    RANGE,
    SHARE,
    SHARE_TAIL,
    SLASHED,
    SLOGAN,
    SOME,
    SPACED,
    START,
    TENTHS,
    TIMES,
    TITLE,
    UNIT,
    URL,
    YEAR,
    YEAR_END,
)
from corpus.units import BEFORE_ALL_THE_SAME, NOT_BEFORE, UNITS, dimension

__all__ = ["Number", "NumberKind", "date_parts", "parse_numeral", "read_numbers", "same_date", "same_unit", "same_value"]


def parse_numeral(text: str) -> Decimal:
    """The value of a text that is one numeral and nothing else.

    Raises:
        NumeralError: it is not one numeral.
    """
    folded = fold(text.strip())
    value = mixed_value(folded) if ARABIC.fullmatch(folded) else chinese_value(folded)
    if value is None:
        raise NumeralError(f"“{text[:40]}”不是一个数;请写成 2905、2,905、4.5万 或 二千九百零五 这样的数")
    return value


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
    if SPACED.search(folded := fold(text)):
        return _read_spaced(text, folded)
    scan = _Scan(text, folded, [m.span() for m in TITLE.finditer(text)])
    return list(_scan(scan))


def _read_spaced(text: str, folded: str) -> list[Number]:
    """Read a text whose digits are parted by blanks as if they were not, and say where each number stands in it."""
    blanks = {place for found in SPACED.finditer(folded) for place in range(*found.span()) if folded[place] in " \u200b"}
    kept = [place for place in range(len(text)) if place not in blanks]
    found = read_numbers("".join(text[place] for place in kept))
    spans = [(kept[number.start], kept[number.end - 1] + 1) for number in found]
    return [replace(number, printed=text[a:b], start=a, end=b) for number, (a, b) in zip(found, spans, strict=True)]


def _scan(scan: _Scan) -> Iterator[Number]:
    place = 0
    while (found := START.search(scan.folded, place)) is not None:
        at = found.start()
        number = _read_at(scan, at)
        if number is None:
            place = _past(scan.folded, at)
            continue
        number = _in_title(scan, _signed(scan, number))
        place = scan.done = max(number.end, at + 1)
        yield number


def _past(folded: str, at: int) -> int:
    """Where to look on after a numeral that was not read: behind it, so that its tail is not taken for a number."""
    core = ARABIC.match(folded, at) or CHINESE.match(folded, at)
    return max(at + 1, core.end() if core else 0)


def _signed(scan: _Scan, number: Number) -> Number:
    """A number behind a minus that joins nothing: -5, 增长-5.2%; the bar of 3-5家, 2021-08 and a list is none."""
    if number.upper is not None or number.qualifier or number.kind in ("name", "date", "year", "time", "ordinal", "age"):
        return number
    found = MINUS.search(scan.folded, max(scan.done, number.start - 2), number.start)
    if found is None:
        return number
    return replace(number, printed=scan.text[found.start(1) : number.end], start=found.start(1), value=-number.value)


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
    for pattern in (URL, PLUS, PHONE, CENTURY, PLAN, CONGRESS):
        if found := pattern.match(folded, at):
            return scan.name(at, found.end())
    if found := _names().match(folded, at):
        core = CHINESE.match(folded, at)
        longer = core is not None and (core.end() > found.end() or (core.end() == found.end() and UNIT.match(folded, core.end())))
        if not longer and not (folded[at] == "一" and folded[at - 1 : at] in NOT_AFTER_ONE):
            return scan.name(at, found.end())
    if folded[at - 1 : at] in ("“", "「", "『", "‘") and (found := SLOGAN.match(folded, at)):
        return scan.name(at, found.end())
    found = PAIR_NAME.match(folded, at)
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
    core = ARABIC.match(folded, at)
    end = core.end() if core else at + 1
    attached = bool(LATIN.match(before)) or (before in "-." and at > 1 and bool(LATIN.match(folded[at - 2])))
    if attached or (LATIN.match(folded, end) and not UNIT.match(folded, end)):
        return scan.name(at, end)
    return None


def _read_date(scan: _Scan, at: int) -> Number | None:
    """ISO dates, clock times, and 2021年8月31日 with any of its parts."""
    folded = scan.folded
    if found := ISO.match(folded, at):
        year, month, day = (int(part) for part in found.groups())
        return scan.number(at, found.end(), Decimal(year * 10_000 + month * 100 + day), "年月日", "date")
    if found := CLOCK.match(folded, at):
        return scan.number(at, found.end(), Decimal(int(found[1]) * 100 + int(found[2])), "时分", "time")
    if (found := MONTHS.match(folded, at)) and not folded[at - 1 : at].isdigit():
        low, high = _small(found["low"]), _small(found["high"])
        if 1 <= low < high <= 12:
            return scan.number(at, found.end(), Decimal(low), "月", "date", upper=Decimal(high))
    found = DATE.match(folded, at)
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
    if month is not None and day is None and year is None and INFIX.match(scan.folded, end):
        return None
    unit = ("年" if year else "") + ("月" if month else "") + ("日" if day else "")
    value = Decimal("".join(f"{part:02d}" for part in (year, month, day) if part))
    return scan.number(at, end, value, unit, "date")


def _year(text: str) -> int | None:
    value = int(text) if text.isdigit() else digit_string(text)
    return value if value is not None and 1800 <= value <= 2199 else None


def _year_of(scan: _Scan, at: int, year: int) -> Number | None:
    """A year, or the last year of a range of years that begins here."""
    folded = scan.folded
    end = at + 4
    if found := YEAR_END.match(folded, end):
        end = found.end()
    number = scan.number(at, end, Decimal(year), "年", "year")
    joined = RANGE.match(folded, end)
    last = YEAR.match(folded, joined.end()) if joined else None
    tail = YEAR_END.match(folded, last.end()) if last else None
    later = _year(last[0]) if last else None
    if last and tail and later and later > year and folded[max(0, at - 1) : at] not in ("从", "由", "自"):
        return scan.number(at, tail.end(), Decimal(year), "年", "year", upper=Decimal(later))
    return number


def _read_bare_year(scan: _Scan, at: int) -> Number | None:
    """2016—2020年: a year without 年 before a range that ends in one."""
    found = YEAR.match(scan.folded, at)
    if found is None or not RANGE.match(scan.folded, found.end()):
        return None
    year = _year(found[0])
    number = _year_of(scan, at, year) if year else None
    return number if number and number.upper is not None else None


def _read_share(scan: _Scan, at: int) -> Number | None:
    """百分之九十一点四, 三分之一, 九成半, 一半, 翻一番."""
    folded = scan.folded
    if found := SHARE.match(folded, at):
        return _share_of(scan, at, found)
    if found := FRACTION.match(folded, at):
        over, part = _small(found[1]), _small(found[2])
        if over > 1 and part > 0:
            value = Decimal(part) / Decimal(over)
            return _qualify(scan, scan.number(at, found.end(), value, "", "fraction", over=over))
    if (found := SLASHED.match(folded, at)) and int(found[1]) < int(found[2]):
        over = int(found[2])
        return _qualify(scan, scan.number(at, found.end(), Decimal(int(found[1])) / over, "", "fraction", over=over))
    if found := TENTHS.match(folded, at):
        tenths = Decimal(found[2]) if found[2] else Decimal(_small(found[1]))
        rest = 5 if found[3] else _small(found[4] or "零")
        more = folded[found.end() : found.end() + 1] in ("多", "来") and not rest
        end, qualifier = found.end() + more, folded[found.end()] if more else ""
        return _qualify(scan, scan.number(at, end, tenths * 10 + rest, "%", "percent", qualifier=qualifier))
    if (found := HALF.match(folded, at)) and (found[0] != "半" or folded[at - 1 : at] == "过"):
        made = scan.number(at, found.end(), Decimal(1) / 2, "", "fraction", over=2, qualifier="过" if found[1] else "")
        return made if found[1] else _qualify(scan, made)
    if found := TIMES.match(folded, at):
        return _qualify(scan, scan.number(at, found.end(), Decimal(_small(found[1] or "一")), "番", "multiple"))
    return None


def _share_of(scan: _Scan, at: int, found: re.Match[str]) -> Number | None:
    value = _share_value(found[2], found[3])
    if value is None:
        return None
    unit, scale = {"百": ("%", Decimal(1)), "千": ("‰", Decimal(1)), "万": ("%", Decimal("0.01"))}[found[1]]
    number = scan.number(at, found.end(), value * scale, unit, "percent")
    tail = SHARE_TAIL.match(scan.folded, found.end())
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
    found = ORDINAL.match(scan.folded, at)
    if found is None:
        return None
    end = found.end()
    if ORDINAL_NAME.match(scan.folded, end):
        return scan.name(at, end)
    value = mixed_value(found[1]) if found[1].isdigit() else chinese_value(found[1])
    if value is None:
        return None
    unit = ORDINAL_UNIT.match(scan.folded, end)
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
    if found := SOME.match(folded, at):
        value = chinese_value(found["core"])
        if value is None:
            return None
        upper = value * 9 if found["q"] in ("几", "数", "好几") else None
        return _Core(at, found.end(), value, upper, found["q"], False)
    if found := ARABIC.match(folded, at):
        value, arabic, upper = mixed_value(re.sub(r"\s", "", found[0]).replace("·", ".")), True, None
    elif found := CHINESE.match(folded, at):
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
    if large := MANY_LARGE.match(folded, core.end):
        size = chinese_value("一" + large["places"]) or Decimal(1)
        return replace(core, end=large.end(), value=core.value * size, qualifier=large["q"] or "")
    found = INFIX.match(folded, core.end)
    if found is None or not (core.arabic or folded[core.end - 1] in "十百千万亿"):
        return core
    places = found["places"]
    follows = places or UNIT.match(folded, found.end()) or GENERIC.match(folded, found.end())
    if not follows and found["q"] != "余":
        return core
    value = _with_places(folded[core.start : core.end], places) if places else core.value
    return core if value is None else replace(core, end=found.end(), value=value, qualifier=found["q"])


def _with_places(digits: str, places: str) -> Decimal | None:
    """二十五亿七千 with 万 behind its 多 is 25亿7千万: the places go to the last digits only."""
    whole = re.sub(r"\s", "", digits) + places
    return mixed_value(whole.replace("·", ".")) if whole[0].isdigit() else chinese_value(re.sub(r"[·・.]", "点", whole))


def _read_count(scan: _Scan, at: int) -> Number | None:
    """Digits with a unit; Arabic digits also without one."""
    folded = scan.folded
    core = _core(folded, at)
    if core is None:
        return None
    if core.arabic and _is_arabic_name(scan, core):
        place = PLACE_NAME.match(folded, core.end)
        return scan.name(at, place.end() if place else core.end)
    ranged = _read_range(scan, core)
    if ranged is not None:
        return ranged
    end, unit = _unit_at(folded, core)
    if unit in ("块", "元") and (coins := COINS.match(folded, core.end)):
        return _qualify(scan, scan.number(at, coins.end(), core.value + Decimal(_small(coins["tenths"])) / 10, "元", "money"))
    if not core.arabic and not _chinese_counts(folded, core, unit):
        return None
    if unit == "期" and core.value < 5 and not core.arabic and (folded[end : end + 1] == ")" or PHASE.match(folded, end)):
        return scan.number(at, end, core.value, unit, "ordinal")  # 一期工程, (二期): which, not how many
    return _qualify(scan, _with_unit(scan, core, end, unit))


def _is_arabic_name(scan: _Scan, core: _Core) -> bool:
    """Addresses, hotlines, quoted numbers and list marks."""
    folded = scan.folded
    if PLACE_NAME.match(folded, core.end):
        return True
    before, digits = folded[core.start - 1 : core.start], folded[core.start : core.end]
    if before in '“"‘「『' and before and QUOTED.match(folded, core.end):
        return True
    if digits in PUBLIC_LINES and not _unit_at(folded, core)[1]:
        return True
    return _is_list_mark(folded, core.start)


def _is_list_mark(folded: str, at: int) -> bool:
    """``1.`` or ``(1)`` at the beginning of a line or in brackets."""
    indent = folded[max(0, at - 16) : at]  # a list mark is not indented further
    line_start = not indent[indent.rfind("\n") + 1 :].strip(" \t\u3000(#*") and (at < 16 or "\n" in indent)
    bracket = folded[at - 1 : at] == "(" and folded[at : at + 4].rstrip("0123456789 ")[:1] == ""
    found = LIST_MARK.match(folded, at)
    return found is not None and (line_start or (bracket and found[0].endswith(")")))


def _chinese_counts(folded: str, core: _Core, unit: str) -> bool:
    """Whether a Chinese numeral is a number here and not part of a word."""
    word = folded[core.start : core.end]
    before = folded[core.start - 1 : core.start]
    if word == "一" and before in NOT_AFTER_ONE and before:
        return False
    if before == "第" or (before and before in "星期周" and not unit):
        return False
    if word in ("万", "亿") and unit == "元" and (before in set("过超近逾破") or folded.startswith("元以上", core.end)):
        return True  # 过亿元, 亿元以上
    if word in BARE_WORDS and (word in "万亿" or unit in ("年", "日", "天", "里", "度", "分", "级", "强", "")):
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


def _stands_alone(folded: str, core: _Core) -> bool:
    """二百四十 without a unit is a number only where nothing follows that it could be part of."""
    word = folded[core.start : core.end]
    mark = _is_list_mark(folded, core.start)
    if len(word) >= 3 and word[-1] in "万亿" and core.upper is None:
        return True  # 一亿二千万农户: a noun stands right behind it
    return len(word) >= 2 and not mark and core.upper is None and bool(ALONE_AFTER.match(folded, core.end))


def _unit_at(folded: str, core: _Core) -> tuple[int, str]:
    """End and name of the unit behind the digits; the core's end and "" when there is none."""
    if found := GENERIC.match(folded, core.end):
        return found.end(), "个" + found["unit"]
    place = core.end
    while (found := UNIT.match(folded, place)) is not None:
        unit = found[0].strip(" \t\u3000\u200b\u200d\u2003")
        if _unit_holds(folded, found.end(), unit):
            per = PER.match(folded, found.end())
            return (per.end(), unit + per[0]) if per else (found.end(), unit)
        shorter = _shorter_unit(folded, place, unit)
        return shorter if shorter else (core.end, "")
    return core.end, ""


def _unit_holds(folded: str, end: int, unit: str) -> bool:
    """Whether the characters behind a unit do not make it the beginning of another word."""
    next_one = folded[end : end + 1]
    return not next_one or next_one not in NOT_BEFORE.get(unit, "") or folded.startswith(BEFORE_ALL_THE_SAME.get(unit, ("\0",)), end)


def _shorter_unit(folded: str, place: int, unit: str) -> tuple[int, str] | None:
    for size in range(len(unit) - 1, 0, -1):
        word = unit[:size]
        if _is_unit(word) and word in UNITS and _unit_holds(folded, place + size, word):
            return place + size, word
    return None


def _with_unit(scan: _Scan, core: _Core, end: int, unit: str) -> Number:
    """The number of digits and unit, with 半 and 多 inside the unit (三个多月) taken into account."""
    generic = GENERIC.match(scan.folded, core.end)
    value, qualifier = core.value, core.qualifier
    if generic and generic["half"]:
        value += Decimal("0.5")
    if generic and generic["more"]:
        qualifier += "多"
    return scan.number(core.start, end, value, unit, _kind(unit), upper=core.upper, qualifier=qualifier)


def _kind(unit: str) -> NumberKind:
    base = unit.split("/")[0]
    kinds: dict[str, NumberKind] = {"percent": "percent", "points": "points", "money": "money", "age": "age"}
    kinds |= {"time": "duration", "multiple": "multiple", "count": "count"}
    return kinds.get(dimension(base), "measure")


def _read_range(scan: _Scan, core: _Core) -> Number | None:
    """3%~5%, 三至五家, 3—5万元: one number with two ends; None when no range begins here."""
    folded = scan.folded
    if core.qualifier or folded[max(0, core.start - 1) : core.start] in ("从", "由"):
        return None
    first_end, first_unit = _unit_at(folded, core)
    joined = RANGE.match(folded, first_end)
    second = _core(folded, joined.end()) if joined else None
    if joined is None or second is None or second.upper is not None:
        return None
    end, unit = _unit_at(folded, second)
    low = core.value
    written = folded[second.start : second.end]
    places = written[len(written.rstrip("万亿")) :]
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
    found = BEFORE.search(window)
    if found and found[0][:1] == "过" and number.kind not in ("percent", "fraction"):
        found = None  # 查过3家
    if found and not (found[0] == "近" and number.unit == "年" and number.kind == "duration"):  # 近五年 is a time
        start -= len(window) - found.start()
        qualifier = found[0].strip() + qualifier
    if found := AFTER.match(folded, end):
        end = found.end()
        qualifier += found[0].strip()
    if (start, end) == (number.start, number.end):
        return number
    return replace(number, printed=scan.text[start:end], start=start, end=end, qualifier=qualifier)


_READERS: tuple[Callable[[_Scan, int], Number | None], ...] = (
    _read_share, _read_name, _read_ordinal, _read_date, _read_bare_year, _read_count,
)  # fmt: skip
