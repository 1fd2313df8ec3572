"""Reports added, replaced, removed and brought back from the command line."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from fakes import CountingEncoder, write_report
from papers import made_page, made_pdf, made_word

from qa.cli import main

LINES = ["延吉新村街道2021年度工作总结", "一、民生", "办结工单2905件,满意率91.4%。", "设助餐点8家。"]


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    status: int
    out: str
    err: str


@dataclass(frozen=True)
class Shell:
    """The commands, in this process, with a small model."""

    folder: Path
    capture: pytest.CaptureFixture[str]

    def run(self, *arguments: str) -> Ran:
        files = (".docx", ".html", ".txt", ".doc", ".pdf")
        status = main([str(self.folder / word) if word.endswith(files) else word for word in arguments])
        said = self.capture.readouterr()
        return Ran(status, said.out, said.err)


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    write_report(tmp_path / "reports" / "kongjiang-2020", "控江路街道2020年度工作总结\n分类达标率95%。\n", "year = 2020")
    for name in ("reports", "index", "state"):
        monkeypatch.setenv(f"YOUJU_{name.upper()}", str(tmp_path / name))
    monkeypatch.setattr("qa.service.Embedder", lambda *_, **__: CountingEncoder())
    return Shell(tmp_path, capsys)


def test_a_report_comes_is_asked_replaced_undone_and_goes(shell: Shell) -> None:
    (shell.folder / "总结.docx").write_bytes(made_word(LINES))
    added = shell.run("add", "总结.docx", "--published", "2022-03-30", "--publisher", "延吉新村街道")
    assert added.status == 0, added.err
    for told in ("标题:延吉新村街道2021年度工作总结", "年份:2021", "发布日期:2022-03-30", "发布单位:延吉新村街道", "4 句", "已加入:yanjixincun-2021"):
        assert told in added.out
    asked = json.loads(shell.run("ask", "--json", "--report", "yanjixincun-2021", "满意率91.4%").out)
    assert asked["citations"][0]["sentence"] == LINES[2]
    again = shell.run("add", "总结.docx", "--yes")
    assert (again.status, "已经有了" in again.out) == (0, True)

    (shell.folder / "新.html").write_bytes(made_page(LINES[0], [*LINES[1:3], "设助餐点9家。"]))
    replaced = shell.run("add", "新.html")
    assert "已换成新的文字" in replaced.out
    assert "来源网址:https://www.example.gov.cn/" in replaced.out
    assert "设助餐点9家。" in json.loads(shell.run("ask", "--json", "助餐点9家").out)["citations"][0]["sentence"]
    assert "已找回" in shell.run("restore", "yanjixincun-2021").out
    assert "8家" in shell.run("figures", "--report", "yanjixincun-2021").out

    gone = shell.run("remove", "yanjixincun-2021")
    assert "python -m qa restore yanjixincun-2021" in gone.out
    assert shell.run("reports").out.count("\n") == 1
    assert "延吉新村街道2021年度工作总结" in shell.run("restore").out
    assert shell.run("restore", "yanjixincun-2021").status == 0
    assert shell.run("reports").out.count("\n") == 2


def test_what_cannot_be_added_or_removed_is_one_line(shell: Shell) -> None:
    (shell.folder / "a.txt").write_text("各位代表:\n今年以来,工作很好。\n", encoding="utf-8")
    (shell.folder / "old.doc").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    (shell.folder / "scan.pdf").write_bytes(made_pdf([]))
    for arguments, status, said in (
        (["add", "a.txt"], 2, "--title"),
        (["add", "a.txt", "--title", "某某街道工作总结"], 2, "--year"),
        (["add", "a.txt", "--title", "总结", "--year", "2021", "--id", "../x"], 2, "不能用"),
        (["add", "old.doc"], 2, "另存为"),
        (["add", "scan.pdf"], 2, "扫描"),
        (["add", "none.txt"], 2, "读不到"),
        (["remove", "none"], 2, "没有编号"),
        (["remove", "kongjiang-2020"], 1, "最后一份"),
        (["restore", "none"], 2, "没有移走过"),
    ):
        ran = shell.run(*arguments)
        assert (ran.status, ran.err.count("\n")) == (status, 1), ran
        assert said in ran.err
    assert shell.run("reports").out.count("\n") == 1
