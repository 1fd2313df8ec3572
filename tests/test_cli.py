"""The command line through the front door: exit status, text, JSON as the contract has it, and never a traceback."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from fakes import write_report

from corpus.report import Report

ROOT = Path(__file__).parent.parent
SENTENCE = "今年以来,街道共办结受理“12345”市民服务热线工单2905件,满意率91.4%。"
SMALL = "工作总结\n一、民生\n办结工单2905件,满意率91.4%。\n设助餐点8家。\n"
ANSWER_FIELDS = {"question", "answered", "confidence", "kind", "message", "citations", "related"}
CITATION_FIELDS = {
    "report_id", "title", "sentence_id", "section", "sentence", "start", "end", "highlights", "score", "passage", "link",
}  # fmt: skip
REASONS = {"not_in_report", "near_only", "not_a_question", "false_premise", "too_vague", "empty", "too_long"}

pytestmark = pytest.mark.model


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict]:
        """Standard output as JSON lines, by strict JSON: no NaN, no Infinity."""
        return [json.loads(line, parse_constant=pytest.fail) for line in self.out.splitlines()]


@dataclass(frozen=True)
class Shell:
    """``python -m qa`` with settings of its own, in a folder of its own."""

    folder: Path
    settings: dict[str, str]

    def run(self, *arguments: str | bytes | Path, given: bytes = b"", **settings: str) -> Ran:
        environment = os.environ | {"PYTHONPATH": str(ROOT)} | self.settings | settings
        command = [sys.executable, "-m", "qa", *arguments]
        done = subprocess.run(command, cwd=self.folder, env=environment, input=given, capture_output=True, timeout=300, check=False)
        ran = Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
        assert "Traceback" not in ran.err, ran.err
        assert "Warning" not in ran.err, ran.err
        return ran

    def batch(self, *lines: object, command: str = "ask") -> Ran:
        """A batch of lines: bytes as they are, anything else as JSON."""
        raw = b"".join((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines)
        (self.folder / "batch.jsonl").write_bytes(raw)
        return self.run(command, "--batch", self.folder / "batch.jsonl")

    def refused(self, *arguments: str | bytes | Path, status: int, says: str, **settings: str) -> None:
        """The command fails, and says why in one line of Chinese, with nothing on standard output."""
        ran = self.run(*arguments, **settings)
        assert (ran.status, ran.out) == (status, "")
        assert len(ran.err.splitlines()) == 1, ran.err
        assert says in ran.err
        assert re.search("[\u4e00-\u9fff]", ran.err)
        told = re.sub(r"python -m qa( [a-z]+)*", "", ran.err)
        assert not re.search(r"[a-z]+ [a-z]+ [a-z]+", told), ran.err  # an English sentence


def shell(folder: Path, **settings: str | Path) -> Shell:
    folder.mkdir(exist_ok=True)
    own = {"YOUJU_INDEX": folder / "index", "YOUJU_STATE": folder / "state"} | settings
    return Shell(folder, {name: str(value) for name, value in own.items()})


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """The reports that come with the project, their index built."""
    built = shell(tmp_path_factory.mktemp("real"))
    ran = built.run("build")
    assert ran.status == 0
    assert re.fullmatch(r"1 份报告,176 句,\d+ 个向量,用了 \d+\.\d 秒\n", ran.out)
    return built


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """One report of five lines, without a bank; the index is built on first need."""
    folder = tmp_path_factory.mktemp("small")
    write_report(folder / "reports" / "small", SMALL)
    return shell(folder, YOUJU_REPORTS=folder / "reports", YOUJU_BANK="off")


def keeps_the_contract(answer: dict, report: Report) -> None:
    """Fields, bounds, and every quotation a slice of the report."""
    assert answer.keys() >= ANSWER_FIELDS
    assert 0 <= answer["confidence"] <= 1
    if answer["answered"]:
        assert answer["citations"]
        assert "reason" not in answer
    else:
        assert answer["citations"] == []
        assert answer["reason"] in REASONS
        assert re.search("[\u4e00-\u9fff]", answer["message"])
    scores = [citation["score"] for citation in answer["citations"]]
    assert scores == sorted(scores, reverse=True) or answer["kind"] == "multi"
    for citation in [*answer["citations"], *answer.get("near", [])]:
        is_a_slice(citation, report)


def is_a_slice(citation: dict, report: Report) -> None:
    assert citation.keys() >= CITATION_FIELDS
    assert report.text[citation["start"] : citation["end"]] == citation["sentence"] != ""
    assert citation["passage"] in report.text
    assert citation["sentence"] in citation["passage"]
    assert all(heading in report.text for heading in citation["section"])
    assert citation["link"] == f"/report/{report.report_id}#{citation['sentence_id']}"
    assert citation["sentence_id"] in report.by_id
    assert 0 <= citation["score"] <= 1
    for start, end in citation["highlights"]:
        assert citation["start"] <= start < end <= citation["end"]


def test_a_question_to_the_real_report(real: Shell, yanji: Report) -> None:
    ran = real.run("ask", "热线满意率多少", "--json")
    [answer] = ran.lines
    assert (ran.status, ran.err) == (0, "")
    keeps_the_contract(answer, yanji)
    first = answer["citations"][0]
    assert (answer["question"], answer["answered"], first["sentence"]) == ("热线满意率多少", True, SENTENCE)
    assert first["section"] == ["一、从严管党治党方面", "(四)突出选人用人导向作用,优化干部队伍建设。"]
    assert [yanji.text[start:end] for start, end in first["highlights"]] == ["91.4%"]


def test_people_read_the_sentence_its_section_and_its_link(real: Shell) -> None:
    ran = real.run("ask", "热线满意率多少", "--k", "1")
    assert ran.status == 0
    assert SENTENCE.replace("91.4%", "【91.4%】") in ran.out
    assert "一、从严管党治党方面" in ran.out
    assert "/report/yanji-2021#s" in ran.out


def test_every_kind_of_question_in_one_batch(real: Shell, yanji: Report) -> None:
    questions = [
        "友谊201街坊签约率", "友谊２０１街坊簽約率", "96.38%是哪句", "养老院、助餐点各有几家", "电梯装了几台，车棚改了几个", "区里哪年地铁通车",
        "今天天气怎么样", "满意率95%是哪句话", "How many elevators were installed?", "SELECT * FROM reports; DROP TABLE",
        "<script>alert(1)</script>满意率", "🙂🙂🙂", "满意率🙂多少", "满意\u0000率\u0007\u001b[31m多少", "", " \u3000\n\t ", "？？？", "问" * 100_000,
        "满意率" * 90, "-x", "--help", "{{7*7}}", "\u202e多少率意满", "e\u0301" * 50,
    ]  # fmt: skip
    ran = real.batch(*({"id": number, "question": question} for number, question in enumerate(questions)))
    assert (ran.status, ran.err) == (0, "")
    assert [line["id"] for line in ran.lines] == list(range(len(questions)))
    for question, answer in zip(questions, ran.lines, strict=True):
        assert answer["question"] == question
        keeps_the_contract(answer, yanji)
    by_question = dict(zip(questions, ran.lines, strict=True))
    for question in questions[:3]:
        assert "签约率达96.38%" in by_question[question]["citations"][0]["sentence"]
    assert by_question[questions[0]]["citations"] == by_question[questions[1]]["citations"]
    reasons = {question: by_question[question].get("reason") for question in ("", " \u3000\n\t ", "问" * 100_000, "满意率95%是哪句话")}
    assert list(reasons.values()) == ["empty", "empty", "too_long", "false_premise"]
    assert "满意率91.4%" in by_question["满意率95%是哪句话"]["near"][0]["sentence"]


def test_a_follow_up_is_read_with_what_was_asked_before(real: Shell) -> None:
    lines = real.batch(
        {"id": "a", "question": "那养老院呢", "history": ["助餐点有几家"]},
        {"id": "b", "question": "助餐点有几家", "history": None, "reports": ["yanji-2021"]},
    ).lines
    assert [line["id"] for line in lines] == ["a", "b"]
    assert all("养老院6家" in line["citations"][0]["sentence"] for line in lines)


def test_bad_lines_are_answered_in_place_and_the_rest_goes_on(small: Shell) -> None:
    deep = b'{"id": 4, "question": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    bad: Sequence[object] = [
        b"{not json", b"[1, 2]", b'"text"', b"null", deep, b'{"id": 5, "question": "\xff\xfe"}', {"id": 6}, {"id": 7, "question": 3},
        {"id": 8, "question": "满意率", "history": "满意率"}, {"id": 9, "question": "满意率", "reports": ["none"]},
        {"id": 10, "question": "满意率", "reports": {"a": 1}}, b'{"id": 11, "question": "a", "n": ' + b"9" * 5000 + b"}", b'{"id": 12',
        b'{"id": NaN, "question": "a"}', b'{"id": 1e999, "question": "a"}',
    ]  # fmt: skip
    good = {"id": "last", "question": "满意率多少"}
    ran = small.batch(good, *bad, good)
    assert ran.status == 2
    first, *answered, last = ran.lines
    assert first == last
    assert first["answered"]
    assert len(answered) == len(bad)
    for line in answered:
        assert set(line) == {"id", "error"}
        assert re.search("[\u4e00-\u9fff]", line["error"])
        assert len(line["error"]) < 300
    assert [line["id"] for line in answered if line["id"] is not None] == [6, 7, 8, 9, 10]


def test_ids_come_back_as_they_were(small: Shell) -> None:
    ids: list[object] = ["甲", 0, -1.5, None, True, [1, {"a": []}], {"b": None}, "1\n2", 10**18]
    ran = small.batch(*({"id": line_id, "question": "满意率多少"} for line_id in ids), b"", b"   ")
    assert ran.status == 0
    assert [line["id"] for line in ran.lines] == ids


def test_a_surrogate_alone_harms_nobody(small: Shell) -> None:
    ran = small.batch({"id": 1, "question": "\ud83d"}, {"id": 2, "question": "满意率多少"}, {"id": "\udc00", "question": "满意率多少"})
    assert ran.status in (0, 2)
    assert len(ran.lines) == 3
    assert ran.lines[1]["answered"]


def test_a_batch_of_another_system_is_read(small: Shell) -> None:
    (small.folder / "dos.jsonl").write_bytes(b"\xef\xbb\xbf" + '{"id": 1, "question": "满意率多少"}\r\n\r\n'.encode() * 2)
    assert [line["answered"] for line in small.run("ask", "--batch", small.folder / "dos.jsonl").lines] == [True, True]
    ran = small.run("ask", "--batch", "-", given='{"id": 1, "question": "满意率多少"}'.encode())
    assert [line["answered"] for line in ran.lines] == [True]
    empty = small.batch()
    assert (empty.status, empty.out) == (0, "")


def test_a_question_that_begins_with_a_dash(small: Shell) -> None:
    [answer] = small.run("ask", "--json", "--", "-x").lines
    assert answer["question"] == "-x"
    small.refused("ask", "-x", status=2, says="--help")


def test_a_question_that_is_no_text(small: Shell) -> None:
    ran = small.run("ask", "--json", "--", b"\xff\xfe\xe6\xbb")
    assert (ran.status, ran.lines[0]["answered"]) == (0, False)


def test_a_report_that_is_not_there(small: Shell) -> None:
    small.refused("ask", "满意率", "--report", "none", status=2, says="none")
    small.refused("figures", "--report", "../small", status=2, says="../small")


@pytest.mark.parametrize(
    "arguments",
    [["ask"], ["ask", "a", "b"], ["ask", "满意率", "--batch", "x"], ["ask", "满意率", "--k", "0"], ["nothing"], ["build", "--colour"], ["check"]],
)
def test_bad_usage_gives_one_line_and_two(small: Shell, arguments: list[str]) -> None:
    small.refused(*arguments, status=2, says="--help")


def test_files_that_cannot_be_read(small: Shell) -> None:
    for command in (("ask", "--batch"), ("check", "--batch"), ("check",), ("evaluate",)):
        small.refused(*command, small.folder / "none.jsonl", status=2, says="none.jsonl")
        small.refused(*command, small.folder, status=2, says=str(small.folder))


def test_help_is_there_for_all(small: Shell) -> None:
    ran = small.run("--help")
    assert ran.status == 0
    commands = re.findall(r"^  ([a-z]+) ", ran.out, re.MULTILINE)
    assert {"build", "ask", "check", "figures", "arithmetic", "evaluate", "reports", "bank"} <= set(commands)
    for command in commands:
        told = small.run(command, "--help")
        assert told.status == 0
        assert re.search("[\u4e00-\u9fff]", told.out)


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "abc"), ("PORT", "-1"), ("PORT", "70000"), ("ENGINE", "oracle"), ("BANK", "maybe"), ("THREADS", "1.5"), ("LOG", "0")],
)
def test_settings_that_cannot_be(small: Shell, name: str, value: str) -> None:
    small.refused("ask", "满意率", status=2, says=f"YOUJU_{name}", **{f"YOUJU_{name}": value})


def test_a_settings_file_that_cannot_be_read(small: Shell, tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("YOUJU_PORT=八".encode("gb18030"))
    shell(tmp_path, **small.settings).refused("reports", status=2, says=".env")
    (tmp_path / ".env").write_text("YOUJU_PORT=八", encoding="utf-8")
    shell(tmp_path, **small.settings).refused("reports", status=2, says="YOUJU_PORT")


def test_reports_that_cannot_be_read(small: Shell, tmp_path: Path) -> None:
    small.refused("reports", status=2, says="YOUJU_REPORTS", YOUJU_REPORTS=str(tmp_path / "none"))
    small.refused("build", "--reports", tmp_path, status=2, says=str(tmp_path))
    write_report(tmp_path / "bad", "正文。", "year = 'x'")
    small.refused("reports", status=1, says="about.toml", YOUJU_REPORTS=str(tmp_path))


def test_a_model_that_cannot_be_had(small: Shell, tmp_path: Path) -> None:
    for model, status in ((str(tmp_path / "none"), 2), (str(tmp_path), 2), ("youju-tests/none", 1)):
        small.refused("ask", "满意率", status=status, says=model, YOUJU_MODEL=model, HF_HUB_CACHE=str(tmp_path))


def test_an_index_that_cannot_be_written(small: Shell, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    small.refused("build", "--index", tmp_path / "file", status=1, says="YOUJU_INDEX")
    ran = small.run("ask", "满意率多少", "--json", YOUJU_INDEX=str(tmp_path / "file" / "index"))
    assert (ran.status, ran.lines[0]["answered"]) == (0, True)
    assert "内存" in ran.err


def test_a_damaged_index_is_mended_with_a_word(small: Shell) -> None:
    small.run("build")
    (small.folder / "index" / "current").write_text("gone")
    ran = small.run("ask", "满意率多少", "--json")
    assert (ran.status, ran.lines[0]["answered"]) == (0, True)
    assert "重建" in ran.err
    assert len(ran.err.splitlines()) == 1
    assert small.run("ask", "满意率多少", "--json").err == ""


def test_which_reports_there_are(real: Shell) -> None:
    known = "yanji-2021\t延吉新村街道2021年度工作总结\t2022-03-30\t176 句\t2021年\t上海市杨浦区人民政府延吉新村街道办事处"
    assert real.run("reports").out == known + "\n"


def test_a_draft_is_checked(real: Shell, yanji: Report) -> None:
    draft = "全年办结热线工单2,905件,满意率94.1%。"
    (real.folder / "draft.txt").write_text(draft, encoding="utf-8")
    ran = real.run("check", real.folder / "draft.txt", "--json")
    found = json.loads(ran.out)
    assert ran.status == 0
    assert [(figure["as_written"], figure["verdict"]) for figure in found] == [("2,905件", "supported"), ("94.1%", "contradicted")]
    for figure in found:
        assert draft[figure["start"] : figure["end"]] == figure["as_written"]
        is_a_slice(figure["citation"], yanji)
    again = real.batch({"id": 1, "text": draft}, {"id": 2, "text": ""}, {"id": 3}, command="check")
    assert again.status == 2
    assert again.lines[0] == {"id": 1, "figures": found}
    assert again.lines[1] == {"id": 2, "figures": []}
    assert set(again.lines[2]) == {"id", "error"}
    assert "不符  94.1%" in real.run("check", "-", given=draft.encode()).out


def test_the_register_and_the_sums(real: Shell, yanji: Report) -> None:
    register = json.loads(real.run("figures", "--json").out)
    assert len(register) > 150
    assert all(row["sentence"] in yanji.text and row["printed"] in row["sentence"] for row in register)
    csv = real.run("figures", "--csv").out
    assert len(csv.splitlines()) >= len(register)
    sums = json.loads(real.run("arithmetic", "--json").out)
    [share] = [row for row in sums if row["stated"].startswith("96.38")]
    assert share["verdict"] == "holds"
    for row in sums:
        assert row.keys() >= {"kind", "expression", "stated", "computed", "verdict", "citations"}
        for citation in row["citations"]:
            is_a_slice(citation, yanji)


def test_output_that_nobody_reads_to_the_end(real: Shell) -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT)} | real.settings
    command = [sys.executable, "-m", "qa", "figures", "--json"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.readline()
        running.stdout.close()
        assert running.stderr.read() == ""


def test_years_of_an_indicator(tmp_path: Path) -> None:
    for year in (2020, 2021):
        write_report(tmp_path / "reports" / f"r{year}", f"总结\n办结工单{year}件。\n", f'title = "总结"\nyear = {year}\n')
    several = shell(tmp_path, YOUJU_REPORTS=tmp_path / "reports", YOUJU_BANK="off")
    ran = several.run("years", "办结工单")
    assert re.findall(r"(\d+)年  (\d+)件", ran.out) == [("2020", "2020"), ("2021", "2021")]
    [series] = json.loads(several.run("years", "办结工单", "--json").out)["series"]
    assert [point["value"] for point in series["points"]] == ["2020", "2021"]
    assert len(several.run("years", "办结工单", "--csv").out.splitlines()) == 3
    assert "都没有“地铁”的数字" in several.run("years", "地铁").out
    several.refused("years", " ", status=2, says="请给一个指标")
