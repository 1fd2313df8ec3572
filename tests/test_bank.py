"""The question bank: what a line may be, what a file survives, and what the bank that comes with the report promises."""

import json
import multiprocessing
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import corpus.bank
from corpus.bank import (
    LONGEST_QUESTION,
    REASONS,
    BankQuestion,
    append_bank,
    export_bank,
    import_bank,
    overlay,
    read_bank,
    remove_bank,
    same_question,
)
from corpus.errors import BankError
from corpus.read import read_report
from corpus.report import About, Report
from corpus.split import split_report

ROOT = Path(__file__).parent.parent
TEXT = "工作总结\n办结工单2905件,满意率91.4%。设助餐点8家。\n设助餐点8家。\n"
SMALL = split_report(About("small", "工作总结"), TEXT)
HOTLINE = BankQuestion("热线满意率多少", "满意率91.4%")
MEALS = BankQuestion("助餐点几家", "设助餐点8家")
PHONE = BankQuestion("助餐点电话", "", "phone")


@pytest.fixture(scope="module")
def yanji() -> Report:
    return read_report(ROOT / "corpus" / "reports" / "yanji-2021")


@pytest.fixture(scope="module")
def shipped(yanji: Report) -> tuple[BankQuestion, ...]:
    return read_bank(ROOT / "corpus" / "reports" / "yanji-2021" / "bank.jsonl", yanji)


def _file(folder: Path, *lines: str) -> Path:
    path = folder / "bank.jsonl"
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return path


# --- one line ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"question": " ", "quote": "满意率91.4%"}, "question 是空的"),
        ({"question": "问" * (LONGEST_QUESTION + 1), "quote": "满意率91.4%"}, f"{LONGEST_QUESTION} 字以内"),
        ({"question": "问", "quote": ""}, "都没写"),
        ({"question": "问", "quote": "满意率91.4%", "reason": "phone"}, "都写了"),
        ({"question": "问", "quote": "", "reason": "weather"}, "不认识"),
        ({"question": "问", "quote": "满意率91.4%", "added_at": "昨天"}, "不是时间"),
        ({"question": "问\ud83d", "quote": "满意率91.4%"}, "不完整"),
    ],
)
def test_a_line_that_does_not_hold_together_cannot_be_made(fields: dict[str, str], told: str) -> None:
    with pytest.raises(BankError, match=re.escape(told)):
        BankQuestion(**fields)


def test_every_reason_is_named_in_chinese_or_left_unnamed() -> None:
    assert all(re.fullmatch(r"[\u4e00-\u9fff]*", name) for name in REASONS.values())
    assert {reason for reason, name in REASONS.items() if not name} == {"off_topic", "smalltalk", "injection"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("热线满意率多少?", "热线满意率多少"),
        ("热线 满意率、多少~", "热线满意率多少"),
        ("９１．４％是什么", "91.4%是什么"),
        ("熱線滿意率多少", "热线满意率多少"),
        ("“一网统管”OK吗", "一网统管ok吗"),
        ("? ?", "??"),
    ],
)
def test_questions_that_differ_in_looks_alone_are_the_same(one: str, other: str) -> None:
    assert same_question(one) == same_question(other)


@pytest.mark.parametrize(("one", "other"), [("91.4%是什么", "914%是什么"), ("97%", "97"), ("?", "!"), ("助餐点几家", "养老院几家")])
def test_questions_that_differ_in_substance_are_not_the_same(one: str, other: str) -> None:
    assert same_question(one) != same_question(other)


@settings(deadline=None)  # the first one loads a dictionary
@given(st.text(max_size=60))
def test_sameness_is_settled_in_one_pass_and_never_empty_for_a_question(text: str) -> None:
    bare = same_question(text)
    assert bool(bare) == bool(text.strip())
    assert same_question(f" {text}\u3000") == bare


# --- reading ----------------------------------------------------------------------------------------------------------


def test_a_bank_reads_back_in_its_order(tmp_path: Path) -> None:
    path = _file(
        tmp_path, '{"question": "热线满意率多少", "quote": "满意率91.4%"}', "", '{"question": "助餐点电话", "quote": "", "reason": "phone"}'
    )
    assert read_bank(path, SMALL) == (HOTLINE, PHONE)


def test_a_file_that_is_not_there_holds_no_question(tmp_path: Path) -> None:
    assert read_bank(tmp_path / "bank.jsonl", SMALL) == ()


def test_bom_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "bank.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + export_bank([HOTLINE, PHONE]).replace("\n", "\r\n").encode())
    assert read_bank(path, SMALL) == (HOTLINE, PHONE)


def test_a_line_separator_inside_a_question_does_not_cut_the_line() -> None:
    odd = BankQuestion("热线\u2028满意率\x85多少", "满意率91.4%")
    assert import_bank(export_bank([odd]), SMALL) == (odd,)


GOOD = '{"question": "热线满意率多少", "quote": "满意率91.4%"}'


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('{"question": "热线', "不是一行完整的 JSON"),
        ("[" * 100_000, "不是一行完整的 JSON"),
        ('["热线", "满意率91.4%"]', "要写成"),
        ('{"question": "几件", "qoute": "2905件"}', "不认识的字段“qoute”"),
        ('{"question": "几件", "quote": 2905}', "quote 不是文字"),
        ('{"quote": "2905件"}', "question 是空的"),
        ('{"question": "几件"}', "都没写"),
        ('{"question": "几件", "quote": "2,905件"}', "一字不差"),
        ('{"question": "几件", "quote": "满意率91.4%。设助餐点8家"}', "跨了 2 句"),
        ('{"question": "热线、满意率多少?", "quote": "满意率91.4%"}', "和第 1 行是同一个问题;请只留一行"),
        ('{"question": "热线满意率多少?", "quote": "2905件"}', "和第 1 行是同一个问题,答案却不同"),
        ('{"question": "热线满意率多少?", "quote": "", "reason": "phone"}', "答案却不同"),
    ],
)
def test_a_bad_line_is_named_with_what_to_do(tmp_path: Path, line: str, told: str) -> None:
    with pytest.raises(BankError) as caught:
        read_bank(_file(tmp_path, GOOD, line), SMALL)
    message = str(caught.value)
    assert message.startswith("bank.jsonl 第 2 行:")
    assert told in message
    assert "\n" not in message


def test_many_bad_lines_are_counted(tmp_path: Path) -> None:
    with pytest.raises(BankError, match=r"第 2 行.*第 3 行.*第 4 行.*一共 5 行有问题"):
        read_bank(_file(tmp_path, GOOD, *["坏"] * 5), SMALL)


def test_a_file_in_another_encoding_says_so(tmp_path: Path) -> None:
    path = tmp_path / "bank.jsonl"
    path.write_bytes(GOOD.encode("gbk"))
    with pytest.raises(BankError, match="不是 UTF-8"):
        read_bank(path, SMALL)


def test_a_folder_in_its_place_says_so(tmp_path: Path) -> None:
    with pytest.raises(BankError, match="读不到题库"):
        read_bank(tmp_path, SMALL)


# --- writing ----------------------------------------------------------------------------------------------------------


def test_adding_makes_the_file_and_keeps_the_order(tmp_path: Path) -> None:
    path = tmp_path / "state" / "bank.jsonl"
    signed = BankQuestion("助餐点有几家", "设助餐点8家", added_by="王", added_at="2022-04-01T09:30:00+08:00")
    append_bank(path, SMALL, HOTLINE)
    append_bank(path, SMALL, signed)
    assert read_bank(path, SMALL) == (HOTLINE, signed)
    assert json.loads(path.read_text(encoding="utf-8").splitlines()[0]) == {"question": "热线满意率多少", "quote": "满意率91.4%"}


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        (BankQuestion("几件", "2,905件"), "不是《工作总结》里的原话"),
        (BankQuestion("热线满意率多少?", "办结工单2905件"), "已经有“热线满意率多少”"),
    ],
)
def test_what_cannot_be_added_leaves_the_file_alone(tmp_path: Path, entry: BankQuestion, told: str) -> None:
    path = _file(tmp_path, GOOD)
    before = path.read_bytes()
    with pytest.raises(BankError, match=told):
        append_bank(path, SMALL, entry)
    assert path.read_bytes() == before


def test_a_file_with_a_bad_line_is_not_written_over(tmp_path: Path) -> None:
    path = _file(tmp_path, GOOD, '{"question": "助餐')
    before = path.read_bytes()
    for change in (lambda: append_bank(path, SMALL, MEALS), lambda: remove_bank(path, "热线满意率多少")):
        with pytest.raises(BankError, match="第 2 行"):
            change()
    assert path.read_bytes() == before


def test_removing_takes_out_that_question_alone(tmp_path: Path) -> None:
    path = _file(tmp_path, *export_bank([HOTLINE, MEALS, PHONE]).splitlines())
    assert remove_bank(path, "助餐点几家?") == MEALS
    assert read_bank(path, SMALL) == (HOTLINE, PHONE)
    with pytest.raises(BankError, match="没有“助餐点几家”"):
        remove_bank(path, "助餐点几家")


def test_a_line_whose_quote_has_left_the_report_can_still_be_removed(tmp_path: Path) -> None:
    path = _file(tmp_path, GOOD, '{"question": "助餐点几家", "quote": "设助餐点7家"}')
    remove_bank(path, "助餐点几家")
    assert read_bank(path, SMALL) == (HOTLINE,)


def test_what_staff_added_holds_over_what_came_with_the_report() -> None:
    better = BankQuestion("热线满意率,多少?", "办结工单2905件,满意率91.4%", added_by="王")
    assert overlay([HOTLINE, PHONE], [better, MEALS]) == (better, PHONE, MEALS)


_QUOTES = st.sampled_from(["办结工单2905件", "满意率91.4%", "设助餐点8家。"])
_TEXTS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40).filter(lambda text: bool(text.strip()))
_LINES = st.one_of(
    st.builds(BankQuestion, _TEXTS, _QUOTES, added_by=st.text(st.characters(codec="utf-8"), max_size=5)),
    st.builds(BankQuestion, _TEXTS, st.just(""), st.sampled_from(sorted(REASONS))),
)
_BANKS = st.lists(_LINES, max_size=8, unique_by=lambda entry: same_question(entry.question))


@settings(deadline=None)
@given(_BANKS)
def test_export_and_import_are_inverse(bank: list[BankQuestion]) -> None:
    assert import_bank(export_bank(bank), SMALL) == tuple(bank)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)  # the disk may be busy
@given(_BANKS)
def test_adding_one_by_one_is_writing_at_once(tmp_path: Path, bank: list[BankQuestion]) -> None:
    one, other = tmp_path / "one.jsonl", tmp_path / "other.jsonl"
    one.unlink(missing_ok=True)
    other.unlink(missing_ok=True)
    for entry in bank:
        append_bank(one, SMALL, entry)
    append_bank(other, SMALL, *bank)
    assert read_bank(one, SMALL) == tuple(bank)
    assert (one.read_bytes() if bank else b"") == (other.read_bytes() if bank else b"")


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_imports_or_says_why_not(text: str) -> None:
    told = ""
    try:
        assert import_bank(text, SMALL) == ()
    except BankError as error:
        told = str(error)
    assert bool(text.removeprefix("\ufeff").strip()) == bool(re.search(r"第 \d+ 行:", told))


# --- crashes and rivals -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_write_that_fails_half_way_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    path = _file(tmp_path, GOOD)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(*((corpus.bank.os, "fsync", fail) if step == "fsync" else (Path, "replace", fail)))
        with pytest.raises(BankError, match="原来的没有动"):
            append_bank(path, SMALL, MEALS)
    assert read_bank(path, SMALL) == (HOTLINE,)
    append_bank(path, SMALL, MEALS)
    assert read_bank(path, SMALL) == (HOTLINE, MEALS)


_WRITER = """
import sys
from pathlib import Path
from corpus.bank import BankQuestion, append_bank
from corpus.report import About
from corpus.split import split_report

report = split_report(About("small", "工作总结"), sys.argv[2])
for number in range(10_000):
    append_bank(Path(sys.argv[1]), report, BankQuestion(f"第{number}问", "满意率91.4%"))
    print(number, flush=True)
"""


def test_a_writer_killed_at_any_moment_loses_nothing_it_had_confirmed(tmp_path: Path) -> None:
    path, dice = tmp_path / "bank.jsonl", random.Random(7)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for _ in range(4):
        path.unlink(missing_ok=True)
        writer = subprocess.Popen([sys.executable, "-c", _WRITER, str(path), TEXT], stdout=subprocess.PIPE, text=True, env=environment)
        assert writer.stdout is not None
        assert writer.stdout.readline() == "0\n"
        time.sleep(dice.uniform(0, 0.15))
        writer.send_signal(signal.SIGKILL)
        confirmed = 1 + len(writer.stdout.read().split())
        writer.wait()
        writer.stdout.close()
        stored = [entry.question for entry in read_bank(path, SMALL)]
        assert stored == [f"第{number}问" for number in range(len(stored))]
        assert confirmed <= len(stored) <= confirmed + 1
        append_bank(path, SMALL, HOTLINE)  # the dead writer's lock is free again


def _add_many(path: Path, name: str) -> None:
    for number in range(12):
        append_bank(path, SMALL, BankQuestion(f"{name}第{number}问", "满意率91.4%"))


def test_two_writers_lose_none_of_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "bank.jsonl"
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_add_many, args=(path, name)) for name in ("甲", "乙")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert {entry.question for entry in read_bank(path, SMALL)} == {f"{name}第{n}问" for name in "甲乙" for n in range(12)}


def test_a_writer_that_waits_too_long_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus.bank, "_LOCK_WAIT", 0.05)
    path = _file(tmp_path, GOOD)
    with FileLock(tmp_path / ".bank.jsonl.lock"), pytest.raises(BankError, match="正在改题库"):
        append_bank(path, SMALL, MEALS)


# --- the bank that comes with the report --------------------------------------------------------------------------------


def test_the_shipped_bank_is_valid_and_uses_every_reason(shipped: tuple[BankQuestion, ...]) -> None:
    assert {entry.reason for entry in shipped} == {"", *REASONS}
    assert export_bank(shipped) == (ROOT / "corpus" / "reports" / "yanji-2021" / "bank.jsonl").read_text(encoding="utf-8")


def test_every_sentence_of_the_report_can_be_asked_for(yanji: Report, shipped: tuple[BankQuestion, ...]) -> None:
    asked = Counter(yanji.sentences_of(entry.quote)[0].sentence_id for entry in shipped if entry.quote)
    assert [s.text for s in yanji.sentences if s.role == "text" and asked[s.sentence_id] < 5] == []
    assert [s.text for s in yanji.sentences if s.role in ("heading", "item") and not asked[s.sentence_id]] == []
