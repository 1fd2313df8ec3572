"""The registers of many reports, read once: kept in memory, and in a folder beside the index so that the next start reads them there.

A file is named after the text it was read from and the rules it was read by; one of another text or of older rules is never used.
A folder that cannot be written to costs time, nothing else.
"""

import hashlib
import json
import os
import threading
from contextlib import suppress
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import corpus
from corpus.figures import Figure, register
from corpus.number import Number
from corpus.report import Report

_SPANS = ("indicator", "subject", "period")


class Registers:
    """Every report's figures, by its text; safe to use from several threads."""

    def __init__(self, folder: Path | None) -> None:
        """``folder`` is where registers are kept, made when first needed; None for memory only."""
        self._folder = folder
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[Report, tuple[Figure, ...]]] = {}  # by report_id

    def of(self, report: Report) -> tuple[Figure, ...]:
        """The figures of one report, as ``corpus.figures.register`` reads them."""
        with self._lock:
            kept = self._kept.get(report.report_id)
        if kept is not None and kept[0] is report:
            return kept[1]
        figures = self._from_disk(report) or self._read(report)
        with self._lock:
            self._kept[report.report_id] = (report, figures)
        return figures

    def _read(self, report: Report) -> tuple[Figure, ...]:
        figures = register(report)
        if self._folder is not None:
            keep(kept_at(self._folder, report, "json"), json.dumps([_row(figure) for figure in figures], ensure_ascii=False).encode())
        return figures

    def _from_disk(self, report: Report) -> tuple[Figure, ...] | None:
        """The kept register; None when there is none, or none that can be read."""
        if self._folder is None:
            return None
        try:
            rows = json.loads(kept_at(self._folder, report, "json").read_text(encoding="utf-8"))
            figures = tuple(_figure(report, row) for row in rows)
        except (OSError, ValueError, TypeError, KeyError, ArithmeticError):
            return None
        return figures if all(figure.sentence_id in report.by_id for figure in figures) else None


def kept_at(folder: Path, report: Report, ending: str) -> Path:
    """The file for what was read from a report: named after its text and the rules it is read by."""
    digest = hashlib.sha256(report.text.encode("utf-8", "surrogatepass")).hexdigest()
    return folder / f"{digest[:24]}-{_rules()}.{ending}"


def keep(path: Path, body: bytes) -> None:
    """Write a file in one step, making its folder; where that cannot be done, nothing is kept."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(body)
        draft.replace(path)
    except OSError:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


@lru_cache(maxsize=1)
def _rules() -> str:
    """A hash of all that decides how a report is read."""
    digest = hashlib.sha256()
    for path in sorted(Path(corpus.__file__).parent.glob("*.*")):
        if path.suffix in (".py", ".tsv"):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _row(figure: Figure) -> list[Any]:
    """One figure as plain values; what is a slice of the report is kept as its span only."""
    number = figure.number
    upper = None if number.upper is None else str(number.upper)
    said = [number.start, number.end, str(number.value), upper, number.unit, number.qualifier, number.kind, number.over]
    return [said, figure.sentence_id, *(getattr(figure, f"{name}_span") for name in (*_SPANS, "segment"))]


def _figure(report: Report, row: list[Any]) -> Figure:
    (start, end, value, upper, unit, qualifier, kind, over), sentence_id, *spans = row
    most = None if upper is None else Decimal(upper)
    number = Number(report.text[start:end], start, end, Decimal(value), most, unit, qualifier, kind, over)
    indicator, subject, period, segment = (tuple(span) for span in spans)
    words = [report.text[slice(*span)] for span in (indicator, subject, period)]
    return Figure(
        number, report.report_id, sentence_id, words[0], indicator, words[1], subject, words[2], period, segment,
        report.by_id[sentence_id].section,
    )  # fmt: skip
