"""What a person is told who types a command wrongly: one line, Chinese, how to see what is right, exit status 2."""

import json
import re
from pathlib import Path

import click
import pytest
from fakes import CountingEncoder, write_report

from corpus.report import About
from corpus.split import split_report
from qa.cite import cite
from qa.cli import cli, main
from qa.records import Answer

LATIN = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}")  # two words of English, one after the other
COMMAND = re.compile(r"python -m qa( [a-z]+)* --help")


def paths(group: click.Group, before: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every command, as words."""
    found = []
    for name, command in group.commands.items():
        found.append((*before, name))
        if isinstance(command, click.Group):
            found += paths(command, (*before, name))
    return found


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One report, and a model that counts words."""
    write_report(tmp_path / "reports" / "kongjiang-2020", "控江路街道2020年度工作总结\n分类达标率95%。\n", "year = 2020")
    for name in ("reports", "index", "state"):
        monkeypatch.setenv(f"YOUJU_{name.upper()}", str(tmp_path / name))
    monkeypatch.setattr("qa.service.Embedder", lambda *_, **__: CountingEncoder())
    return tmp_path


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("", "没有写命令;可以用 ask"), ("--", "没有写命令"), ("bank", "没有写命令;可以用 add"), ("bank --", "没有写命令"),
        ("figure", "没有命令“figure”,是不是 figures"), ("bank nosuch", "没有命令“nosuch”"), ("-x", "没有选项“-x”"),
        ("ask --jsn x", "没有选项“--jsn”,是不是 --json"), ("ask --k", "--k 后面要写一个值"), ("ask --json=1 x", "--json 后面不写值"),
        ("ask --k 0 x", "--k 要是 1 到 20 的整数"), ("ask --k x x", "--k 要是 1 到 20 的整数"), ("ask a b c", "“b c”是多出来的"),
        ("ask", "两样只给一样"), ("years", "缺少指标"), ("figures --json --csv", "只能写一个"), ("years 粮食 --json --csv", "只能写一个"),
        ("add x --published soon", "要写成 2022-03-30 这样"), ("add x --year 1", "--year 要是 1900 到 2100"),
    ],
)  # fmt: skip
def test_a_command_line_that_cannot_be(line: str, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(line.split()) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert says in said.err
    assert re.search(r"看用法:python -m qa( [a-z]+)* --help\n$", said.err)
    assert not LATIN.search(COMMAND.sub("", said.err)), said.err


@pytest.mark.parametrize("words", [(), *paths(cli)])
def test_help_holds_no_english(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words, "--help"]) == 0
    told = capsys.readouterr().out
    assert told.startswith(f"用法: {' '.join(('python -m qa', *words))}")
    assert "选项:" in told
    assert not LATIN.search(told.removeprefix(f"用法: {' '.join(('python -m qa', *words))}")), told


def test_what_is_typed_is_told_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nothing\n\x1b[31m" + "x" * 1000]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "\x1b" not in said
    assert len(said) < 200


def test_bad_input_ends_with_two(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (small / "empty.jsonl").write_text("\n")
    (small / "a.txt").write_text("某某街道2021年度工作总结\n设助餐点8家。\n", encoding="utf-8")
    for arguments, says in (
        (["bank", "add", "x"], "quote 和 reason 都没写"),
        (["bank", "add", "x", "--quote", "没有这句"], "没有这句"),
        (["bank", "remove", "x"], "没有“x”"),
        (["bank", "import", str(small / "none")], "没有这个文件或文件夹"),
        (["build", "--reports", str(small / "none")], "不存在"),
        (["evaluate", str(small / "empty.jsonl")], "里没有问题"),
        (["add", str(small / "a.txt"), "--source-url", "javascript:alert(1)"], "http://"),
        (["check", str(small)], "这是文件夹,不是文件"),
    ):
        assert main(arguments) == 2
        said = capsys.readouterr()
        assert (said.out, said.err.count("\n")) == ("", 1), said
        assert says in said.err
    assert [path.name for path in (small / "reports").iterdir() if not path.name.startswith(".")] == ["kongjiang-2020"]


def test_a_line_of_a_batch_that_is_not_as_agreed_is_not_guessed_at(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong: list[dict] = [{"history": {}}, {"history": 0}, {"history": ""}, {"reports": {}}, {"reports": False}, {"reports": [1]}]
    labelled = {"history": None, "reports": [], "kind": "figure", "evidence": [{"start": 1}]}
    lines = [{"id": number, "question": "分类达标率", **more} for number, more in enumerate([*wrong, labelled])]
    (small / "batch.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert main(["ask", "--batch", str(small / "batch.jsonl")]) == 2
    *refused, good = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [set(row) for row in refused] == [{"id", "error"}] * len(wrong)
    assert [row["id"] for row in refused] == list(range(len(wrong)))
    assert good["question"] == "分类达标率"


def test_the_nearest_sentence_is_marked_as_not_supporting() -> None:
    report = split_report(About("r", "总结", 2020), "总结\n分类达标率95%。\n")
    near = cite(report, report.sentences[-1])
    told = Answer("达标率99%", answered=False, confidence=0.1, kind="figure", reason="false_premise", near=(near,)).to_json()
    assert told["near"] == [near.to_json() | {"supports": False}]
