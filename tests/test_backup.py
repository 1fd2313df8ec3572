"""Backups: whole or not at all, while others write; restored whole or not at all, whoever made the file and whenever it is killed."""

import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from fakes import write_report

from corpus.bank import BankQuestion, read_bank
from corpus.errors import InputError, YoujuError
from corpus.library import Library
from qa.backup import write_backup
from qa.bank_desk import BankDesk
from qa.held import serving
from qa.log import Log
from qa.records import Answer
from qa.restore import check_backup, restore_backup, resume_restore

ROOT = Path(__file__).parent.parent
REFUSED = Answer("问", False, 0.1, "everyday", reason="not_in_report")


class Place:
    """A reports folder and a state folder with something in them."""

    def __init__(self, folder: Path) -> None:
        self.reports, self.state, self.file = folder / "reports", folder / "state", folder / "backup.zip"

    def fill(self, word: str = "甲", questions: int = 3) -> "Place":
        write_report(self.reports / "first", f"第一份报告\n{word}年工单2905件。\n", f'title = "{word}"\n')
        write_report(self.reports / f"own-{len(word)}", f"另一份{word}\n助餐点8家。\n")
        BankDesk(Library(self.reports), self.state).add("first", [BankQuestion(f"{word}几件", "2905件")], None, None)
        self.ask(*(f"{word}{number}" for number in range(questions)))
        write_report(self.reports / ".removed" / "gone@1", f"移走的{word}\n")
        (self.state / "staff.jsonl").write_text(json.dumps({"who": word}) + "\n")
        return self

    def ask(self, *questions: str) -> None:
        log = Log(self.state / "log.sqlite3", 180, pytest.fail)
        for question in questions:
            log.asked(question, REFUSED, 1.0)
        log.close()

    def write(self) -> Path:
        write_backup(self.reports, self.state, self.file)
        return self.file

    def restore(self, file: Path) -> str:
        return restore_backup(file, self.reports, self.state)[1]

    def seen(self) -> tuple[object, ...]:
        """All that counts, as a reader finds it."""
        library = Library(self.reports)
        texts = {report.report_id: (report.text, report.about.title) for report in library.reports()}
        bank = tuple(entry.question for entry in read_bank(self.state / "bank" / "first.jsonl", library.report("first")))
        with closing(sqlite3.connect(self.state / "log.sqlite3")) as log:
            asked = tuple(log.execute("SELECT question FROM asked ORDER BY id").fetchall())
        removed = (self.reports / ".removed" / "gone@1" / "report.txt").read_text()
        return texts, bank, asked, removed, (self.state / "staff.jsonl").read_text()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "here").fill()


@pytest.fixture
def other(tmp_path: Path) -> Place:
    return Place(tmp_path / "there").fill("乙乙", 5)


def test_what_was_there_comes_back_and_what_is_replaced_is_kept(place: Place, other: Place) -> None:
    (place.state / "visitors.sqlite3").write_text("who may still ask")
    (place.state / "log.sqlite3.damaged-1").write_text("x")
    file, before, replaced = place.write(), place.seen(), other.seen()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    names = zipfile.ZipFile(file).namelist()
    assert not [name for name in names if "visitors" in name or "lock" in name or "damaged" in name]
    kept = other.restore(file)
    assert other.seen() == before
    (other.state / kept).rename(other.state.parent / "old-state")
    (other.reports / kept).rename(other.state.parent / "old-reports")
    old = Place(other.state.parent)
    old.reports, old.state = other.state.parent / "old-reports", other.state.parent / "old-state"
    assert old.seen() == replaced
    assert sorted(path.name for path in other.reports.iterdir()) == [".removed", "first", "own-1"]
    assert stat.S_IMODE((other.state / "log.sqlite3").stat().st_mode) == 0o600


def test_into_an_empty_place(place: Place, tmp_path: Path) -> None:
    fresh = Place(tmp_path / "new" / "deep")
    fresh.restore(place.write())
    assert fresh.seen() == place.seen()
    assert check_backup(place.file).reports == 2


def test_a_backup_is_of_one_moment_while_others_write(place: Place) -> None:
    stop, log = threading.Event(), Log(place.state / "log.sqlite3", 180)

    def write() -> None:
        while not stop.is_set():
            log.asked("正在问", REFUSED, 1.0)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            write_backup(place.reports, place.state, place.file.with_name(f"{number}.zip"))
    finally:
        stop.set()
        writer.join()
        log.close()
    for number in range(5):
        assert check_backup(place.file.with_name(f"{number}.zip")).files == 7


def test_an_old_backup_is_not_overwritten_and_a_failed_one_leaves_nothing(place: Place, tmp_path: Path) -> None:
    body = place.write().read_bytes()
    with pytest.raises(InputError, match="换一个名字"):
        place.write()
    assert place.file.read_bytes() == body
    with pytest.raises(YoujuError, match="没有做成"):
        write_backup(place.reports, place.state, tmp_path / "none" / "b.zip")
    (place.state / "log.sqlite3").write_bytes(b"not a database" * 1000)
    with pytest.raises(YoujuError, match="没有做成"):
        write_backup(place.reports, place.state, tmp_path / "b.zip")
    assert [path.name for path in tmp_path.iterdir()] == ["here"]


def rewritten(file: Path, change: Callable[[dict[str, bytes]], object], link: str = "") -> Path:
    """The backup with other entries; the manifest is left as the change leaves it."""
    with zipfile.ZipFile(file) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    change(entries)
    bad = file.with_name("bad.zip")
    with zipfile.ZipFile(bad, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in entries.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = (stat.S_IFLNK | 0o777) << 16 if name == link else 0
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, body)
    return bad


def smuggled(name: str, body: bytes = b"x", promised: int | None = None) -> Callable[[dict[str, bytes]], None]:
    """An entry that the manifest knows as well."""

    def change(entries: dict[str, bytes]) -> None:
        import hashlib

        manifest = json.loads(entries["manifest.json"])
        manifest["files"][name] = {"bytes": len(body) if promised is None else promised, "sha256": hashlib.sha256(body).hexdigest()}
        entries["manifest.json"] = json.dumps(manifest).encode()
        entries[name] = body

    return change


def manifest_of(change: Callable[[dict], object]) -> Callable[[dict[str, bytes]], None]:
    def changed(entries: dict[str, bytes]) -> None:
        manifest = json.loads(entries["manifest.json"])
        change(manifest)
        entries["manifest.json"] = json.dumps(manifest).encode()

    return changed


CLIMBERS = [
    "reports/../../climbed", "../climbed", "/tmp/climbed", "state/.restore/moves.json",
    "reports/first/../../climbed", "reports/.removed/../climbed", "reports/.removed", "reports/.new-1/a", "climbed",
    "state/bank\\..\\..\\climbed", "reports/a/b/c/d/e", "state/log.sqlite3-wal", "state/serving.lock", "reports//x", "state/a\nb", "state/",
]  # fmt: skip
HOSTILE = {
    **{f"climber {name!r}": smuggled(name) for name in CLIMBERS},
    "an entry too many": lambda entries: entries.update({"state/more.jsonl": b"x"}),
    "an entry too few": lambda entries: entries.pop("reports/first/report.txt"),
    "other bytes": lambda entries: entries.update({"reports/first/report.txt": b"x"}),
    "longer than promised": smuggled("state/more", b"x" * 1000, promised=10),
    "shorter than promised": smuggled("state/more", b"x", promised=10),
    "a bomb": smuggled("state/bomb", b"", promised=1 << 40),
    "negative": smuggled("state/more", b"", promised=-1),
    "no manifest": lambda entries: entries.pop("manifest.json"),
    "another format": manifest_of(lambda manifest: manifest.update(format=99)),
    "no files": manifest_of(lambda manifest: manifest.update(files=[])),
    "odd files": manifest_of(lambda manifest: manifest["files"].update({"state/x": 3})),
    "a list": lambda entries: entries.update({"manifest.json": b"[]"}),
    "deep": lambda entries: entries.update({"manifest.json": b"[" * 100_000}),
    "no report": manifest_of(lambda manifest: None),
    "a broken log": smuggled("state/log.sqlite3", b"SQLite format 3\x00" + b"x" * 5000),
    "an unreadable report": smuggled("reports/first/about.toml", b"title = "),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_no_sound_backup_of_ours_is_refused_and_nothing_is_touched(place: Place, other: Place, what: str) -> None:
    change = HOSTILE[what]
    if what == "no report":

        def change(entries: dict[str, bytes]) -> None:
            for name in [name for name in entries if name.startswith("reports/")]:
                del entries[name]
            manifest_of(lambda m: m.update(files={k: v for k, v in m["files"].items() if not k.startswith("reports/")}))(entries)

    bad = rewritten(place.write(), change)
    before, listed = other.seen(), sorted(path for path in other.state.parent.rglob("*"))
    with pytest.raises(InputError) as refused:
        other.restore(bad)
    assert "\n" not in str(refused.value)
    assert other.seen() == before
    assert sorted(path for path in other.state.parent.rglob("*") if path.name != "serving.lock") == listed
    assert not list(other.state.parent.parent.rglob("climbed"))


def test_links_and_other_files_are_refused(place: Place, other: Place) -> None:
    linked = rewritten(place.write(), lambda entries: None, link="reports/first/report.txt")
    text, empty = place.file.with_name("a.txt"), place.file.with_name("empty.zip")
    text.write_text("no archive")
    zipfile.ZipFile(empty, "w").close()
    cut = place.file.with_name("cut.zip")
    cut.write_bytes(place.file.read_bytes()[:-100])
    for bad in (linked, text, empty, cut, place.file.parent, place.file.with_name("none")):
        with pytest.raises(InputError):
            other.restore(bad)
        with pytest.raises(InputError):
            check_backup(bad)


def test_a_flipped_byte_is_noticed(place: Place) -> None:
    body = place.write().read_bytes()
    bad = place.file.with_name("bad.zip")
    noticed = 0
    for at in range(0, len(body), max(1, len(body) // 60)):
        bad.write_bytes(body[:at] + bytes([body[at] ^ 0x10]) + body[at + 1 :])
        try:
            check_backup(bad)
        except InputError:
            noticed += 1
    assert noticed >= 40  # the rest are dates and flags of the archive, which hold nothing of ours


def test_nothing_is_restored_under_a_running_service(place: Place, other: Place) -> None:
    before = other.seen()
    with serving(other.state), serving(other.state), pytest.raises(YoujuError, match="先停下"):
        other.restore(place.write())
    assert other.seen() == before
    other.restore(place.file)
    with pytest.raises(YoujuError, match="先停下"), serving(other.state):
        other.restore(place.file)


def killed_at(step: int, target: Place, file: Path) -> bool:
    """Restore in a process that is killed when it is about to touch the disk for the step-th time; whether it came so far."""
    process = os.fork()
    if not process:
        left = step

        def count(event: str, _: object) -> None:
            nonlocal left
            if event in ("os.rename", "os.mkdir", "open", "os.remove", "os.rmdir"):
                left -= 1
                if not left:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)
        target.restore(file)
        os._exit(0)
    _, status = os.waitpid(process, 0)
    assert os.waitstatus_to_exitcode(status) in (0, -signal.SIGKILL)
    return os.WIFSIGNALED(status)


def test_a_restore_that_is_killed_anywhere_leaves_the_old_or_is_finished(place: Place, tmp_path: Path) -> None:
    file, new, ends = place.write(), place.seen(), set()
    for step in range(1, 1000, 3):
        target = Place(tmp_path / f"at-{step}").fill("乙乙", 1)
        old = target.seen()
        killed = killed_at(step, target, file)
        finished = resume_restore(target.state)
        assert target.seen() in (old, new)
        assert target.seen() == new or not finished
        ends.add((killed, finished, target.seen() == new))
        target.restore(file)  # and it can be done again, whatever was left lying about
        assert target.seen() == new
        if not killed:
            break
    assert {(True, True, True), (True, False, False), (False, False, True)} <= ends


def test_from_the_command_line(place: Place, other: Place) -> None:
    def run(at: Place, *arguments: object) -> subprocess.CompletedProcess[str]:
        settings = {"YOUJU_REPORTS": str(at.reports), "YOUJU_STATE": str(at.state)}
        command = [sys.executable, "-m", "qa", *map(str, arguments)]
        return subprocess.run(command, cwd=ROOT, env=os.environ | settings, check=False, capture_output=True, text=True)

    made = run(place, "backup", place.file)
    assert (made.returncode, made.stderr) == (0, "")
    assert "2 份报告" in made.stdout
    assert "完好" in run(other, "restore", "--check", place.file).stdout
    assert other.seen() != place.seen()
    with serving(other.state):
        refused = run(other, "restore", place.file)
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    done = run(other, "restore", place.file)
    assert (done.returncode, done.stderr) == (0, "")
    assert ".replaced-" in done.stdout
    assert other.seen() == place.seen()
    again = run(place, "backup", place.file)
    assert (again.returncode, again.stderr.count("\n")) == (2, 1)
