"""The value of a numeral written in Chinese or mixed characters: 十八, 二百四十, 一万六千三百九十九, 4.5万, 二〇二一, 七八百.

Only characters are read here; which stretches of a text are numerals is decided in ``corpus.numerals``.
"""

import re
from decimal import Decimal
from functools import lru_cache

DIGITS = {"零": 0, "〇": 0, "○": 0, "一": 1, "二": 2, "两": 2, "俩": 2, "三": 3, "仨": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9,
          "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6, "柒": 7, "捌": 8, "玖": 9}  # fmt: skip
SMALL = {"十": 10, "百": 100, "千": 1000, "拾": 10, "佰": 100, "仟": 1000}  # inside a section of four places
LARGE = {"万": 10**4, "亿": 10**8}  # closes a section; 万亿 is their product
_TENS = {"廿": "二十", "卅": "三十"}
_ZERO = "零〇○"
_LONGEST = 40  # characters; nobody writes a longer numeral, and longer ones only cost time
_BLANK = re.compile(r"[,\s\u200b]")
_MIXED = re.compile(r"\d+(?:\.\d+)?|.")


def _expand(text: str) -> str:
    return "".join(_TENS.get(char, char) for char in text)


def _section(text: str) -> int | None:
    """Value below 10,000 in strict order of places (二百四十, 百五, 一千零三); None when it is not well formed."""
    total, digit, place, zero = 0, None, 10_000, False
    for char in text:
        if char in SMALL:
            size = SMALL[char]
            if size >= place or digit == 0:
                return None
            total, digit, place, zero = total + (1 if digit is None else digit) * size, None, size, False
        elif char in DIGITS:
            if char in _ZERO:
                if zero or digit is not None or not total:
                    return None
                zero = True
            elif digit is not None:
                return None
            else:
                digit = DIGITS[char]
        else:
            return None
    if digit is None:
        return None if zero else total
    # 二百四 is 240 and 三千五 3,500 in speech, while 二百零四 is 204.
    spoken = place // 10 if place in (100, 1000) and not zero else 1
    return total + digit * spoken


def _whole(text: str) -> int | None:
    """Value of a whole number with 万 and 亿; a lone zero is 0."""
    if not text:
        return None
    if text in ("零", "〇", "○"):
        return 0
    for unit in ("亿", "万"):
        head, found, tail = text.rpartition(unit)
        if not found:
            continue
        high = _whole(head) if head else 1
        low = _whole(tail.lstrip(_ZERO)) if tail.lstrip(_ZERO) else 0
        if high is None or low is None or low >= LARGE[unit] or high == 0:
            return None
        # 一万五 is 15,000 in speech, 一万零五 10,005.
        if len(tail) == 1 and tail in DIGITS and tail not in _ZERO:
            low *= LARGE[unit] // 10
        return high * LARGE[unit] + low
    return _section(text)


def digit_string(text: str) -> int | None:
    """Value of digits read one by one (二〇二一 is 2021, 一〇六 is 106); None when another character is among them."""
    if not text or any(char not in DIGITS or char in "两俩仨" for char in text):
        return None
    return int("".join(str(DIGITS[char]) for char in text))


@lru_cache(maxsize=8192)
def chinese_value(text: str) -> Decimal | None:
    """Value of a Chinese numeral; None when the characters are not a well formed one.

    >>> chinese_value("一万六千三百九十九"), chinese_value("九十一点四"), chinese_value("十四五")
    (Decimal('16399'), Decimal('91.4'), None)
    """
    text = _expand(text)
    if len(text) > _LONGEST:
        return None
    head, point, tail = text.partition("点")
    if point:
        return _with_fraction(head, tail)
    value = _whole(text)
    if value is None and len(text) >= 3 and any(zero in text for zero in _ZERO):
        value = digit_string(text)
    return None if value is None else Decimal(value)


def _with_fraction(head: str, tail: str) -> Decimal | None:
    """Value of 九十一点四 or 一点五万 from the parts before and after 点."""
    digits = tail.rstrip("百千万亿")
    whole, places = _whole(head), digit_string(digits)
    if whole is None or places is None:
        return None
    scale = Decimal(1)
    for char in tail[len(digits) :]:
        scale *= {**SMALL, **LARGE}[char]
    return Decimal(f"{whole}.{''.join(str(DIGITS[char]) for char in digits)}") * scale


@lru_cache(maxsize=8192)
def chinese_range(text: str) -> tuple[Decimal, Decimal] | None:
    """Both ends of two neighbouring digits said together: 七八百 is 700 to 800, 十七八 is 17 to 18; None otherwise.

    >>> chinese_range("三四十")
    (Decimal('30'), Decimal('40'))
    """
    text = _expand(text)
    if len(text) > _LONGEST:
        return None
    pairs = [i for i in range(len(text) - 1) if text[i] in DIGITS and text[i + 1] in DIGITS]
    if len(pairs) != 1 or not 0 < DIGITS[text[pairs[0]]] == DIGITS[text[pairs[0] + 1]] - 1:
        return None
    place = pairs[0]
    low, high = chinese_value(text[: place + 1] + text[place + 2 :]), chinese_value(text[:place] + text[place + 1 :])
    return None if low is None or high is None else (low, high)


def mixed_value(text: str) -> Decimal | None:
    """Value of Arabic digits with Chinese places: 4.5万, 1万6千, 2亿3000万, 2,905; None when the places do not fall.

    >>> mixed_value("4.5万"), mixed_value("2亿3000万"), mixed_value("2,905")
    (Decimal('45000.0'), Decimal('230000000'), Decimal('2905'))
    """
    if len(text) > _LONGEST:
        return None
    total, part = Decimal(0), None
    last = Decimal(10) ** 17
    scale = Decimal(1)
    for piece in _MIXED.findall(_BLANK.sub("", text)):
        if piece[0].isdigit():
            if part is not None:
                total, last = total + part * scale, scale
            part, scale = Decimal(piece), Decimal(1)
        else:
            scale *= {**SMALL, **LARGE}.get(piece, 0)
            if not scale or scale >= last:
                return None
    return None if part is None else total + part * scale
