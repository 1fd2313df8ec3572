"""What a report folder may hold, and the one line a person reads when it cannot be used."""

import hashlib
import re
from datetime import date
from pathlib import Path

import pytest
from fakes import write_report

from corpus.errors import ReportError, UnknownReport
from corpus.library import Library, is_report_id
from corpus.read import read_report

TEXT = "工作总结\n满意率91.4%。\n"


def said(folder: Path) -> str:
    """The message of the error that reading this folder raises: one line of plain Chinese."""
    with pytest.raises(ReportError) as raised:
        read_report(folder)
    message = str(raised.value)
    assert re.search("[\u4e00-\u9fff]", message)
    assert "\n" not in message
    assert "请" in message or "要" in message
    return message


def test_the_report_is_kept_to_the_byte(yanji) -> None:
    raw = (Path(__file__).parent.parent / "corpus" / "reports" / "yanji-2021" / "report.txt").read_bytes()
    assert yanji.text.encode() == raw
    assert yanji.about.sha256 == hashlib.sha256(raw).hexdigest()
    assert len(yanji.text) == 8104
    assert yanji.about.title == "延吉新村街道2021年度工作总结"
    assert (yanji.about.year, yanji.about.published) == (2021, date(2022, 3, 30))


@pytest.mark.parametrize(
    "raw", [TEXT.encode("utf-8-sig"), TEXT.replace("\n", "\r\n").encode(), TEXT.replace("\n", "\r").encode()], ids=["BOM", "CRLF", "CR"]
)
def test_marks_and_line_ends_of_other_systems_are_dropped(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "report.txt").write_bytes(raw)
    assert read_report(tmp_path).text == TEXT


def test_a_report_without_about_is_called_by_its_first_line(tmp_path: Path) -> None:
    report = read_report(write_report(tmp_path / "r-1", "\n  工作总结 \n正文。"))
    assert (report.about.title, report.about.report_id, report.about.year) == ("工作总结", "r-1", None)


@pytest.mark.parametrize("raw", [b"", b" \n\t\r\n", "\ufeff\u3000".encode()])
def test_an_empty_report(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "report.txt").write_bytes(raw)
    assert "空的" in said(tmp_path)


def test_a_missing_report(tmp_path: Path) -> None:
    assert str(tmp_path / "none" / "report.txt") in said(tmp_path / "none")


def test_a_folder_in_the_place_of_the_text(tmp_path: Path) -> None:
    (tmp_path / "report.txt").mkdir()
    assert "读不到" in said(tmp_path)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "big5"])
def test_a_text_that_is_not_utf8(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "report.txt").write_bytes("满意率".encode(encoding, errors="ignore"))
    assert "UTF-8" in said(tmp_path)


def test_a_text_that_is_not_the_one_described(tmp_path: Path) -> None:
    assert "sha256" in said(write_report(tmp_path, TEXT, f'sha256 = "{"0" * 64}"'))


@pytest.mark.parametrize("about", ["title = ", "= 1", "title = 'a'\ntitle = 'b'", 'year = "二〇二一"', 'published = "2022年3月"', "year = true"])
def test_an_about_that_cannot_be_read(tmp_path: Path, about: str) -> None:
    assert "about.toml" in said(write_report(tmp_path, TEXT, about))


def test_an_about_that_is_not_utf8(tmp_path: Path) -> None:
    (write_report(tmp_path, TEXT) / "about.toml").write_bytes("title = '总结'".encode("gb18030"))
    assert "about.toml" in said(tmp_path)


def test_a_library_knows_its_reports(library: Library) -> None:
    assert library.report_ids() == ["plan-2020", "work-2021"]
    assert [report.about.title for report in library.reports()] == ["计划", "总结"]
    assert library.report("work-2021") is library.report("work-2021")


@pytest.mark.parametrize("name", ["", ".", "..", "../work-2021", "work-2021/", "WORK", "a/b", "/", "x" * 65, "工作", "work-2021\n", "\0"])
def test_a_report_that_is_not_there(library: Library, name: str) -> None:
    with pytest.raises(UnknownReport, match="没有编号"):
        library.report(name)


def test_a_folder_without_reports(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="没有报告"):
        Library(tmp_path).report_ids()
    with pytest.raises(ReportError, match="不存在"):
        Library(tmp_path / "none").report_ids()


@pytest.mark.parametrize(("name", "fits"), [("yanji-2021", True), ("a", True), ("-a", False), ("a b", False), ("a.", False), ("延吉", False)])
def test_names_of_reports_fit_into_links(name: str, fits: bool) -> None:
    assert is_report_id(name) is fits


def test_examples_come_from_about(yanji, library: Library) -> None:
    assert library.examples("work-2021") == []
    shipped = Library(Path(__file__).parent.parent / "corpus" / "reports")
    assert ("12345热线", "热线满意率多少") in shipped.examples("yanji-2021")


@pytest.mark.parametrize("about", ["examples = 1", 'examples = ["问"]', "names = 3", 'examples = "问"', "examples = [[1]]"])
def test_an_about_with_lists_of_another_shape(tmp_path: Path, about: str) -> None:
    write_report(tmp_path / "r", TEXT, about)
    with pytest.raises(ReportError, match=r"about\.toml"):
        Library(tmp_path).names() if "names" in about else Library(tmp_path).examples("r")
