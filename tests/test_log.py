"""The log of questions: what is kept and what is masked, and that it never stands in the way of an answer."""

import os
import sqlite3
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from staged import Staged

from qa.log import CHINA, Log, Search, open_log
from qa.masking import mask
from qa.records import Answer

NOON = datetime(2022, 4, 1, 12, 0, tzinfo=CHINA)
FOUND = Staged().ask("热线满意率多少")


def refused(question: str, reason: str = "not_in_report") -> Answer:
    return Answer(question, False, 0.1, "everyday", reason=reason)


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def log(tmp_path: Path, clock: Clock, said: list[str]) -> Log:
    return Log(tmp_path / "state" / "log.sqlite3", 30, said.append, clock)


def test_what_was_asked_and_answered_is_kept(log: Log) -> None:
    log.asked("热线满意率多少", FOUND, 41.5)
    log.asked("电梯多少钱", refused("电梯多少钱"), 12.0)
    log.feedback("热线满意率多少", FOUND.citations[0].sentence_id, "down", "没答全")
    second, first = log.search()
    assert (second.question, second.answered, second.reason) == ("电梯多少钱", False, "not_in_report")
    assert (first.answered, first.sentence_id, first.milliseconds, first.at) == (
        True,
        FOUND.citations[0].sentence_id,
        41.5,
        "2022-04-01T12:00:00+08:00",
    )
    assert first.section.split("\n") == list(FOUND.citations[0].section)
    assert (first.up, first.down, first.why) == (0, 1, "没答全")


def test_the_log_survives_a_restart(log: Log, tmp_path: Path, clock: Clock) -> None:
    log.asked("热线", FOUND, 1)
    log.close()
    assert [e.question for e in Log(tmp_path / "state" / "log.sqlite3", 30, clock=clock).search()] == ["热线"]


def test_nobody_else_may_read_the_file(log: Log, tmp_path: Path) -> None:
    log.asked("热线", FOUND, 1)
    assert (tmp_path / "state" / "log.sqlite3").stat().st_mode & 0o077 == 0


# ---------- masking ----------


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("我叫老王,13800138000,帮我查", "我叫老王,[电话],帮我查"),
        ("+86 138-0013-8000", "[电话]"),
        ("１３８００１３８０００", "[电话]"),
        ("一三八零零一三八零零零打不通", "[电话]打不通"),
        ("座机021-6546 1234", "座机[电话]"),
        ("打65461234没人接", "打[电话]没人接"),
        ("身份证310110195001011234", "身份证[证件号]"),
        ("31011019500101123X", "[证件号]"),
        ("310110500101123", "[证件号]"),
        ("卡号6222 0212 3456 7890 123", "卡号[号码]"),
        ("发到lao.wang@example.cn", "发到[邮箱]"),
        ("打12345行吗", "打12345行吗"),
        ("2905件、18356件、16399余人、134716剂次", "2905件、18356件、16399余人、134716剂次"),
        ("20211231之前", "20211231之前"),
        ("总积分45678901分？45678901元", "总积分[电话]分？45678901元"),
        ("1,234,567,890元", "1,234,567,890元"),
    ],
)
def test_numbers_of_persons_are_masked_and_figures_are_not(typed: str, kept: str) -> None:
    assert mask(typed) == kept


@given(st.text(max_size=20), st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.text(alphabet="啊，热线 ", max_size=10))
def test_no_mobile_number_gets_through(before: str, number: str, after: str) -> None:
    assert number not in mask(f"{before},{number}{after}")


def test_what_reaches_the_disk_is_masked(log: Log, tmp_path: Path) -> None:
    answer = Answer("x", True, 0.9, "figure", FOUND.citations, understood="13800138000 → 多少")
    log.asked("我13800138000", answer, 1)
    log.feedback("我13800138000", "s1", "down", "打13800138000")
    log.close()
    everything = b"".join(path.read_bytes() for path in (tmp_path / "state").iterdir())
    assert b"13800138000" not in everything
    assert "[电话]".encode() in everything


# ---------- time ----------


def test_entries_are_removed_after_their_time(log: Log, clock: Clock, tmp_path: Path) -> None:
    log.asked("旧的一问", FOUND, 1)
    log.feedback("旧的一问", "s", "up")
    clock.now = NOON + timedelta(days=30)
    log.asked("新的", FOUND, 1)
    assert len(log.search()) == 2
    clock.now = NOON + timedelta(days=31)
    log.asked("更新的", FOUND, 1)
    assert [e.question for e in log.search()] == ["更新的", "新的"]
    log.close()
    assert "旧的一问".encode() not in (tmp_path / "state" / "log.sqlite3").read_bytes()


def test_days_are_china_s(log: Log, clock: Clock) -> None:
    clock.now = datetime.fromisoformat("2022-03-31T16:30:00+00:00")
    log.asked("夜里问的", FOUND, 5)
    assert [(day.day, day.asked) for day in log.days(2)] == [("2022-03-31", 0), ("2022-04-01", 1)]


# ---------- reading ----------


def fill(log: Log, clock: Clock) -> None:
    for day, question, answer, milliseconds in (
        (0, "热线满意率多少", FOUND, 40),
        (0, "热线办了多少件", FOUND, 20),
        (1, "电梯要多少钱", refused("电梯要多少钱"), 30),
        (1, "电梯 要多少钱?", refused("电梯 要多少钱?"), 30),
        (1, "居委会电话", refused("居委会电话"), 10),
        (1, "", refused("", "empty"), 1),
        (2, "你好", refused("你好", "not_a_question"), 3),
    ):
        clock.now = NOON + timedelta(days=day)
        log.asked(question, answer, milliseconds)
    log.feedback("热线满意率多少", "s", "up")


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (Search(), 7),
        (Search(text="电梯"), 2),
        (Search(text="热线 满意"), 1),
        (Search(text="%"), 0),
        (Search(outcome="answered"), 2),
        (Search(outcome="refused"), 5),
        (Search(outcome="not_a_question"), 1),
        (Search(vote="up"), 1),
        (Search(vote="down"), 0),
        (Search(vote="any"), 1),
        (Search(first="2022-04-02"), 5),
        (Search(last="2022-04-01"), 2),
        (Search(text="' OR 1=1 --"), 0),
    ],
)
def test_entries_are_found(log: Log, clock: Clock, wanted: Search, count: int) -> None:
    fill(log, clock)
    assert len(log.search(wanted)) == log.count(wanted) == count


def test_pages_of_entries_neither_repeat_nor_miss_one(log: Log, clock: Clock) -> None:
    fill(log, clock)
    pages = [log.search(limit=3, offset=offset) for offset in (0, 3, 6)]
    assert [e.id for page in pages for e in page] == [e.id for e in log.search()]


def test_alike_unanswered_questions_are_one_group(log: Log, clock: Clock) -> None:
    fill(log, clock)
    groups = log.groups_of_unanswered()
    assert [(group.count, [w for w, _ in group.wordings]) for group in groups] == [
        (2, ["电梯 要多少钱?", "电梯要多少钱"]),
        (1, ["你好"]),
        (1, ["居委会电话"]),
    ]
    assert groups[0].reason == "not_in_report"


def test_usage_at_a_glance(log: Log, clock: Clock) -> None:
    fill(log, clock)
    days = log.days(3)
    assert [(d.day, d.asked, d.answered) for d in days] == [("2022-04-01", 2, 2), ("2022-04-02", 4, 0), ("2022-04-03", 1, 0)]
    assert (days[0].median, days[2].up) == (40, 1)
    assert dict(log.reasons()) == {"not_in_report": 3, "empty": 1, "not_a_question": 1}
    assert log.topics() == [("\n".join(FOUND.citations[0].section), 2)]


def test_many_unanswered_questions_are_grouped_in_a_moment(log: Log) -> None:
    for number in range(3000):
        log.asked(f"第{number}号楼{number * 7}室什么时候装电梯{number % 37}", refused("x"), 1)
    started = time.perf_counter()
    assert sum(group.count for group in log.groups_of_unanswered()) == 3000
    assert time.perf_counter() - started < 10


# ---------- trouble ----------


def test_a_damaged_file_is_set_aside_and_a_new_one_begun(log: Log, tmp_path: Path, said: list[str]) -> None:
    path = tmp_path / "state" / "log.sqlite3"
    path.parent.mkdir()
    path.write_bytes(b"not a database at all, but long enough to be read as one" * 20)
    log.asked("热线", FOUND, 1)
    assert [e.question for e in log.search()] == ["热线"]
    assert len(said) == 1
    assert "已改名" in said[0]
    assert len(list(path.parent.glob("log.sqlite3.damaged-*"))) == 1


def test_a_file_damaged_while_it_is_open_costs_no_answer(log: Log, tmp_path: Path, said: list[str]) -> None:
    for number in range(200):
        log.asked(f"问{number}" * 40, FOUND, 1)
    log.close()
    path = tmp_path / "state" / "log.sqlite3"
    raw = bytearray(path.read_bytes())
    raw[4096:] = b"\xaa" * (len(raw) - 4096)
    path.write_bytes(raw)
    log.asked("后来", FOUND, 1)
    assert [e.question for e in log.search()] == ["后来"]
    assert "已改名" in said[0]


def test_tables_of_another_version_are_set_aside(log: Log, tmp_path: Path, said: list[str]) -> None:
    (tmp_path / "state").mkdir()
    with sqlite3.connect(tmp_path / "state" / "log.sqlite3") as base:
        base.execute("PRAGMA user_version = 99")
    base.close()
    log.asked("热线", FOUND, 1)
    assert len(log.search()) == len(said) == 1


def test_a_locked_file_delays_no_answer_and_loses_no_entry(log: Log, tmp_path: Path, said: list[str]) -> None:
    log.asked("前", FOUND, 1)
    other = sqlite3.connect(tmp_path / "state" / "log.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    started = time.perf_counter()
    log.asked("中", FOUND, 1)
    assert time.perf_counter() - started < 1
    other.execute("ROLLBACK")
    other.close()
    log.asked("后", FOUND, 1)
    assert [e.question for e in log.search()] == ["后", "中", "前"]
    assert said == []


def test_where_nothing_can_be_written_one_line_says_so(tmp_path: Path, clock: Clock, said: list[str]) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    log = Log(tmp_path / "state" / "log.sqlite3", 30, said.append, clock)
    for _ in range(5):
        log.asked("热线", FOUND, 1)
    assert log.search() == []
    assert len(said) == 1
    assert "回答不受影响" in said[0]
    (tmp_path / "state").unlink()
    clock.now += timedelta(minutes=2)
    log.asked("又好了", FOUND, 1)
    assert len(log.search()) == 6


def test_half_a_character_costs_no_answer(log: Log) -> None:
    log.asked("热线\ud83d", FOUND, 1)
    assert len(log.search()) == 1


def test_many_threads_write_at_once(log: Log) -> None:
    def write(name: int) -> None:
        for number in range(25):
            log.asked(f"{name}-{number}", FOUND, 1)

    threads = [threading.Thread(target=write, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({e.question for e in log.search(limit=1000)}) == 200


def test_two_processes_write_to_one_file(tmp_path: Path) -> None:
    ready = open_log(tmp_path, 30)
    ready.asked("父", FOUND, 1)
    ready.close()
    child = os.fork()
    if child == 0:
        try:
            mine = open_log(tmp_path, 30)
            for number in range(50):
                mine.asked(f"子{number}", FOUND, 1)
            mine.close()
        finally:
            os._exit(0)
    for number in range(50):
        ready.asked(f"父{number}", FOUND, 1)
    os.waitpid(child, 0)
    assert ready.count() == 101
