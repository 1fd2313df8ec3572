"""Writers that are killed, and disks that are full: ``python tests/faults.py kill 100``, ``python tests/faults.py full FOLDER``.

The second wants root and a folder on a small disk of its own (``mount -t tmpfs -o size=2m tmpfs FOLDER``).
A short run of both is in the suite.
"""

import json
import multiprocessing
import os
import random
import resource
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import pytest
from fakes import CountingEncoder, write_report
from staged import Staged

from corpus.bank import BankQuestion, append_bank, read_bank
from corpus.errors import YoujuError
from corpus.report import About
from corpus.split import split_report
from qa.log import open_log
from qa.service import Service
from qa.web.ledger import open_ledger
from qa.web.limit import Limit
from qa.web.staff_deeds import Deeds

FORK = multiprocessing.get_context("fork")
REPORT = split_report(About("r", "总结"), "总结\n粮食产量增长5.2%。\n就业稳定。\n")
FOUND = Staged().ask("热线满意率多少")


# ---------- killed ----------


def write_bank(folder: Path, number: int) -> None:
    append_bank(folder / "bank.jsonl", REPORT, BankQuestion(f"第{number}问", "增长5.2%"))


def stored_bank(folder: Path) -> list[str]:
    return [entry.question for entry in read_bank(folder / "bank.jsonl", REPORT)]


def write_log(folder: Path, number: int) -> None:
    _LOGS.setdefault(os.getpid(), open_log(folder, 30)).asked(f"第{number}问", FOUND, 1.0)


_LOGS: dict[int, object] = {}


def stored_log(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / "log.sqlite3")) as base:
        assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return [question for (question,) in base.execute("SELECT question FROM asked ORDER BY id")]


def write_deed(folder: Path, number: int) -> None:
    Deeds(folder / "staff.jsonl").add("甲", "add", "r", f"第{number}问")


def stored_deeds(folder: Path) -> list[str]:
    lines = (folder / "staff.jsonl").read_text(encoding="utf-8").splitlines() if (folder / "staff.jsonl").exists() else []
    return [json.loads(line)["question"] for line in lines]


WRITERS = {"bank": (write_bank, stored_bank), "log": (write_log, stored_log), "deeds": (write_deed, stored_deeds)}


def kill(folder: Path, write: Callable[[Path, int], None], stored: Callable[[Path], list[str]], times: int, dice: random.Random) -> int:
    """Kill a writer so often, each time a new one that goes on; every confirmed line must be there, once, whole, in order.

    Returns:
        How many lines were confirmed.
    """
    confirmed = 0
    for _ in range(times):
        mine, theirs = multiprocessing.Pipe(duplex=False)

        def work(start: int = confirmed, line: object = theirs) -> None:
            for number in range(start, start + 100_000):
                write(folder, number)
                line.send(number)

        writer = FORK.Process(target=work)
        writer.start()
        theirs.close()
        time.sleep(dice.uniform(0.02, 0.12))
        writer.kill()
        writer.join(30)
        assert writer.exitcode == -signal.SIGKILL
        with suppress(EOFError):
            while True:
                confirmed = mine.recv() + 1
        mine.close()
        there = stored(folder) if confirmed or any(folder.iterdir()) else []
        assert there == [f"第{number}问" for number in range(len(there))]
        assert confirmed <= len(there) <= confirmed + 1
        confirmed = len(there)
    return confirmed


# ---------- full ----------


def meet_a_full_disk(folder: Path, fill: Callable[[], object], empty: Callable[[], object]) -> None:
    """Write a little, fill the disk, write again, make room: what was confirmed stays, each failure is one line, answers go on."""
    write_report(folder / "reports" / "r", "总结\n粮食产量增长5.2%。\n就业稳定。\n")
    said: list[str] = []
    log, deeds = open_log(folder / "state", 30, said.append), Deeds(folder / "state" / "staff.jsonl")
    limit = Limit(open_ledger(folder / "state"), "ask", 5)
    service = Service(
        reports=folder / "reports", index=folder / "index", state=folder / "state", encoder=CountingEncoder(), recorder=log, say=said.append
    )
    service.add_bank("r", BankQuestion("粮食怎样", "增长5.2%"))
    deeds.add("甲", "add", "r", "满前")
    for number in range(10):
        log.asked(f"满前{number}", FOUND, 1.0)
    assert limit.allows("a")
    fill()
    for number in range(50):
        log.asked(f"满后{number}" * 100, FOUND, 1.0)
    for write in (
        lambda: service.add_bank("r", BankQuestion("就业怎样", "就业稳定")),
        lambda: [deeds.add("乙" * 2000, "add", "r", "满后") for _ in range(50)],
    ):
        with pytest.raises(YoujuError, match="请检查磁盘空间和权限") as raised:
            write()
        assert "\n" not in str(raised.value)
    assert [limit.allows("b") for _ in range(6)] == [True] * 5 + [False]
    assert service.ask("粮食增长多少").question == "粮食增长多少"  # the index is built in memory
    assert service.ready
    assert any("内存" in line for line in said)
    assert all("\n" not in line for line in said)
    assert [entry.question for entry in service.own_bank("r")] == ["粮食怎样"]
    assert deeds.last()[-1].question == "满前"
    empty()
    log.close()
    questions = [entry.question for entry in open_log(folder / "state", 30).search(limit=100)]
    assert {f"满前{number}" for number in range(10)} <= set(questions)


def no_file_grows() -> None:
    """This process may write no byte beyond the first few of any file, as on a full disk."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, resource.RLIM_INFINITY))


def files_grow() -> None:
    """There is room again."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def _fill(folder: Path) -> None:
    with (folder / "filler").open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"\0" * 4096)


def main() -> None:
    if sys.argv[1] == "kill":
        for name, (write, stored) in WRITERS.items():
            with tempfile.TemporaryDirectory() as made:
                confirmed = kill(Path(made), write, stored, int(sys.argv[2]), random.Random(3))
                sys.stdout.write(f"{name}: killed {sys.argv[2]} times, {confirmed} lines confirmed, none lost, none twice, none half\n")
    else:
        folder = Path(sys.argv[2])
        meet_a_full_disk(folder, lambda: _fill(folder), (folder / "filler").unlink)
        sys.stdout.write("a full disk: what was confirmed is there, answers went on\n")


if __name__ == "__main__":
    main()
