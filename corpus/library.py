"""Which reports we have: one folder each under the reports folder."""

import re
from collections.abc import Iterator
from pathlib import Path

from corpus.errors import ReportError, UnknownReport
from corpus.read import read_about, read_report
from corpus.report import Report

_REPORT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def is_report_id(name: str) -> bool:
    """Whether a name can be a report's folder and part of a link: nothing that climbs out of the folder."""
    return _REPORT_ID.fullmatch(name) is not None


class Library:
    """The reports in one folder, read on demand and kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read: dict[str, Report] = {}

    def report_ids(self) -> list[str]:
        """Folder names that hold a ``report.txt``, sorted.

        Raises:
            ReportError: the folder is not there or holds no report.
        """
        if not self.folder.is_dir():
            raise ReportError(f"报告文件夹 {self.folder} 不存在;请检查设置 YOUJU_REPORTS")
        names = sorted(p.parent.name for p in self.folder.glob("*/report.txt") if is_report_id(p.parent.name))
        if not names:
            raise ReportError(f"报告文件夹 {self.folder} 里没有报告;请放入 <编号>/report.txt")
        return names

    def report(self, report_id: str) -> Report:
        """One report.

        Raises:
            UnknownReport: there is no such report.
            ReportError: it cannot be read.
        """
        if report_id not in self._read:
            folder = self.folder / report_id
            if not is_report_id(report_id) or not (folder / "report.txt").is_file():
                raise UnknownReport(f"没有编号为“{report_id[:64]}”的报告;看看有哪些:python -m qa reports")
            self._read[report_id] = read_report(folder)
        return self._read[report_id]

    def reports(self) -> Iterator[Report]:
        """Every report, in order of its name."""
        for report_id in self.report_ids():
            yield self.report(report_id)

    def examples(self, report_id: str) -> list[tuple[str, str]]:
        """Topic and question pairs that ``about.toml`` offers to visitors; each question is answerable."""
        table = read_about(self.folder / self.report(report_id).report_id)
        rows = table.get("examples", [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) and {"topic", "question"} <= row.keys() for row in rows):
            raise ReportError(f"{self.folder / report_id}/about.toml 的 examples 每条要有 topic 和 question")
        return [(str(row["topic"]), str(row["question"])) for row in rows]

    def names(self) -> list[str]:
        """Names in the reports that must not be cut into words, from every ``about.toml``."""
        return [name for report_id in self.report_ids() for name in self._names(report_id)]

    def _names(self, report_id: str) -> list[str]:
        names = read_about(self.folder / report_id).get("names", [])
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise ReportError(f"{self.folder / report_id}/about.toml 的 names 要是一列带引号的名字")
        return names

    def bank_path(self, report_id: str) -> Path:
        """Where the report's question bank is; the file need not exist."""
        return self.folder / report_id / "bank.jsonl"
