"""Reports come in, are replaced, go and come back; whatever moment a writer dies at, the library is whole."""

import multiprocessing
import os
import random
import shutil
import signal
import sys
import time
import tomllib
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from fakes import write_report

from corpus import durable
from corpus.about_file import about_toml
from corpus.bank import BankQuestion, append_bank
from corpus.errors import InputError, LibraryError, ReportError, UnknownReport
from corpus.former import NEAR, former_lines, gone, pairs, read_former
from corpus.identify import Identity
from corpus.library import Library
from corpus.read import read_about, read_report
from corpus.shelf import Plan, bring_back, carry_out, plan, removed, take_out

OLD = "延吉新村街道2021年度工作总结\n满意率91.4%。\n加装电梯6台,在建5台。\n第三句不变。\n"
NEW = "延吉新村街道2021年度工作总结\n满意率92.4%。\n第三句不变。\n新增一句,讲养老。\n"
WHO = Identity("延吉新村街道2021年度工作总结", 2021, date(2022, 3, 30), "延吉新村街道", "https://example.gov.cn/1")
BARE = Identity("延吉新村街道2021年度工作总结", 2021)
OTHER = "控江路街道2020年度工作总结\n垃圾分类达标率95%。\n"
FORK = multiprocessing.get_context("fork")
STEPS = {"open", "write", "flush", "fsync", "rename", "replace", "mkdir", "rmdir", "unlink", "flock"}  # what changes files


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A folder with one report of another street."""
    write_report(tmp_path / "reports" / "kongjiang-2020", OTHER, 'title = "控江路街道2020年度工作总结"\nyear = 2020')
    return tmp_path / "reports"


def made(shelf: Path, text: str, who: Identity = WHO, wanted: str = "") -> Plan:
    return plan(Library(shelf), text, who, wanted)


def put_in(shelf: Path, text: str = OLD, who: Identity = WHO) -> str:
    one = made(shelf, text, who)
    carry_out(shelf, one)
    return one.report_id


def texts(shelf: Path) -> dict[str, str]:
    return {report.report_id: report.text for report in Library(shelf).reports()}


# ---------- coming in ----------


def test_a_report_comes_in_with_what_is_known_of_it(shelf: Path) -> None:
    one = made(shelf, OLD)
    assert (one.does, one.report_id) == ("add", "yanjixincun-2021")
    carry_out(shelf, one)
    report = Library(shelf).report("yanjixincun-2021")
    about = report.about
    assert report.text == OLD
    assert (about.title, about.year, about.published, about.publisher, about.source_url) == tuple(
        getattr(WHO, name) for name in ("title", "year", "published", "publisher", "source_url")
    )
    assert (shelf / "yanjixincun-2021").stat().st_mode & 0o777 == 0o755


def test_a_folder_without_reports_takes_its_first(tmp_path: Path) -> None:
    assert put_in(tmp_path / "none" / "reports") == "yanjixincun-2021"
    assert texts(tmp_path / "none" / "reports") == {"yanjixincun-2021": OLD}


def test_what_we_have_is_recognised_whatever_its_white_space(shelf: Path) -> None:
    put_in(shelf)
    again = made(shelf, OLD.replace("\n", "\n\n　　"), Identity("别的标题", 2019))
    assert (again.does, again.report_id) == ("nothing", "yanjixincun-2021")
    carry_out(shelf, again)
    assert texts(shelf)["yanjixincun-2021"] == OLD


def test_another_year_is_another_report(shelf: Path) -> None:
    put_in(shelf)
    assert made(shelf, NEW, Identity("政府工作报告", 2022, publisher="延吉新村街道")).report_id == "yanjixincun-2022"
    assert made(shelf, NEW, Identity("2021年度财政决算", 2021, publisher="延吉新村街道")).report_id == "yanjixincun-caizhengjuesuan-2021"


@pytest.mark.parametrize(
    ("who", "wanted", "why"),
    [
        (Identity("", 2021), "", "--title"),
        (Identity("总结", None), "", "--year"),
        (Identity("别的总结", 2021), "../x", "不能用"),
        (Identity("别的总结", 2021), "kongjiang-2020", "已经是《控江路街道2020年度工作总结》"),
        (WHO, "other", "编号是 yanjixincun-2021"),
    ],
)
def test_what_cannot_be_added_is_said(shelf: Path, who: Identity, wanted: str, why: str) -> None:
    put_in(shelf)
    with pytest.raises(InputError, match=why):
        made(shelf, NEW, who, wanted)


# ---------- another version ----------


def test_a_new_version_keeps_id_bank_and_names_and_remembers_the_old_sentences(shelf: Path) -> None:
    name = put_in(shelf)
    old = Library(shelf).report(name)
    append_bank(shelf / name / "bank.jsonl", old, BankQuestion("满意吗", "满意率91.4%。"), BankQuestion("第三", "第三句不变。"))
    table = read_about(shelf / name) | {"names": ["友谊201街坊"], "examples": [_example("满意吗"), _example("第三"), _example("没有")]}
    (shelf / name / "about.toml").write_text(about_toml(table), encoding="utf-8")
    one = made(shelf, NEW)
    assert (one.does, one.report_id) == ("replace", name)
    carry_out(shelf, one)
    library = Library(shelf)
    new = library.report(name)
    assert new.text == NEW
    assert library.names() == ["友谊201街坊"]
    assert library.examples(name) == [("题", "第三")]
    assert "before" not in read_about(shelf / name)
    assert {former.text for former in library.former(name)} == {sentence.text for sentence in old.sentences}
    assert library.was_replaced(name)
    former = {one.sentence_id: one for one in library.former(name)}
    assert all(old.text[one.start : one.end] == one.text for one in former.values())
    nearest = gone(library.former(name), new)
    [rate] = old.sentences_of("满意率91.4%。")
    [lift] = old.sentences_of("加装电梯6台")
    assert nearest == {rate.sentence_id: new.sentences_of("满意率92.4%。")[0], lift.sentence_id: None}


def _example(question: str) -> dict[str, str]:
    return {"topic": "题", "question": question}


def test_a_new_version_that_says_less_of_itself_keeps_what_was_known(shelf: Path) -> None:
    name = put_in(shelf)
    carry_out(shelf, made(shelf, NEW, Identity(WHO.title, 2021, publisher="延吉新村")))
    about = Library(shelf).report(name).about
    assert (about.published, about.publisher, about.source_url) == (WHO.published, WHO.publisher, WHO.source_url)
    carry_out(shelf, made(shelf, OLD, Identity(WHO.title, 2021, date(2022, 4, 1), "杨浦区政府")))
    assert (Library(shelf).report(name).about.published, Library(shelf).report(name).about.publisher) == (date(2022, 4, 1), "杨浦区政府")


def test_sentences_of_all_versions_are_remembered_once(shelf: Path) -> None:
    name = put_in(shelf)
    for text in (NEW, OLD, NEW + "又一句。\n"):
        carry_out(shelf, made(shelf, text))
    former = Library(shelf).former(name)
    assert len({one.sentence_id for one in former}) == len(former)
    assert {one.text for one in former} >= {"满意率91.4%。", "满意率92.4%。", "加装电梯6台,在建5台。", "新增一句,讲养老。"}


def test_the_nearest_sentence_is_the_most_alike_and_alike_enough() -> None:
    assert pairs("满意率91.4%") == pairs("满意率 ９１.4％")
    old = _report("总结\n街道共办结工单2905件,满意率91.4%。\n一句孤零零的话。\n")
    new = _report("总结\n街道办结工单100件。\n街道共办结工单2906件,满意率91.4%。\n毫不相干。\n")
    found = gone(read_lines(former_lines((), old)), new)
    assert [sentence.text if sentence else None for sentence in found.values()] == ["街道共办结工单2906件,满意率91.4%。", None]
    assert 0.3 < NEAR < 0.7


def _report(text: str):
    from corpus.report import About
    from corpus.split import split_report

    return split_report(About("r", "总结"), text)


def read_lines(body: bytes):
    import json

    from corpus.former import Former

    return tuple(Former(**json.loads(line)) for line in body.decode().splitlines())


def test_a_spoilt_record_of_sentences_is_said(tmp_path: Path) -> None:
    (tmp_path / "former.jsonl").write_text("{")
    with pytest.raises(ReportError, match=r"former\.jsonl"):
        read_former(tmp_path / "former.jsonl")


# ---------- going and coming back ----------


def test_what_is_taken_out_can_be_brought_back(shelf: Path) -> None:
    name = put_in(shelf)
    gone_one = take_out(shelf, name)
    assert (gone_one.report_id, gone_one.title, gone_one.year) == (name, WHO.title, 2021)
    assert name not in texts(shelf)
    assert [one.report_id for one in removed(shelf)] == [name]
    with pytest.raises(UnknownReport):
        take_out(shelf, name)
    bring_back(shelf, name)
    assert texts(shelf)[name] == OLD
    assert removed(shelf) == []
    with pytest.raises(InputError, match="没有移走过"):
        bring_back(shelf, name)


def test_a_replacement_can_be_undone_and_done_again(shelf: Path) -> None:
    name = put_in(shelf)
    carry_out(shelf, made(shelf, NEW))
    for text in (OLD, NEW, OLD):
        assert [one.report_id for one in removed(shelf)] == [name]
        bring_back(shelf, name)
        report = Library(shelf).report(name)
        assert report.text == text
        assert report.about.published == WHO.published


def test_the_last_report_stays(shelf: Path) -> None:
    with pytest.raises(LibraryError, match="最后一份"):
        take_out(shelf, "kongjiang-2020")


# ---------- dying and failing ----------


def add(shelf: Path) -> None:
    put_in(shelf)


def replace(shelf: Path) -> None:
    put_in(shelf, NEW)


def remove(shelf: Path) -> None:
    take_out(shelf, "yanjixincun-2021")


def restore(shelf: Path) -> None:
    bring_back(shelf, "yanjixincun-2021")


def _started(shelf: Path, deed: Callable[[Path], None]) -> None:
    """What a deed begins with; of the first version little is known."""
    if deed is not add:
        put_in(shelf, OLD, BARE)
    if deed is restore:
        put_in(shelf, NEW)


ENDS = {add: (None, OLD), replace: (OLD, NEW), remove: (OLD, None), restore: (NEW, OLD)}


def dying(deed: Callable[[Path], None], shelf: Path, after: int) -> None:
    """Do a deed until so many file operations are done, then die on the spot."""
    steps = 0

    def die(_frame: object, event: str, called: object) -> None:
        nonlocal steps
        if event == "c_return" and called.__name__ in STEPS and not isinstance(called.__self__, str):
            steps += 1
            if steps > after:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(die)
    deed(shelf)
    sys.setprofile(None)


@pytest.mark.parametrize("deed", [add, replace, remove, restore])
def test_killed_after_any_file_operation_the_library_is_whole(shelf: Path, deed: Callable[[Path], None]) -> None:
    _started(shelf, deed)
    before, after = ENDS[deed]
    seen, exit_code, step = [], None, 0
    while exit_code != 0:
        folder = shutil.copytree(shelf, shelf.parent / f"try-{step}")
        process = FORK.Process(target=partial(dying, deed, folder, step))
        process.start()
        process.join(30)
        exit_code = process.exitcode
        assert exit_code in (0, -signal.SIGKILL)
        there = texts(folder)
        assert there["kongjiang-2020"] == OTHER
        seen.append(there.get("yanjixincun-2021"))
        if seen[-1] == before:
            deed(folder)
            assert texts(folder).get("yanjixincun-2021") == after
        assert list(folder.glob(".new-*")) == []
        shutil.rmtree(folder)
        step += 1 + step // 6  # every one of the first, then fewer
    assert set(seen) == {before, after}
    assert seen == sorted(seen, key=[before, after].index)


def test_readers_see_one_version_or_the_other(shelf: Path) -> None:
    """While a writer goes back and forth, every reading is of a whole version with its own description."""
    put_in(shelf)

    def write() -> None:
        for text in (NEW, OLD) * 10:
            put_in(shelf, text)

    writer, seen = FORK.Process(target=write), set()
    writer.start()
    while writer.is_alive():
        report = read_report(shelf / "yanjixincun-2021")
        assert report.about.title == WHO.title
        seen.add(report.text)
    assert writer.exitcode == 0
    assert seen == {OLD, NEW}


def test_two_writers_take_turns(shelf: Path) -> None:
    def write(number: int) -> None:
        for year in range(2001, 2006):
            who = Identity(f"第{number}份{year}年总结", year, publisher=f"街道{number}")
            carry_out(shelf, plan(Library(shelf), f"第{number}份总结\n{year}。\n", who))

    writers = [FORK.Process(target=write, args=(number,)) for number in (1, 2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert len(texts(shelf)) == 11


@pytest.mark.parametrize("deed", [add, replace, remove, restore])
def test_a_full_disk_is_one_line_and_changes_nothing(shelf: Path, deed: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch) -> None:
    _started(shelf, deed)
    before = texts(shelf)
    real = Path.rename

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(durable.os, "fsync", full)
    if deed is remove:
        monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(LibraryError, match="磁盘空间") as raised:
        deed(shelf)
    assert "\n" not in str(raised.value)
    monkeypatch.undo()
    assert Path.rename is real
    assert texts(shelf) == before
    assert list(shelf.glob(".new-*")) == []
    deed(shelf)
    assert texts(shelf).get("yanjixincun-2021") == ENDS[deed][1]


def test_killed_at_random_moments(shelf: Path) -> None:
    """A short run of what ``python tests/kill_reports.py`` does a hundred times for each deed."""
    from kill_reports import kill

    tally = kill(shelf.parent / "kills", 5, random.Random(3), time.monotonic() + 20)
    assert set(tally) == {"add", "replace", "remove", "restore"}
    assert sum(done["killed"] for done in tally.values()) >= 4


def test_a_description_is_read_back_as_it_was_written() -> None:
    before = {"title": "旧", "year": 1}
    table = {"title": 'a"b\\c\x7f\n', "year": 2021, "published": date(2022, 3, 30), "names": ["甲", "乙"], "before": before}
    rows = {"examples": [{"topic": "题", "question": "问"}]}
    nothing = {"publisher": "", "source_url": None, "also_called": []}
    assert tomllib.loads(about_toml(table | rows | nothing | {"before": table["before"] | nothing})) == table | rows
