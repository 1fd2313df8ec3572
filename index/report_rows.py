"""The rows of a report as arrays: a row is 13 bytes, and its text is cut from the report when somebody asks for it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, overload
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from corpus.errors import SearchIndexError
from corpus.report import Report
from index.rows import QUERY_KINDS, ROW_KINDS, Row, RowKind, row_text
from index.store import write_arrays

Places = npt.NDArray[np.int32]
_ARRAYS = {"kinds": np.uint8, "sentences": np.int32, "starts": np.int32, "ends": np.int32}


class ReportRows(Sequence[Row]):
    """Rows in the order of their ids; bank questions can be appended."""

    def __init__(self, report: Report | None, arrays: Mapping[str, Any], bank: Mapping[int, tuple[str, str]]) -> None:
        """Arrays of the fields of each row, and of bank questions text and source by place."""
        self._report = report
        self._arrays = dict(arrays)
        self._bank = dict(bank)
        self._added: list[Row] = []

    @classmethod
    def of(cls, report: Report, rows: Sequence[Row]) -> "ReportRows":
        """Rows of a report."""
        fields = {
            "kinds": [ROW_KINDS.index(row.kind) for row in rows],
            "sentences": [row.sentence for row in rows],
            "starts": [row.start for row in rows],
            "ends": [row.end for row in rows],
        }
        bank = {place: (row.text, row.source) for place, row in enumerate(rows) if row.kind in QUERY_KINDS}
        return cls(report, {name: np.array(fields[name], kind) for name, kind in _ARRAYS.items()}, bank)

    def of_report(self, report: Report) -> "ReportRows":
        """The same rows, standing in their report."""
        return ReportRows(report, self._arrays, self._bank)

    def __len__(self) -> int:
        """How many rows, the appended ones too."""
        return len(self._arrays["kinds"]) + len(self._added)

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> list[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | list[Row]:
        """A row, or some."""
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        size = len(self._arrays["kinds"])
        if place < 0:
            place += len(self)
        if place >= size:
            return self._added[place - size]
        kind = ROW_KINDS[self._arrays["kinds"][place]]
        sentence, start, end = (int(self._arrays[name][place]) for name in ("sentences", "starts", "ends"))
        if place in self._bank:
            text, source = self._bank[place]
            return Row(kind, text, sentence, start, end, source)
        if self._report is None:
            raise SearchIndexError("这份报告没有读进来,取不了原文")
        return Row(kind, row_text(self._report, kind, sentence, start, end), sentence, start, end)

    def __iter__(self) -> Iterator[Row]:
        """Every row in order."""
        return (self[place] for place in range(len(self)))

    def append(self, row: Row) -> None:
        """Take in one more row, at the end."""
        self._added.append(row)

    def places(self, kind: RowKind) -> Places:
        """Places of the rows of a kind, ascending."""
        size = len(self._arrays["kinds"])
        added = [size + place for place, row in enumerate(self._added) if row.kind == kind]
        stored = np.flatnonzero(self._arrays["kinds"] == ROW_KINDS.index(kind))
        return np.concatenate([stored, np.array(added, np.intp)]).astype(np.int32)

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """What ``read`` reads; appended rows are not kept, for they come back with the bank."""
        bank = [[place, text, source] for place, (text, source) in self._bank.items()]
        return self._arrays | {"bank": np.frombuffer(json.dumps(bank, ensure_ascii=False).encode(), np.uint8)}

    @classmethod
    def read(cls, report: Report | None, stored: Mapping[str, Any]) -> "ReportRows":
        """Rows from their arrays."""
        bank = {place: (text, source) for place, text, source in json.loads(stored["bank"].tobytes())}
        return cls(report, {name: stored[name] for name in _ARRAYS}, bank)


def save_rows(path: Path, reports: Sequence[ReportRows]) -> None:
    """Write the rows of many reports into one file."""
    parts = [rows.arrays() for rows in reports]
    whole = {name: np.concatenate([np.empty(0, kind), *(part[name] for part in parts)]).astype(kind) for name, kind in _ARRAYS.items()}
    bank = np.concatenate([np.empty(0, np.uint8), *(part["bank"] for part in parts)]).astype(np.uint8)
    write_arrays(path, rows=[len(p["kinds"]) for p in parts], banks=[len(p["bank"]) for p in parts], bank=bank, **whole)


def load_rows(path: Path, reports: Sequence[Report]) -> list[ReportRows]:
    """Read the rows of these reports, which are those they were saved for.

    Raises:
        SearchIndexError: the file is not what ``save_rows`` writes, or of other reports.
    """
    try:
        with path.open("rb") as file, np.load(file) as stored:
            whole = {name: stored[name] for name in (*_ARRAYS, "bank")}
            rows, banks = (list(pairwise(accumulate(stored[name].tolist(), initial=0))) for name in ("rows", "banks"))
        return [
            ReportRows.read(report, {name: whole[name][a:b] for name in _ARRAYS} | {"bank": whole["bank"][c:d]})
            for report, (a, b), (c, d) in zip(reports, rows, banks, strict=True)
        ]
    except (OSError, EOFError, ValueError, KeyError, BadZipFile) as error:
        raise SearchIndexError(f"索引文件 {path.name} 读不懂") from error
