"""A report folder -> Report. ``report.txt`` and ``about.toml``; nothing of the text is changed but BOM and CRLF."""

import hashlib
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from corpus.causes import cause
from corpus.errors import ReportError
from corpus.report import About, Report
from corpus.split import split_report

ABOUT_FIELDS = ("title", "year", "published", "publisher", "source_url", "tables", "sha256")  # what describes one text


def _raw(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ReportError(f"读不到报告文件 {path}:{cause(error)};请检查文件是否在、能不能读") from error


def _decoded(raw: bytes, path: Path) -> str:
    r"""Text without BOM, line ends as ``\n``."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ReportError(f"报告文件 {path} 不是 UTF-8 编码(第 {error.start} 字节);请另存为 UTF-8 再试") from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_about(folder: Path) -> dict[str, Any]:
    """The table of ``about.toml``; empty when there is none."""
    path = folder / "about.toml"
    if not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ReportError(f"报告说明 {path} 读不懂({cause(error)});请按 README 的样子改好") from error


def read_report(folder: Path) -> Report:
    """Read and split the report in a folder.

    Raises:
        ReportError: no text, a text that is not the one ``about.toml`` was written for, or a bad ``about.toml``.
    """
    return split_report(*read_stored(folder))


def read_stored(folder: Path) -> tuple[About, str]:
    """What is known of the report in a folder, and its text, not yet split.

    Raises:
        ReportError: as ``read_report``.
    """
    raw, table = _read_pair(folder)
    text = _decoded(raw, folder / "report.txt")
    if not text.strip():
        raise ReportError(f"报告 {folder} 是空的;请放入有正文的 report.txt")
    return _about(folder, table, text, hashlib.sha256(raw).hexdigest()), text


def _read_pair(folder: Path) -> tuple[bytes, dict[str, Any]]:
    """The text of a report and what is known of that text.

    While a report is being replaced ``about.toml`` describes two texts, the one to come and, in ``[before]``, the present.
    """
    for _ in range(2):  # it may be replaced between the two readings
        raw, table = _raw(folder / "report.txt"), read_about(folder)
        digest = hashlib.sha256(raw).hexdigest()
        before = table.get("before")
        if isinstance(before, dict) and before.get("sha256") == digest:
            return raw, {name: value for name, value in table.items() if name not in ABOUT_FIELDS} | before
        wanted = str(table.get("sha256", ""))
        taken_out = not table and not (folder / "report.txt").exists()
        if not taken_out and wanted in ("", digest):
            return raw, table
    raise ReportError(f"报告 {folder} 的正文与 about.toml 里的 sha256 不符;正文若真的改过,请更新 about.toml")


def _about(folder: Path, table: dict[str, Any], text: str, digest: str) -> About:
    year, published = table.get("year"), table.get("published")
    if year is not None and type(year) is not int:  # true is an int, too
        raise ReportError(f"{folder}/about.toml 的 year 要写成数,例如 year = 2021")
    if published is not None and type(published) is not date:  # a date with a time is a date, too
        raise ReportError(f"{folder}/about.toml 的 published 要写成日期,例如 published = 2022-03-30")
    tables = table.get("tables", 0)
    if type(tables) is not int or tables < 0:
        raise ReportError(f"{folder}/about.toml 的 tables 要写成数,例如 tables = 2")
    also_called = table.get("also_called", [])
    if not isinstance(also_called, list) or not all(isinstance(name, str) and name.strip() for name in also_called):
        raise ReportError(f'{folder}/about.toml 的 also_called 要是一列带引号的称呼,例如 also_called = ["延吉"]')
    first_line = text.strip().split("\n", 1)[0].strip()
    return About(
        report_id=folder.name,
        title=str(table.get("title") or first_line[:80]),
        year=year,
        published=published,
        publisher=str(table.get("publisher", "")),
        source_url=str(table.get("source_url", "")),
        sha256=digest,
        tables=tables,
        also_called=tuple(also_called),
    )
