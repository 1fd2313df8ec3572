"""Killed, full, read-only, missing, corrupt, set back, locked: what was confirmed is there, and the chat goes on or says one line."""

import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fakes import CountingEncoder, write_report
from fastapi.testclient import TestClient
from faults import FORK, FOUND, WRITERS, files_grow, kill, meet_a_full_disk, no_file_grows
from staged import Staged
from unprivileged import give_up_privileges

from corpus.bank import BankQuestion
from corpus.errors import YoujuError
from index.build import index_in_memory, read_content
from qa.log import CHINA, Log, open_log
from qa.service import Service
from qa.settings import Settings
from qa.web.ledger import Ledger, open_ledger
from qa.web.limit import Limit
from qa.web.site import create_app
from qa.web.staff_deeds import Deeds

ROOT = Path(__file__).parent.parent
TEXT = "总结\n粮食产量增长5.2%。\n教育支出增加,就业增长。\n就业稳定。\n"


def in_a_process(task: Callable[[], object]) -> None:
    """Run where a limit or another user can be set without taking it back."""
    process = FORK.Process(target=task)
    process.start()
    process.join(120)
    assert process.exitcode == 0


@pytest.mark.parametrize("name", WRITERS)
def test_a_killed_writer_loses_nothing_and_leaves_nothing_half(tmp_path: Path, name: str) -> None:
    """A short run of what ``python tests/faults.py kill 100`` does."""
    write, stored = WRITERS[name]
    assert kill(tmp_path, write, stored, 5, random.Random(9)) > 0


def test_on_a_full_disk_answers_go_on_and_what_was_confirmed_stays(tmp_path: Path) -> None:
    """Where no file can grow; ``python tests/faults.py full`` does the same on a disk that is really full."""
    in_a_process(lambda: meet_a_full_disk(tmp_path, no_file_grows, files_grow))


def test_half_a_line_that_a_full_disk_left_spoils_no_later_deed(tmp_path: Path) -> None:
    deeds = Deeds(tmp_path / "staff.jsonl")
    deeds.add("甲", "add", "r", "一")
    with (tmp_path / "staff.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"at": "2022')
    deeds.add("乙", "add", "r", "二")
    assert [deed.who for deed in deeds.last()] == ["乙", "甲"]


def test_on_a_read_only_disk_answers_go_on_and_each_failure_is_one_line(tmp_path: Path) -> None:
    write_report(tmp_path / "reports" / "r", TEXT)
    state = tmp_path / "state"
    state.mkdir()
    state.chmod(0o555)
    said: list[str] = []
    log, limit = open_log(state, 30, said.append), Limit(Ledger(state / "visitors.sqlite3", said.append), "ask", 1)
    service = Service(
        reports=tmp_path / "reports", index=state / "index", state=state, encoder=CountingEncoder(), recorder=log, say=said.append
    )

    def serve() -> None:
        give_up_privileges()
        assert service.ask("粮食增长多少").question == "粮食增长多少"
        assert [limit.allows("a"), limit.allows("a")] == [True, False]
        with pytest.raises(YoujuError, match="权限"):
            service.add_bank("r", BankQuestion("粮食怎样", "增长5.2%"))
        with pytest.raises(YoujuError, match="权限"):
            Deeds(state / "staff.jsonl").add("甲", "add", "r", "问")
        assert len(said) >= 3
        assert all("\n" not in line for line in said)

    index_in_memory(read_content(service.library), CountingEncoder())  # what is imported late is imported before
    in_a_process(serve)


@pytest.mark.parametrize("missing", ["model.safetensors", "tokenizer.json", "config.json"])
@pytest.mark.parametrize("instead", [None, b"", b"\x00\x01 not what it was " * 50], ids=["missing", "empty", "other bytes"])
def test_a_model_with_a_missing_or_damaged_file_is_one_line(tmp_path: Path, missing: str, instead: bytes | None) -> None:
    for path in (ROOT / "index" / "model").rglob("*"):
        if path.is_file() and path.suffix != ".npz":
            (tmp_path / "model" / path.relative_to(ROOT / "index" / "model")).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "model" / path.relative_to(ROOT / "index" / "model")).symlink_to(path)
    (tmp_path / "model" / missing).unlink()
    if instead is not None:
        (tmp_path / "model" / missing).write_bytes(instead)
    write_report(tmp_path / "reports" / "r", TEXT)
    from index.embed import Embedder

    service = Service(reports=tmp_path / "reports", index=tmp_path / "index", encoder=Embedder(str(tmp_path / "model")))
    with pytest.raises(YoujuError) as raised:
        service.warm()
    assert "\n" not in str(raised.value)
    assert "请" in str(raised.value)


def test_without_its_model_the_program_says_one_line_and_stops(tmp_path: Path) -> None:
    settings = {"YOUJU_MODEL": str(tmp_path / "none"), "YOUJU_INDEX": str(tmp_path / "i"), "YOUJU_STATE": str(tmp_path / "s")}
    command = [sys.executable, "-m", "qa", "ask", "热线"]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | settings, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 2  # the setting names a folder that is not there
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert "模型" in done.stderr.splitlines()[-1]


def answers(service: Service) -> list[object]:
    index = service.answerer().index
    vectors = CountingEncoder().encode_queries(["增长", "就业", "粮食教育"])
    kinds = ("sentence", "clause", "context")
    hits = [[(hit.row.text, round(hit.score, 5)) for hit in index.search(kind, v, 5)] for kind in kinds for v in vectors]
    return [hits, service.ask("粮食产量增长多少").to_json()]


def test_any_byte_of_the_index_may_flip_and_the_answers_are_the_same(tmp_path: Path) -> None:
    write_report(tmp_path / "reports" / "r", TEXT)

    def opened() -> Service:
        return Service(reports=tmp_path / "reports", index=tmp_path / "index", encoder=CountingEncoder(), say=said.append)

    said: list[str] = []
    right = answers(opened())
    shutil.copytree(tmp_path / "index", tmp_path / "whole")
    files = [path for path in sorted((tmp_path / "index").rglob("*")) if path.is_file() and path.stat().st_size]
    dice, told = random.Random(4), 0
    for number in range(70):
        path = files[number % len(files)]
        raw = bytearray(path.read_bytes())
        raw[dice.randrange(len(raw))] ^= 1 << dice.randrange(8)
        path.write_bytes(raw)
        said.clear()
        assert answers(opened()) == right, path.name
        assert all("\n" not in line for line in said)
        told += bool(said)
        shutil.rmtree(tmp_path / "index")
        shutil.copytree(tmp_path / "whole", tmp_path / "index")
    assert told > 30


def test_any_byte_of_the_log_may_flip_and_it_goes_on(tmp_path: Path) -> None:
    said: list[str] = []
    log = open_log(tmp_path, 30, said.append)
    for number in range(60):
        log.asked(f"第{number}问" * 20, FOUND, 1)
    log.close()
    whole, dice = (tmp_path / "log.sqlite3").read_bytes(), random.Random(6)
    for _ in range(120):
        raw = bytearray(whole)
        for _ in range(dice.randint(1, 40)):
            raw[dice.randrange(len(raw))] = dice.randrange(256)
        (tmp_path / "log.sqlite3").write_bytes(raw)
        log = open_log(tmp_path, 30, said.append)
        log.asked("后来", FOUND, 1)
        log.search(limit=100)
        log.days()
        log.groups_of_unanswered()
        log.close()
        for path in tmp_path.glob("log.sqlite3*"):
            path.unlink()
    assert all("\n" not in line for line in said)


def test_while_another_process_holds_the_log_the_chat_answers_and_nothing_is_lost(tmp_path: Path) -> None:
    log = open_log(tmp_path, 30)
    write_report(tmp_path / "reports" / "r", TEXT)
    service = Service(reports=tmp_path / "reports", index=tmp_path / "index", state=tmp_path, encoder=CountingEncoder(), recorder=log)
    with TestClient(create_app(service, Settings(staff_password="开门", state=tmp_path), log)) as client:
        service.warm()
        client.post("/api/v1/ask", json={"question": "粮食"})
        other = sqlite3.connect(tmp_path / "log.sqlite3", isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        for number in range(3):
            assert client.post("/api/v1/ask", json={"question": f"就业{number}"}).status_code == 200
        client.post("/staff/login", data={"name": "甲", "password": "开门"})
        assert client.get("/staff").status_code == 200
        other.execute("ROLLBACK")
        other.close()
    assert {"粮食", "就业0", "就业1", "就业2"} <= {entry.question for entry in log.search()}
    log.close()


def test_after_the_clock_is_set_back_the_log_goes_on_and_keeps_what_it_has(tmp_path: Path) -> None:
    now = datetime(2022, 4, 2, 12, tzinfo=CHINA)
    (tmp_path / "state").write_text("in the way")
    log = Log(tmp_path / "state" / "log.sqlite3", 30, lambda _: None, lambda: now)
    log.asked("写不进", FOUND, 1)  # it leaves the file alone for a minute
    (tmp_path / "state").unlink()
    now -= timedelta(days=400)
    log.asked("之后", FOUND, 1)
    log.close()
    assert (tmp_path / "state" / "log.sqlite3").exists()
    assert {entry.question for entry in open_log(tmp_path / "state", 10_000).search()} == {"写不进", "之后"}


def test_a_report_built_in_the_future_is_served_after_the_clock_is_set_back(tmp_path: Path) -> None:
    write_report(tmp_path / "reports" / "r", TEXT)
    service = Service(reports=tmp_path / "reports", index=tmp_path / "index", encoder=CountingEncoder())
    right = answers(service)
    for path in (tmp_path / "index").rglob("*"):
        os.utime(path, (4e9, 4e9))
    said: list[str] = []
    again = Service(reports=tmp_path / "reports", index=tmp_path / "index", encoder=CountingEncoder(), say=said.append)
    assert answers(again) == right
    assert said == []
    write_report(tmp_path / "reports" / "r", TEXT + "新的一句增长。\n")  # written "before" the index
    newer = Service(reports=tmp_path / "reports", index=tmp_path / "index", encoder=CountingEncoder(), say=said.append)
    assert "新的一句增长。" in str(answers(newer)[0])


def test_a_ledger_that_another_process_holds_costs_no_answer(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    ledger.do(lambda base: None)
    other = sqlite3.connect(tmp_path / "visitors.sqlite3", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with TestClient(create_app(Staged(), Settings(), None, ledger)) as client:
        assert client.post("/api/v1/ask", json={"question": "热线"}).status_code == 200
    other.execute("ROLLBACK")
    other.close()
    ledger.close()
