"""Kill writers of the library at random moments and look whether it is whole: ``python tests/kill_reports.py [TIMES]``.

Each deed (add, replace, remove, restore) is done by a process that is killed somewhere in the time the deed takes. After
each, the library must read whole, hold the other reports, and hold of this one the version before or the version after.
"""

import multiprocessing
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from corpus.identify import Identity
from corpus.library import Library
from corpus.read import read_report
from corpus.shelf import bring_back, carry_out, plan, removed, take_out

FORK = multiprocessing.get_context("fork")
NAME = "street-2021"
TEXTS = {
    version: "某某街道2021年度工作总结\n" + "".join(f"第{row}句,办结工单{row * version}件。\n" for row in range(300)) for version in (1, 2)
}
WHO = Identity("某某街道2021年度工作总结", 2021, publisher="某某街道")


def put(folder: Path, version: int) -> None:
    carry_out(folder, plan(Library(folder), TEXTS[version], WHO, NAME))


def _begin(folder: Path, deed: str) -> tuple[Callable[[], object], str | None, str | None]:
    """A library before a deed; the deed; the text before and after it."""
    shutil.rmtree(folder, ignore_errors=True)
    other = Identity("别的街道2020年度工作总结", 2020)
    carry_out(folder, plan(Library(folder), "别的街道2020年度工作总结\n一句。\n", other, "other-2020"))
    if deed != "add":
        put(folder, 1)
    if deed == "restore":
        put(folder, 2)
    deeds: dict[str, tuple[Callable[[], object], str | None, str | None]] = {
        "add": (lambda: put(folder, 1), None, TEXTS[1]),
        "replace": (lambda: put(folder, 2), TEXTS[1], TEXTS[2]),
        "remove": (lambda: take_out(folder, NAME), TEXTS[1], None),
        "restore": (lambda: bring_back(folder, NAME), TEXTS[2], TEXTS[1]),
    }
    return deeds[deed]


def _present(folder: Path) -> str | None:
    """The text of the report; everything else must be whole."""
    library = Library(folder)
    reports = {report.report_id: report.text for report in library.reports()}
    assert reports["other-2020"] == "别的街道2020年度工作总结\n一句。\n"
    assert set(reports) <= {"other-2020", NAME}
    for path in (folder / ".removed").glob("*@*"):
        assert read_report(path).text in TEXTS.values()
    if NAME in reports:
        library.former(NAME)
    removed(folder)
    return reports.get(NAME)


def kill(folder: Path, times: int, dice: random.Random, until: float = float("inf")) -> dict[str, dict[str, int]]:
    """Kill each deed so many times; how often it was killed, and found undone or done."""
    tally = {}
    for deed in ("add", "replace", "remove", "restore"):
        took, count = 0.05, {"killed": 0, "undone": 0, "done": 0}
        while count["killed"] < times and time.monotonic() < until:
            do, before, after = _begin(folder, deed)
            process = FORK.Process(target=do)
            process.start()
            time.sleep(dice.uniform(0, took))
            process.kill()
            process.join(30)
            killed = process.exitcode == -signal.SIGKILL
            took *= 1.05 if killed else 0.9
            count["killed"] += killed
            found = _present(folder)
            assert found in (before, after), f"{deed}: neither before nor after"
            count["undone" if found == before else "done"] += 1
            if found == before:
                do()  # what a killed writer left stands in nobody's way
                assert _present(folder) == after
        tally[deed] = count
    return tally


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        started = time.monotonic()
        result = kill(Path(scratch) / "reports", int(sys.argv[1]) if len(sys.argv) > 1 else 100, random.Random())
        for name, counted in result.items():
            sys.stdout.write(f"{name}: {counted}\n")
        sys.stdout.write(f"{time.monotonic() - started:.0f} s, the library whole every time\n")
