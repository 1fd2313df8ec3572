"""What a report implies by arithmetic but does not print: a share of a total, what is left of it, a sum of parts.

Operands are figures of one sentence or of two neighbouring ones, in one unit; a total is never invented.
"""

import re
from dataclasses import dataclass
from fractions import Fraction

from corpus.figures import Figure
from corpus.fold import fold
from corpus.report import Report

TOTAL_CUE = re.compile(r"一共|共计|总计|总共|合计|共有|(?<!公)共(?![同享建治产和青])|总数")


@dataclass(frozen=True, slots=True)
class Pair:
    """A total and a part of it, as rows of the register."""

    total: int
    part: int


def counted(figure: Figure) -> bool:
    """Whether a figure is a plain count that can be added: no bound, no range, not a rate."""
    number = figure.number
    return number.kind in ("count", "money", "measure") and not number.qualifier and number.upper is None


def pairs(report: Report, figures: tuple[Figure, ...]) -> tuple[Pair, ...]:
    """Every total with each of its parts: the part comes after it, in one unit, in its sentence or the next one."""
    order = {sentence.sentence_id: place for place, sentence in enumerate(report.sentences)}
    passage = {sentence.sentence_id: sentence.passage for sentence in report.sentences}
    found = []
    for row, total in enumerate(figures):
        if not counted(total):
            continue
        for later in range(row + 1, min(row + 12, len(figures))):
            part = figures[later]
            gap = order[part.sentence_id] - order[total.sentence_id]
            if gap > 1 or passage[part.sentence_id] != passage[total.sentence_id]:
                break
            if (
                counted(part)
                and part.number.unit == total.number.unit
                and part.number.exact <= total.number.exact
                and (gap == 0 or has_total_cue(report, total))
            ):
                found.append(Pair(row, later))
    return tuple(found)


def has_total_cue(report: Report, figure: Figure) -> bool:
    """Whether the words before a figure call it a total (一共240户, 成员共计215人)."""
    return bool(TOTAL_CUE.search(fold(report.text[figure.segment_span[0] : figure.start])))


def total_of(report: Report, figures: tuple[Figure, ...], found: tuple[Pair, ...], part: int) -> int | None:
    """Row of the total a part is taken from: one called a total, nearest first, else the first of its sentence; None if there is none."""
    totals = [pair.total for pair in found if pair.part == part]
    called = [row for row in totals if has_total_cue(report, figures[row])]
    if called:
        return called[-1]
    here = [row for row in totals if figures[row].sentence_id == figures[part].sentence_id]
    return here[0] if here else None


def runs(figures: tuple[Figure, ...]) -> tuple[tuple[int, ...], ...]:
    """Rows of neighbouring counts of one sentence in one unit, two or more together."""
    found: list[tuple[int, ...]] = []
    for start, figure in enumerate(figures):
        if not counted(figure):
            continue
        run = [start]
        for later in range(start + 1, len(figures)):
            other = figures[later]
            if other.sentence_id != figure.sentence_id or not counted(other) or other.number.unit != figure.number.unit:
                break
            run.append(later)
            found.append(tuple(run))
    return tuple(found)


def show(value: Fraction) -> str:
    """A value as one writes it in a sum: 11250, 0.5.

    >>> show(Fraction(11250)), show(Fraction(1, 2))
    ('11250', '0.5')
    """
    if value.denominator == 1:
        return str(value.numerator)
    return f"{float(value):.4f}".rstrip("0").rstrip(".")


def percent(value: Fraction) -> str:
    """A share in percent with two decimals at most.

    >>> percent(Fraction(10985, 11250))
    '97.64%'
    """
    return f"{float(value * 100):.2f}".rstrip("0").rstrip(".") + "%"
