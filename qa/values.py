"""Where values are printed in some reports: the sentences of a figure, without reading every sentence.

Every number of a sentence leaves a hash of each value it may be compared by. A hash proposes sentences; whether one prints the
figure is for ``qa.lookup`` to say, which compares values, units and bounds, so nothing is found here that reading all would not find.
"""

import re
import zlib
from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cached_property
from hashlib import blake2b
from pathlib import Path

import numpy as np
import numpy.typing as npt

from corpus.number import Number, shared_values
from corpus.numerals import read_numbers
from corpus.report import Report, Sentence
from qa.cite import Span
from qa.lookup import Place, look_alike, nearly, slips
from qa.lookup import sentences_with as printing
from qa.registers import keep, kept_at

_ROW = np.dtype([("key", "<u8"), ("sentence", "<u4")])
Rows = npt.NDArray[np.void]  # of _ROW


class ReadValues:
    """The values that each report prints; kept in a folder, so that a report is read once."""

    def __init__(self, folder: Path | None = None) -> None:
        """``folder`` is where they are kept, made when first needed; None keeps nothing."""
        self.folder = folder

    def of(self, report: Report) -> Rows:
        """A row for each value of each number, with the place of its sentence in the report; in no order."""
        if self.folder is None:
            return _read(report)
        path = kept_at(self.folder, report, "values")
        rows = _from_disk(path, len(report.sentences))
        if rows is None:
            rows = _read(report)
            body = rows.tobytes()
            keep(path, zlib.crc32(body).to_bytes(4, "little") + body)
        return rows


class ValueIndex:
    """Where every value is printed in some reports; safe to use from several threads."""

    def __init__(self, reports: Iterable[Report], read: ReadValues | None = None) -> None:
        """Cheap: the reports are read, one by one, at the first search."""
        self._reports = tuple(reports)
        self._read = read or ReadValues()

    def sentences_with(self, figure: Number, report_ids: Sequence[str] = ()) -> list[Place]:
        """Every sentence that prints this very figure, in order; in all the reports or the named."""
        return printing(figure, self._proposed(shared_values(figure), report_ids))

    def nearly(self, figure: Number, report_ids: Sequence[str] = ()) -> tuple[Place, Number] | None:
        """A sentence that prints the value with another unit or bound, and that number."""
        return nearly(figure, self._proposed(shared_values(figure), report_ids))

    def look_alike(self, figure: Number, report_ids: Sequence[str] = ()) -> Place | None:
        """The first sentence with a figure of that unit whose digits are those asked but for one slip."""
        return look_alike(figure, self._proposed(slips(figure), report_ids))

    def names_with(self, figure: Number, report_ids: Sequence[str] = ()) -> list[tuple[Place, Span]]:
        """Every sentence that prints the digits of a bare number, whole, inside a name, in order; and where, in its report."""
        digits = figure.printed
        if figure.unit or figure.qualifier or not digits.isascii() or not digits.isdigit():
            return []
        either_width = "".join(f"[{digit}{chr(ord('０') + int(digit))}]" for digit in digits)
        wanted = re.compile(rf"(?<!\d)(?<!\d[.,]){either_width}(?![.,]?\d)")
        found: dict[str, tuple[Place, Span]] = {}
        for report in self._reports:
            if not report_ids or report.report_id in report_ids:
                for at in wanted.finditer(report.text):
                    sentence = report.sentence_at(at.start())
                    if sentence is not None and _in_name(sentence, at.start()):
                        found.setdefault(f"{report.report_id} {sentence.sentence_id}", ((report, sentence), at.span()))
        return list(found.values())

    def load(self) -> None:
        """Read the reports now, so that no question waits for it."""
        _ = self._rows

    def _proposed(self, values: Iterable[Fraction], report_ids: Sequence[str]) -> list[Place]:
        keys, numbers = self._rows
        wanted = np.array(sorted({_key(value) for value in values}), np.uint64)
        firsts, lasts = (np.searchsorted(keys, wanted, side) for side in ("left", "right"))
        found = np.unique(np.concatenate([numbers[:0], *(numbers[a:b] for a, b in zip(firsts, lasts, strict=True))]))
        places = (self._place(int(number)) for number in found)
        return [place for place in places if not report_ids or place[0].report_id in report_ids]

    def _place(self, number: int) -> tuple[Report, Sentence]:
        which = int(np.searchsorted(self._starts, number, "right")) - 1
        report = self._reports[which]
        return report, report.sentences[number - int(self._starts[which])]

    @cached_property
    def _starts(self) -> npt.NDArray[np.int64]:
        """The number of each report's first sentence, counted through all of them."""
        counts = [len(report.sentences) for report in self._reports]
        return np.cumsum([0, *counts[:-1]], dtype=np.int64)

    @cached_property
    def _rows(self) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint32]]:
        """Keys, ascending, and the numbers of their sentences: 12 bytes a value."""
        parts = [np.empty(0, _ROW)]
        for report, start in zip(self._reports, self._starts, strict=True):
            rows = self._read.of(report).copy()
            rows["sentence"] += np.uint32(start)
            parts.append(rows)
        rows = np.concatenate(parts)
        order = np.argsort(rows["key"], kind="stable")
        return rows["key"][order], rows["sentence"][order]


def _in_name(sentence: Sentence, place: int) -> bool:
    """Whether a place in the report is inside a name that the sentence prints."""
    inside = place - sentence.start
    return any(number.kind == "name" and number.start <= inside < number.end for number in read_numbers(sentence.text))


def _read(report: Report) -> Rows:
    rows = [
        (key, place)
        for place, sentence in enumerate(report.sentences)
        for key in {_key(value) for number in read_numbers(sentence.text) for value in _values(number)}
    ]
    return np.array(rows, _ROW)


def _values(number: Number) -> frozenset[Fraction]:
    """What a number is found by: the values it is compared by, and the one whose digits a slip is told from."""
    return shared_values(number) | {Fraction(number.value)} if number.kind != "name" else frozenset()


def _from_disk(path: Path, sentences: int) -> Rows | None:
    """What was kept; None when there is nothing, or nothing that can be used."""
    try:
        stored = path.read_bytes()
    except OSError:
        return None
    body = stored[4:]
    if len(stored) < 4 or len(body) % _ROW.itemsize or zlib.crc32(body).to_bytes(4, "little") != stored[:4]:
        return None
    rows = np.frombuffer(body, _ROW)
    return rows if (rows["sentence"] < sentences).all() else None


def _key(value: Fraction) -> int:
    """64 bits of a value, the same on every machine."""
    return int.from_bytes(blake2b(f"{value.numerator}/{value.denominator}".encode(), digest_size=8).digest(), "little")
