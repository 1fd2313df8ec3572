"""The register of figures as the desk shows it: filtered, grouped by part and by sentence, with the report's own arithmetic beside."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO
from itertools import groupby

from corpus.figures import Figure, register
from corpus.fold import fold
from corpus.number import Number
from corpus.numerals import read_numbers
from corpus.report import Report, Sentence
from qa.arithmetic import recompute
from qa.lookup import same_figure
from qa.register_csv import register_csv
from qa.web.register_order import Order, arranged

_DATED = ("date", "year")
_WORDS = re.compile(r"[\s、,，;；]+(?!\d{3})")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the visitor wants to see of a register."""

    query: str = ""  # words or numbers, as typed
    part: str = ""  # heading of a part; "" for all
    dates: bool = False  # dates and years too
    order: Order = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One sentence and those of its figures that are shown."""

    sentence: Sentence
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under one heading."""

    order: Order
    kin: str  # by size: what the values are compared by
    label: str  # the part's heading, "" before the first part; by size the units, or ""
    rows: tuple[Row, ...]

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Its figures in order."""
        return tuple(figure for row in self.rows for figure in row.figures)


class Register:
    """One report's figures, read once."""

    def __init__(self, report: Report, figures: Sequence[Figure] | None = None) -> None:
        """``figures`` is the report's register where it is known already."""
        self.report = report
        self.figures = tuple(figures) if figures is not None else register(report)
        self.sums = _sums(report)
        self.parts = tuple(dict.fromkeys(section.heading for section in report.sections if section.level == 1))

    def shown(self, wanted: Wanted) -> list[Figure]:
        """The figures that are wanted, in the order of the report; a date asked for is shown without being told to."""
        asked = [token for token in _WORDS.split(wanted.query.strip()) if token]
        dated = wanted.dates or any(n.kind in _DATED for token in asked for n in _whole_number(token))
        kept = [f for f in self.figures if (dated or f.number.kind not in _DATED) and _part(f) == (wanted.part or _part(f))]
        for token in asked:
            kept = self._holding(kept, token)
        return kept

    def groups(self, figures: Sequence[Figure], order: Order = "") -> list[Group]:
        """Figures in the order wanted; by part and by sentence in the order of the report, each with its sentence in another."""
        if order:
            sorted_ = arranged(figures, order)
            return [Group(order, one.kin, one.units, tuple(self._row([figure]) for figure in one.figures)) for one in sorted_]
        parts = groupby(figures, key=_part)
        return [Group("", "", part, tuple(self._row(list(of)) for _, of in groupby(inside, key=_sentence_id))) for part, inside in parts]

    def _row(self, figures: Sequence[Figure]) -> Row:
        return Row(self.report.by_id[figures[0].sentence_id], tuple(figures))

    def dates(self) -> int:
        """How many dates and years there are."""
        return sum(figure.number.kind in _DATED for figure in self.figures)

    def _holding(self, figures: Sequence[Figure], token: str) -> list[Figure]:
        """Figures of that value, or that the words name; where none is named, those of the sentences that have the words."""
        numbers = _whole_number(token)
        if numbers:
            return [figure for figure in figures if any(same_figure(number, figure.number) for number in numbers)]
        word = fold(token)
        own = [figure for figure in figures if word in fold(f"{figure.printed} {figure.indicator} {figure.subject} {figure.period}")]
        named = {figure.sentence_id for figure in own}
        beside = [f for f in figures if f.sentence_id not in named and word in fold(self.report.by_id[f.sentence_id].text)]
        return sorted([*own, *beside], key=lambda figure: figure.start)


def _sentence_id(figure: Figure) -> str:
    return figure.sentence_id


def _part(figure: Figure) -> str:
    return figure.section[0] if figure.section else ""


def _whole_number(token: str) -> list[Number]:
    """The number that a word is, if it is one and nothing else.

    >>> [n.printed for n in _whole_number("97%")], _whole_number("电梯6台")
    (['97%'], [])
    """
    found = [number for number in read_numbers(token) if number.kind != "name"]
    return found if len(found) == 1 and found[0].end - found[0].start == len(token) else []


def _sums(report: Report) -> dict[int, str]:
    """By offset of a rate or a total: the sum that makes it up, as 293 ÷ 304 = 96.38%."""
    sums = {}
    for one in recompute(report):
        operands = one.expression.split(" / ")
        if one.kind == "count" or not one.computed or operands[0] == operands[-1]:
            continue
        for figure_start, figure_end in one.citations[0].highlights:
            if report.text[figure_start:figure_end] == one.stated:
                sums[figure_start] = f"{one.expression.replace(' / ', ' ÷ ')} = {one.computed}"
    return sums


def as_csv(report: Report, figures: Sequence[Figure]) -> str:
    """The figures as ``python -m qa figures --csv`` gives them."""
    return register_csv({**figure.to_json(), "sentence": report.by_id[figure.sentence_id].text} for figure in figures)


def as_xlsx(report: Report, figures: Sequence[Figure]) -> bytes:
    """The same table as a workbook; every cell is text, so nothing in it is run."""
    return workbook(csv.reader(StringIO(as_csv(report, figures).removeprefix("\ufeff"))))


def workbook(rows: Iterator[list[str]]) -> bytes:
    """Rows as a workbook of one sheet, its first row the header; every cell is text."""
    import xlsxwriter

    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet()
        head, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                sheet.write_string(row, column, cell, wrapped if row else head)
        sheet.freeze_panes(1, 0)
    return out.getvalue()
