"""The register in another order than the report's: by size, or by indicator.

Values of unlike units are never put in one row of sizes: 300 metres and 20 persons stand in two groups, each from the largest down.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, get_args

from corpus.figures import Figure
from corpus.fold import fold
from corpus.units import common

Order = Literal["", "value", "indicator"]
ORDERS: tuple[Order, ...] = get_args(Order)


@dataclass(frozen=True, slots=True)
class Arranged:
    """Figures that can be set beside one another, in order."""

    kin: str  # what their values can be compared by: 人, length, %; "date" and "ordinal" for what has no size
    units: str  # as printed: 人、名; "" where no unit is printed
    figures: tuple[Figure, ...]


def arranged(figures: Sequence[Figure], order: Order) -> list[Arranged]:
    """Figures by size in groups of like units, the group with most figures first; or in one group by indicator."""
    if order == "indicator":
        return [Arranged("", "", tuple(sorted(figures, key=_by_indicator)))] if figures else []
    groups: dict[str, list[Figure]] = {}
    for figure in figures:
        groups.setdefault(_kin(figure), []).append(figure)
    by_size = sorted(groups.values(), key=lambda group: (-len(group), group[0].start))
    return [Arranged(_kin(group[0]), _units(group), tuple(sorted(group, key=_largest_first))) for group in by_size]


def _by_indicator(figure: Figure) -> tuple[bool, bytes, int]:
    """GB 18030 lists the common characters by their sound, as a dictionary does; figures without indicator come last."""
    name = fold(figure.indicator).strip("“”‘’《》\"'")
    return not name, name.encode("gb18030"), figure.start


_PLACED = {"date": "date", "year": "date", "time": "date", "ordinal": "ordinal"}  # these have a place in time or in a row, and no size


def _kin(figure: Figure) -> str:
    """What a figure's value can be compared with."""
    number = figure.number
    return "%" if number.ratio is not None else _PLACED.get(number.kind) or common(number.unit)[0]


def _largest_first(figure: Figure) -> tuple[Fraction, int]:
    number = figure.number
    if number.kind in _PLACED:
        return Fraction(0), figure.start
    size = number.ratio if number.ratio is not None else number.exact * common(number.unit)[1]
    return -size, figure.start


def _units(group: Sequence[Figure]) -> str:
    return "、".join(dict.fromkeys(figure.number.unit for figure in group if figure.number.unit))
