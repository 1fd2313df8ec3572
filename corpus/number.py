"""One number as printed, and when two of them say the same. Values are exact; nothing is compared as text."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from corpus.units import common, factor

NumberKind = Literal[
    "count", "money", "measure", "percent", "points", "fraction", "multiple",
    "ordinal", "date", "year", "duration", "age", "time", "name",
]  # fmt: skip


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

    >>> from corpus.numerals import read_numbers
    >>> [one], [other] = read_numbers("2,905件"), read_numbers("二千九百零五件")
    >>> same_value(one, other)
    True
    """
    if "name" in (one.kind, other.kind):
        return False
    if one.kind in ("date", "year") and other.kind in ("date", "year"):
        return same_date(one, other)
    if not same_unit(one, other):
        return False
    if one.ratio is not None and other.ratio is not None:
        return one.ratio == other.ratio
    size = factor(one.unit, other.unit) if one.unit and other.unit else Fraction(1)
    if size is None or one.exact * size != other.exact:
        return False
    return (one.upper is None) == (other.upper is None) and (
        one.upper is None or other.upper is None or Fraction(one.upper) * size == Fraction(other.upper)
    )


def shared_values(number: Number) -> frozenset[Fraction]:
    """Values of which two numbers share one wherever ``same_value`` holds of them; others may share one too.

    >>> from corpus.numerals import read_numbers
    >>> metre, millimetres, share = read_numbers("1米,1000毫米,九成")
    >>> shared_values(metre) & shared_values(millimetres), Fraction(9, 10) in shared_values(share)
    (frozenset({Fraction(1000, 1)}), True)
    """
    if number.kind == "name":
        return frozenset()
    values = {number.exact, number.exact * common(number.unit)[1]}
    if number.ratio is not None:
        values.add(number.ratio)
    if number.kind in ("date", "year"):
        values.update(Fraction(part) for part in date_parts(number) if part is not None)
    return frozenset(values)


def date_parts(number: Number) -> tuple[int | None, int | None, int | None]:
    """Year, month and day of a date, None for what is not printed.

    >>> from corpus.numerals import read_numbers
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
