"""Days as documents print them."""

import re
from datetime import date

_NUMERIC = re.compile(r"(?<!\d)((?:19|20)\d{2})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)")
_CHINESE = re.compile(r"([一二][〇○零Ｏ0O一二三四五六七八九]{3})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})日")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})\s*年?(?!\d)")
_CHINESE_YEAR = re.compile(r"([一二][〇○零Ｏ0O一二三四五六七八九]{3})年")
_DIGITS = {char: digit for digit, chars in enumerate(("〇○零Ｏ0O", *"一二三四五六七八九")) for char in chars}


def day_in(text: str) -> date | None:
    """The first day in a text; None when there is none.

    >>> day_in("2022-03-30 09:15"), day_in("（2021年1月5日在大会上）"), day_in("二〇二一年十二月三十一日")
    (datetime.date(2022, 3, 30), datetime.date(2021, 1, 5), datetime.date(2021, 12, 31))
    >>> day_in("2021年2月30日") is None
    True
    """
    if found := _NUMERIC.search(text):
        parts = [int(part) for part in found.groups()]
    elif found := _CHINESE.search(text):
        parts = [_year(found[1]), _small(found[2]), _small(found[3])]
    else:
        return None
    try:
        return date(*parts)
    except ValueError:
        return None


def year_in(text: str) -> int | None:
    """The first year in a text; None when there is none.

    >>> year_in("延吉新村街道2021年度工作总结"), year_in("二○二一年工作报告"), year_in("report_2021_final"), year_in("第12021号")
    (2021, 2021, 2021, None)
    """
    found = [(match.start(), int(match[1])) for match in [_YEAR.search(text)] if match]
    found += [(match.start(), _year(match[1])) for match in [_CHINESE_YEAR.search(text)] if match]
    return min(found)[1] if found else None


def _year(digits: str) -> int:
    return int("".join(str(_DIGITS[char]) for char in digits))


def _small(words: str) -> int:
    """A number up to 99: 十二, 三十一."""
    tens, _, ones = words.rpartition("十")
    if "十" not in words:
        return _DIGITS.get(words, 0)
    return (_DIGITS.get(tens, 0) if tens else 1) * 10 + (_DIGITS.get(ones, 0) if ones else 0)
