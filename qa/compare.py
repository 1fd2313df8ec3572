"""Does a figure in a draft say what the report says? Values, units and bounds as intervals; nothing is compared as text.

Rounding. A rounded figure must say that it is one (约, 左右). It then must be the report's figure rounded to the place it is printed
to, by 国家标准 GB/T 8170-2008《数值修约规则与极限数值的表示和判定》3.2 进舍规则 (round half to even), and must not be coarser than
2.5 % of the report's figure: 约13.5万 is fair for 134716; 约14万 is not its rounding; 约13万 is too coarse. The 2.5 % is our own.
Bounds. 以上 and 以下 include the number itself, 超过 and 不足 do not (《中华人民共和国民法典》第一千二百五十九条).
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Literal

from corpus.numerals import Number, date_parts
from corpus.units import factor

Bound = Literal["exact", "range", "more", "over", "least", "near", "under", "most", "about", "some"]
COARSEST = Fraction(25, 1000)  # of the stated value: how far a figure with 约 may be from it
COARSEST_FRACTION = Fraction(5, 100)  # the same for 约三分之二, which has no places to round to
NEAREST = Fraction(95, 100)  # 近3000 says at least this share of 3000

_BOUNDS: tuple[tuple[Bound, tuple[str, ...]], ...] = (
    ("least", ("达到或超过", "不少于", "不低于", "不小于", "以上", "至少", "最少")),
    ("most", ("不多于", "不超过", "不高于", "以下", "以内", "之内", "最多", "至多")),
    ("under", ("不足", "不到", "未满", "不满", "低于", "少于", "小于")),
    ("over", ("超过", "突破", "超出", "多于", "高于", "大于", "超", "逾", "过")),
    ("near", ("将近", "接近", "近", "几乎", "差不多")),
    ("more", ("有余", "出头", "开外", "余", "多", "来", "上")),
    ("about", ("大约", "约为", "约", "大概", "左右", "上下")),
    ("some", ("几", "数", "好几", "成")),
)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a printed figure says of the true value: somewhere from ``low`` to ``high``."""

    bound: Bound
    value: Fraction
    low: Fraction | None  # None: no lower end
    high: Fraction | None  # None: no upper end
    low_open: bool  # the lower end itself is not meant
    high_open: bool
    place: Fraction  # of the last digit that is not a trailing zero: 10,000 for 6万, 1/100 for 96.38


@dataclass(frozen=True, slots=True)
class Agreement:
    """Whether a claimed figure holds for a stated one, and how."""

    holds: bool
    note: str = ""  # plain Chinese, "" when both print the same value without bounds
    unit_differs: bool = False  # the units do not compare at all: 人 for 剂次


def bound_of(number: Number) -> Bound:
    """Kind of bound a number is printed with.

    >>> from corpus.numerals import read_numbers
    >>> [bound_of(number) for number in read_numbers("6万余辆,95%以上,近300场,18项")]
    ['more', 'least', 'near', 'exact']
    """
    for bound, words in _BOUNDS:
        if any(word in number.qualifier for word in words):
            return bound
    return "exact" if number.upper is None else "range"


def place_of(value: Decimal) -> Fraction:
    """Place of the last digit that is not a trailing zero of a whole number; printed decimals count as they are.

    >>> place_of(Decimal("60000")), place_of(Decimal("96.38"))
    (Fraction(10000, 1), Fraction(1, 100))
    """
    parts = value.as_tuple()
    exponent = parts.exponent if isinstance(parts.exponent, int) else 0
    digits = list(parts.digits)
    while exponent >= 0 and len(digits) > 1 and digits[-1] == 0:
        digits.pop()
        exponent += 1
    return Fraction(10) ** exponent


def meaning(number: Number, scale: Fraction = Fraction(1)) -> Meaning:
    """The interval a number stands for, its value multiplied by ``scale`` to another unit."""
    share = number.ratio
    value = (share if share is not None and number.kind == "fraction" else number.exact) * scale
    place = (Fraction(1, number.over) if number.kind == "fraction" else place_of(number.value)) * scale
    bound = bound_of(number)
    low: Fraction | None = value
    high: Fraction | None = value
    low_open = high_open = False
    if bound == "more":
        low_open, high, high_open = True, value + place, True
    elif bound in ("over", "least"):
        low_open, high = bound == "over", None
    elif bound in ("under", "most"):
        low, high_open = None, bound == "under"
    elif bound == "near":
        low, high_open = value * NEAREST, True
    elif number.upper is not None:
        high = Fraction(number.upper) * scale
    return Meaning(bound, value, low, high, low_open, high_open, place)


def within(inner: Meaning, outer: Meaning) -> bool:
    """Whether everything the inner figure may stand for is what the outer one says."""
    return _not_below(inner, outer) and _not_above(inner, outer)


def _not_below(inner: Meaning, outer: Meaning) -> bool:
    if outer.low is None:
        return True
    return inner.low is not None and (inner.low > outer.low or (inner.low == outer.low and (inner.low_open or not outer.low_open)))


def _not_above(inner: Meaning, outer: Meaning) -> bool:
    if outer.high is None:
        return True
    return inner.high is not None and (inner.high < outer.high or (inner.high == outer.high and (inner.high_open or not outer.high_open)))


def round_to(value: Fraction, place: Fraction) -> Fraction:
    """A value rounded to a place, half to even (GB/T 8170).

    >>> round_to(Fraction(134716), Fraction(1000)), round_to(Fraction(25), Fraction(10))
    (Fraction(135000, 1), Fraction(20, 1))
    """
    scaled = value / place
    whole = (Decimal(scaled.numerator) / Decimal(scaled.denominator)).quantize(Decimal(1), rounding=ROUND_HALF_EVEN)
    return Fraction(int(whole)) * place


def fairly_rounded(claimed: Meaning, stated: Meaning, *, fraction: bool = False) -> bool:
    """Whether 约 X is a fair rounding of every value the stated figure may have."""
    ends = (stated.low, stated.high)
    for end in ends:
        if end is None or not end:
            return False
        coarsest = COARSEST_FRACTION if fraction else COARSEST
        rounded = abs(end - claimed.value) <= claimed.place / 2 if fraction else round_to(end, claimed.place) == claimed.value
        if not rounded or abs(claimed.value - end) > coarsest * end:
            return False
    return True


def agree(claimed: Number, stated: Number) -> Agreement:
    """Whether the report's figure bears out the draft's.

    >>> from corpus.numerals import read_numbers
    >>> agree(read_numbers("约13.5万剂次")[0], read_numbers("134716剂次")[0]).holds
    True
    """
    if claimed.kind == "date" or stated.kind == "date":
        return _dates_agree(claimed, stated)
    scale = unit_scale(claimed, stated)
    if scale is None:
        return Agreement(False, f"单位不同:稿中是“{claimed.unit}”,报告是“{stated.unit}”", unit_differs=True)
    mine, theirs = _meanings(claimed, stated, scale)
    same_value = mine.value == theirs.value and claimed.upper is None and stated.upper is None
    if same_value and (mine.bound == theirs.bound or (mine.bound, theirs.bound) in _SAME_SENSE):
        return Agreement(True, "" if _same_print(claimed, stated) else "写法不同,数相同")
    if mine.bound == "about":
        holds = theirs.bound not in ("over", "least", "under", "most", "some", "near", "about") and fairly_rounded(
            mine, theirs, fraction=claimed.kind == "fraction"
        )
        return Agreement(holds, f"稿中是约数;报告的数是 {stated.printed}" if holds else _why_not_rounded(mine, theirs))
    if mine.bound == "exact" or theirs.bound in ("about", "some"):
        holds = mine.bound == "exact" == theirs.bound and same_value
        return Agreement(holds, "" if holds else _difference(mine, theirs, stated))
    if theirs.bound in _OPEN and mine.value != theirs.value:
        return Agreement(False)  # 35%以上 misquotes 95%以上, though it follows from it
    holds = within(theirs, mine)
    return Agreement(holds, f"报告的数是 {stated.printed},在稿中所说的范围内" if holds else _difference(mine, theirs, stated))


# (claimed, stated) bounds that, at one value, say the same or less.
_SAME_SENSE: frozenset[tuple[Bound, Bound]] = frozenset(
    {
        ("about", "near"),
        ("about", "exact"),
        ("least", "over"),
        ("least", "more"),
        ("over", "more"),
        ("most", "near"),
        ("most", "under"),
        ("under", "near"),
    }
)


_OPEN = frozenset({"over", "least", "under", "most"})


def unit_scale(claimed: Number, stated: Number) -> Fraction | None:
    """What the claimed value is multiplied by to be in the stated unit; None when the units do not compare."""
    if claimed.ratio is not None and stated.ratio is not None:
        return Fraction(1)
    if (claimed.kind == "ordinal") != (stated.kind == "ordinal") or (claimed.ratio is None) != (stated.ratio is None):
        return None
    if not claimed.unit or not stated.unit:
        return Fraction(1)
    return factor(claimed.unit, stated.unit)


def _meanings(claimed: Number, stated: Number, scale: Fraction) -> tuple[Meaning, Meaning]:
    """Both in one unit; shares of different print (九成, 91.4%, 三分之一) as shares of one."""
    if claimed.ratio is None or stated.ratio is None or claimed.kind == stated.kind == "fraction":
        return meaning(claimed, scale), meaning(stated)
    return _as_share(claimed), _as_share(stated)


def _as_share(number: Number) -> Meaning:
    return meaning(number, Fraction(1) if number.kind == "fraction" else Fraction(1, 1000 if number.unit == "‰" else 100))


def _same_print(claimed: Number, stated: Number) -> bool:
    if claimed.printed == stated.printed:
        return True
    return claimed.unit == stated.unit and claimed.printed.isascii() == stated.printed.isascii() and claimed.printed in stated.printed


def _difference(mine: Meaning, theirs: Meaning, stated: Number) -> str:
    if mine.value == theirs.value:
        return f"数同,界限不同:报告写的是 {stated.printed}"
    if mine.bound == theirs.bound == "exact" and fairly_rounded(mine, theirs):
        return "四舍五入后是这个数,但稿中没有写“约”"
    return ""


def _why_not_rounded(mine: Meaning, theirs: Meaning) -> str:
    if theirs.low is None or theirs.high is None or theirs.low != theirs.high:
        return "报告的数也不是准数,不能再取约数"
    if round_to(theirs.value, mine.place) != mine.value:
        return "不是报告的数按 GB/T 8170 修约的结果"
    return "约数取得太粗,与报告的数相差超过 2.5%"


def _dates_agree(claimed: Number, stated: Number) -> Agreement:
    if claimed.kind != stated.kind or claimed.upper != stated.upper:
        return Agreement(False)
    pairs = [(a, b) for a, b in zip(date_parts(claimed), date_parts(stated), strict=True) if a is not None and b is not None]
    finer = [a is not None and b is None for a, b in zip(date_parts(claimed)[1:], date_parts(stated)[1:], strict=True)]
    holds = bool(pairs) and all(a == b for a, b in pairs) and not any(finer)
    return Agreement(holds)


def round_share(value: Fraction, claimed: Number) -> bool:
    """Whether a computed share, printed to the claim's own places, is the claim: 139/215 is 64.65 %.

    Only percentages with a decimal are taken for computed ones without 约; a bare 65% must be exact.
    """
    stated = Meaning("exact", value, value, value, False, False, Fraction(1, 10**6))
    mine = _as_share(claimed)
    if mine.bound == "about":
        return fairly_rounded(mine, stated, fraction=claimed.kind == "fraction")
    if mine.bound != "exact":
        return within(stated, mine)
    return value == mine.value or (
        claimed.kind == "percent" and round_to(value, mine.place) == mine.value and mine.place <= Fraction(1, 1000)
    )
