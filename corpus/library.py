"""Which reports we have: one folder each under the reports folder."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from corpus.errors import NoReports, ReportError, UnknownReport
from corpus.former import Former, read_former
from corpus.read import read_about, read_report, read_stored
from corpus.report import About, Report

_REPORT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")

State = tuple[tuple[int, int, int], ...]  # of each file of a report: time, size, inode; another state, another content


def newest_first(reports: Iterable[Report]) -> list[Report]:
    """Reports by year, then by day of publication, the newest first; those without come last."""
    return sorted(reports, key=lambda report: (-(report.about.year or 0), -_day(report), report.report_id))


def _day(report: Report) -> int:
    return report.about.published.toordinal() if report.about.published else 0


def is_report_id(name: str) -> bool:
    """Whether a name can be a report's folder and part of a link: nothing that climbs out of the folder."""
    return _REPORT_ID.fullmatch(name) is not None


class Library:
    """The reports in one folder as they were when first asked for, read on demand and kept.

    What changes in the folder afterwards shows in ``again``, so that all who share a library see the same reports.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ids: list[str] = []
        self._read: dict[str, Report] = {}
        self._states: dict[str, State] = {}  # of the files that a report was read from
        self._before: dict[str, tuple[State, Report]] = {}

    def again(self) -> "Library":
        """The library as the folder is now; only reports whose files have changed are read again."""
        fresh = Library(self.folder)
        fresh._before = self._before | {report_id: (self._states[report_id], report) for report_id, report in list(self._read.items())}
        return fresh

    def report_ids(self) -> list[str]:
        """Folder names that hold a ``report.txt``, sorted.

        Raises:
            NoReports: the folder is not there or holds no report.
        """
        if not self._ids:
            if not self.folder.is_dir():
                raise NoReports(f"报告文件夹 {self.folder} 不存在;请检查设置 YOUJU_REPORTS")
            self._ids = sorted(p.parent.name for p in self.folder.glob("*/report.txt") if is_report_id(p.parent.name))
            if not self._ids:
                raise NoReports(f"报告文件夹 {self.folder} 里没有报告;请放入 <编号>/report.txt")
        return list(self._ids)

    def report(self, report_id: str) -> Report:
        """One report.

        Raises:
            UnknownReport: there is no such report.
            ReportError: it cannot be read.
        """
        found = self._read.get(report_id)
        if found is None:
            folder = self._folder(report_id)
            state = _state_of(folder)
            before = self._before.pop(report_id, None)
            found = before[1] if before and before[0] == state else read_report(folder)
            self._states[report_id] = state
            self._read[report_id] = found
        return found

    def passing(self, report_id: str) -> Report:
        """One report, not kept: for going through thousands. Errors as ``report``."""
        return self._read.get(report_id) or read_report(self._folder(report_id))

    def stored(self, report_id: str) -> tuple[About, str]:
        """What is known of one report, and its text, not split. Errors as ``report``."""
        found = self._read.get(report_id)
        return (found.about, found.text) if found else read_stored(self._folder(report_id))

    def _folder(self, report_id: str) -> Path:
        folder = self.folder / report_id
        if not is_report_id(report_id) or not (folder / "report.txt").is_file():
            raise UnknownReport(f"没有编号为“{report_id[:64]}”的报告;看看有哪些:python -m qa reports")
        return folder

    def reports(self) -> Iterator[Report]:
        """Every report that can be read, in order of its name.

        Raises:
            ReportError: none can be read; the first one's error.
        """
        first: ReportError | None = None
        some = False
        for report_id in self.report_ids():
            try:
                report = self.report(report_id)
            except ReportError as error:
                first = first or error
                continue
            some = True
            yield report
        if first and not some:
            raise first

    def examples(self, report_id: str) -> list[tuple[str, str]]:
        """Topic and question pairs that ``about.toml`` offers to visitors; each question is answerable."""
        table = read_about(self.folder / self.report(report_id).report_id)
        rows = table.get("examples", [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) and {"topic", "question"} <= row.keys() for row in rows):
            raise ReportError(f"{self.folder / report_id}/about.toml 的 examples 每条要有 topic 和 question")
        return [(str(row["topic"]), str(row["question"])) for row in rows]

    def names(self) -> list[str]:
        """Names in the reports that must not be cut into words, from every ``about.toml``."""
        return [name for report_id in self.report_ids() for name in self.names_of(report_id)]

    def names_of(self, report_id: str) -> list[str]:
        """Such names in one report."""
        names = read_about(self.folder / report_id).get("names", [])
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise ReportError(f"{self.folder / report_id}/about.toml 的 names 要是一列带引号的名字")
        return names

    def former(self, report_id: str) -> tuple[Former, ...]:
        """Sentences that the report had in earlier versions."""
        return read_former(self.folder / self.report(report_id).report_id / "former.jsonl")

    def was_replaced(self, report_id: str) -> bool:
        """Whether the report had another text once."""
        return (self.folder / report_id / "former.jsonl").exists()

    def bank_path(self, report_id: str) -> Path:
        """Where the report's question bank is; the file need not exist."""
        return self.folder / report_id / "bank.jsonl"


def _state_of(folder: Path) -> State:
    return tuple(_file_state(folder / name) for name in ("report.txt", "about.toml"))


def _file_state(path: Path) -> tuple[int, int, int]:
    try:
        found = path.stat()
    except OSError:
        return 0, 0, 0
    return found.st_mtime_ns, found.st_size, found.st_ino
