"""Rules for any input whatever, of parts that meet what people write; ``tests/fuzz/properties.py`` tries them for as long as one likes."""

import io
import json
import os
import re
import string
from contextlib import redirect_stdout
from pathlib import Path

import pytest
from fakes import CountingEncoder, write_report
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from papers import made_page, made_word

from corpus.errors import InputError, SettingsError
from corpus.figures import Figure, figures_of_text, register, sentence_spans
from corpus.report import About, Report
from corpus.split import split_report
from qa.check import check_draft
from qa.commands.asking import answer_batch
from qa.draft import draft_text
from qa.known import Known
from qa.service import Service
from qa.settings import Settings, load_settings

SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)

# ---------- the figure register ----------

PIECES = (
    "满意率", "签约", "热线工单", "其中", "分别为", "比上年增长", "同比", "截止", "8月31日", "2021年", "96.38%", "2,905件", "1+4", "三分之一",
    "6万余辆", "百分之九十", "近5成", "、", ",", "，", "。", ";", ":", "：", "(", ")", "“", "”", "\n", " ", "\u3000", "一、", "(一)", "一是", "和", "各",
    "３户", "①", "\u200b", "亿", "万", "台", "个", "<", "|", "年均", "由", "到", "至", "-", "~", "《", "》", "簽約", "第", "零",
)  # fmt: skip
figurelike = st.one_of(st.text(max_size=120), st.lists(st.sampled_from(PIECES), max_size=40).map("".join))


def slices(text: str, figure: Figure) -> None:
    assert text[figure.start : figure.end] == figure.printed != ""
    assert text[slice(*figure.indicator_span)] == figure.indicator
    assert text[slice(*figure.subject_span)] == figure.subject
    assert text[slice(*figure.period_span)] == figure.period


@settings(SHARED)
@given(figurelike)
def test_the_register_of_any_report_is_made_of_its_slices_in_order(text: str) -> None:
    report = split_report(About("r", "标题", year=2021), text)
    last = 0
    for figure in register(report):
        slices(text, figure)
        sentence = report.by_id[figure.sentence_id]
        assert sentence.start <= figure.start < figure.end <= sentence.end
        assert last <= figure.start
        last = figure.end
        json.dumps(figure.to_json(), allow_nan=False)


@settings(SHARED)
@given(figurelike)
def test_any_draft_is_read_in_order_and_to_the_character(text: str) -> None:
    place = 0
    for start, end in sentence_spans(text):
        assert place <= start < end <= len(text)
        place = end
    last = 0
    for figure in figures_of_text(text):
        slices(text, figure)
        assert last <= figure.start
        last = figure.end


# ---------- the check of drafts ----------


@pytest.fixture(scope="module")
def known(yanji: Report) -> Known:
    return Known.of(yanji)


@pytest.fixture(scope="module")
def clauses(yanji: Report) -> list[str]:
    """The report in pieces, each with the mark that ends it."""
    return [piece for piece in re.split(r"(?<=[,。;、:])", yanji.text) if piece.strip()]


@settings(SHARED)
@given(st.data())
def test_what_is_called_supported_stands_in_the_report_as_cited(
    known: Known, clauses: list[str], yanji: Report, data: st.DataObject
) -> None:
    """Drafts of the report's own clauses in any order, with figures and words of others between them."""
    draft = "".join(data.draw(st.lists(st.sampled_from(clauses) | st.sampled_from(PIECES), max_size=12)))
    for one in check_draft(draft, [known]):
        assert draft[one.start : one.end] == one.as_written
        cited = [*filter(None, (one.citation, *one.others))]
        assert all(yanji.text[citation.start : citation.end] == citation.sentence for citation in cited)
        assert (one.verdict == "not_found") <= (one.report_value == "")
        if one.verdict == "supported":
            said = "".join(citation.sentence for citation in cited)
            printed = re.findall(r"[0-9][0-9,.]*", one.report_value)
            assert one.citation is not None
            assert all(number in said for number in printed), (draft, one)
        json.dumps(one.to_json(), allow_nan=False)


# ---------- draft files ----------

WORD = made_word(["总结", "满意率91.4%。", "一、党建"])
PAGE = made_page("总结", ["满意率91.4%。", "一、党建"])
damaged = st.builds(
    lambda raw, place, gone, put: raw[: place % len(raw)] + put + raw[place % len(raw) + gone :],
    st.sampled_from([WORD, PAGE, "总结\n满意率91.4%。".encode("utf-16"), "满意率91.4%。".encode("gb18030")]),
    st.integers(0, 100_000),
    st.integers(0, 40),
    st.binary(max_size=12) | st.sampled_from([b"<table>", b"<!DOCTYPE x [", b"&#xD800;", b"\xff\xfe", b"PK\x05\x06", b"<script>"]),
)


@settings(SHARED)
@given(damaged | st.binary(max_size=300), st.sampled_from(["a.docx", "a.html", "a.txt", "a.md", "a", "../a.pdf", "稿.doc", "-.txt"]))
def test_any_draft_file_is_read_or_refused_in_one_line(raw: bytes, name: str) -> None:
    said = ""
    try:
        draft_text(raw.replace(b"%PDF-", b""), name).encode()
    except InputError as error:
        said = str(error)
    assert not said or ("请" in said and len(said.splitlines()) == 1)


# ---------- settings ----------


def settable(text: str) -> bool:
    """Whether a system can hold this as a variable."""
    try:
        return "\0" not in text and bool(os.fsencode(text) is not None)
    except UnicodeEncodeError:
        return False


values = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["", "0", "-1", "1e3", "１２", "9" * 20, "on", "OFF", "true", "null", "[]", "/a//b", "'self' x;y", "1.2.3.4/33", "nan"]),
    st.text(string.printable, max_size=12),
).filter(settable)


def refused() -> str:
    """What is said against the settings in force; "" when they are taken."""
    try:
        load_settings()
    except SettingsError as error:
        return str(error)
    return ""


@settings(SHARED)
@given(st.dictionaries(st.sampled_from(sorted(Settings.model_fields)), values, min_size=1, max_size=4))
def test_any_environment_gives_settings_or_one_line_that_names_the_bad_ones(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, given_: dict[str, str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with monkeypatch.context() as environment:
        for name, value in given_.items():
            environment.setenv(f"YOUJU_{name.upper()}", value)
        said = refused()
    assert not said or any(f"YOUJU_{name.upper()}=" in said for name in given_)
    assert len(said.splitlines()) <= 1


SHELL = ("YOUJU_PORT=", "YOUJU_LOG=", "on", "8000", "\n", '"', "'", "#", " ", "${", "}", "=", "\\", "export ")


@settings(SHARED)
@given(st.binary(max_size=200) | st.lists(st.sampled_from(SHELL)).map("".join).map(str.encode))
def test_any_settings_file_is_read_or_refused_in_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, raw: bytes) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_bytes(raw)
    assert len(refused().splitlines()) <= 1


# ---------- batches on the command line ----------

values_of_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
questions = st.text(max_size=40) | st.lists(st.sampled_from([*PIECES, "粮食", "增长多少", "教育", "吗", "那", "呢"]), max_size=8).map("".join)
objects = st.fixed_dictionaries(
    {},
    optional={
        "id": values_of_json,
        "question": questions | values_of_json,
        "history": st.lists(questions, max_size=3) | values_of_json,
        "reports": st.lists(st.sampled_from(["r", ":2021", "none", "../r"]), max_size=2) | values_of_json,
    },
).map(lambda line: json.dumps(line).encode())
odd = st.sampled_from(
    [
        b"NaN", b"1e999", b"-1e999", b'{"a": Infinity}', b"9" * 5000, b'"\\ud800"', b"[" * 900 + b"]" * 900, b"[" * 5000 + b"]" * 5000,
        b'{"": ' * 960 + b"1" + b"}" * 960,
    ]
)
lines_of_json = st.one_of(
    objects,
    odd.map(lambda value: b'{"id": ' + value + b', "question": "\xe7\xb2\xae\xe9\xa3\x9f"}'),
    st.builds(lambda line, cut: line[: cut % (len(line) + 1)], objects, st.integers(0, 300)),
    st.binary(max_size=40),
    st.sampled_from([b"", b" ", b"\x0c", b"\xef\xbb\xbf", b"[]", b"null", b"\r"]),
)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    folder = tmp_path_factory.mktemp("batch")
    write_report(folder / "reports" / "r", "总结\n粮食产量增长5.2%。\n教育支出增加8亿元,就业增长。\n")
    service = Service(reports=folder / "reports", index=folder / "index", encoder=CountingEncoder())
    service.warm()
    return service


def read_strictly(line: str) -> dict:
    return json.loads(line, parse_constant=pytest.fail)


@settings(SHARED)
@given(st.lists(lines_of_json, max_size=5))
def test_every_line_of_any_batch_has_its_answer_in_its_place(service: Service, tmp_path: Path, lines: list[bytes]) -> None:
    path = tmp_path / "batch.jsonl"
    path.write_bytes(b"\n".join(lines))
    out, status = io.StringIO(), 0
    with redirect_stdout(out):
        try:
            answer_batch(service, path)
        except SystemExit as end:
            status = int(str(end.code))
    answers = [read_strictly(line) for line in out.getvalue().split("\n")[:-1]]
    asked = [line.strip() for line in b"\n".join(lines).removeprefix(b"\xef\xbb\xbf").split(b"\n") if line.strip()]
    assert len(answers) == len(asked)
    assert status == (2 if any("error" in answer for answer in answers) else 0)
    for line, answer in zip(asked, answers, strict=True):
        assert ("error" in answer) != ("answered" in answer)
        if "answered" in answer:
            assert json.dumps(answer["id"]) == json.dumps(json.loads(line).get("id"))
        else:
            assert set(answer) == {"id", "error"}
