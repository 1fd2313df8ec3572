"""Putting reports into the library, taking them out, bringing them back. Every change is one rename: done or not done.

    <reports>/<id>/              a report: report.txt, about.toml, and what belongs to it
    <reports>/.removed/<id>@…/   a report as it was when it was taken out or replaced
    <reports>/.new-*/            what a killed writer left; removed by the next

A new report is written beside and its folder renamed. One that replaces another keeps the folder, and with it id and
question bank: about.toml first learns to describe both texts, by their hashes, and the rename of report.txt decides.
"""

import hashlib
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout

from corpus.about_file import about_toml
from corpus.bank import read_bank
from corpus.causes import cause
from corpus.durable import put, sync, write
from corpus.errors import InputError, LibraryError, ReportError, YoujuError
from corpus.fold import fold
from corpus.former import former_lines, read_former
from corpus.identify import Identity
from corpus.library import Library, is_report_id
from corpus.naming import report_id
from corpus.read import ABOUT_FIELDS, read_about, read_report
from corpus.report import About, Report

_REMOVED = ".removed"
_LOCK_WAIT = 30.0  # seconds that a second writer waits
_STAMP = "%Y%m%dT%H%M%S%f"


@dataclass(frozen=True, slots=True)
class Plan:
    """What adding a text would do."""

    does: Literal["add", "replace", "nothing"]
    report_id: str  # of the report it makes, replaces, or is already
    text: str
    identity: Identity
    tables: int = 0


@dataclass(frozen=True, slots=True)
class Removed:
    """A version of a report that can be brought back."""

    report_id: str
    title: str
    year: int | None
    at: datetime  # UTC
    folder: Path


def plan(library: Library, text: str, identity: Identity, wanted_id: str = "", tables: int = 0) -> Plan:
    """What adding a text would do: nothing where we have it, replace a report of the same title and year, else add.

    Args:
        library: the reports there are.
        text: of the report, as it will be stored.
        identity: its title and year at least.
        wanted_id: the id to give it; "" to have one made.
        tables: how many tables became sentences in it.

    Raises:
        InputError: there is no title or no year, the source is no web address, or the id cannot be given.
    """
    if not identity.title.strip() or identity.year is None:
        raise InputError("标题或年份没有认出来;请写明,例如 --title 某某街道2021年度工作总结 --year 2021")
    if identity.source_url and not identity.source_url.startswith(("http://", "https://")):  # it becomes a link on the page
        raise InputError(f"来源网址“{identity.source_url[:64]}”不能用;网址要以 http:// 或 https:// 开头")
    if wanted_id and not is_report_id(wanted_id):
        raise InputError(f"编号“{wanted_id[:64]}”不能用;编号只用字母、数字、- 和 _,以字母或数字开头,不超过 64 个")
    there: list[About] = []
    for about, stored in _there(library):
        if _squeezed(stored) == _squeezed(text):
            return Plan("nothing", about.report_id, text, identity, tables)
        there.append(about)
    same = next((about for about in there if _same_report(about, identity)), None)
    if same is not None and wanted_id not in ("", same.report_id):
        raise InputError(f"这份报告已经有了,编号是 {same.report_id};要换成新的文字就不写 --id,要当作另一份就换个标题或年份")
    ids = {path.name for path in library.folder.iterdir()} if library.folder.is_dir() else set()
    if same is None and wanted_id in ids:
        title = next((about.title for about in there if about.report_id == wanted_id), wanted_id)
        raise InputError(f"编号 {wanted_id} 已经是《{title}》;请换一个编号")
    if same is not None:
        return Plan("replace", same.report_id, text, _completed(identity, same), tables)
    return Plan("add", wanted_id or report_id(identity.title, identity.year, identity.publisher, ids), text, identity, tables)


def _there(library: Library) -> Iterator[tuple[About, str]]:
    """The reports there are, with their texts; those that cannot be read are nobody's double."""
    if not library.folder.is_dir() or not any(library.folder.glob("*/report.txt")):
        return
    for name in library.report_ids():
        with suppress(ReportError):
            yield library.stored(name)


def _same_report(about: About, identity: Identity) -> bool:
    return (_squeezed(fold(about.title)), about.year) == (_squeezed(fold(identity.title)), identity.year)


def _completed(identity: Identity, about: About) -> Identity:
    """What is known of a new version, with what was known of the one before where it says nothing, or less."""
    longer = identity.publisher in about.publisher
    return Identity(
        identity.title,
        identity.year,
        identity.published or about.published,
        about.publisher if longer else identity.publisher,
        identity.source_url or about.source_url,
    )


def _squeezed(text: str) -> str:
    return re.sub(r"[\s\u200b\ufeff]", "", text)


def carry_out(folder: Path, made: Plan) -> None:
    """Do what a plan says, in a folder of reports.

    Raises:
        LibraryError: it cannot be written; everything is as it was.
    """
    if made.does == "nothing":
        return
    with _writing(folder):
        if made.does == "add":
            _add(folder, made)
        else:
            _replace(folder / made.report_id, made.text.encode(), _table(made))


def _table(made: Plan) -> dict[str, Any]:
    who = made.identity
    return {
        "title": who.title,
        "year": who.year,
        "published": who.published,
        "publisher": who.publisher,
        "source_url": who.source_url,
        "tables": made.tables,
        "sha256": hashlib.sha256(made.text.encode()).hexdigest(),
    }


def _add(folder: Path, made: Plan) -> None:
    draft = Path(tempfile.mkdtemp(prefix=".new-", dir=folder))
    draft.chmod(0o755)  # mkdtemp's 0700 would hide the report from a service user when another user adds
    write(draft / "report.txt", made.text.encode())
    write(draft / "about.toml", about_toml(_table(made)).encode())
    sync(draft)
    if (folder / made.report_id).exists():
        raise LibraryError(f"编号 {made.report_id} 刚刚被用掉了;请再做一次")
    draft.rename(folder / made.report_id)
    sync(folder)


def _described(report: Report) -> dict[str, Any]:
    return {name: getattr(report.about, name) for name in ABOUT_FIELDS}


def _replace(home: Path, raw: bytes, table: dict[str, Any]) -> None:
    """Give a report another text; what the old one was is kept aside, and its sentences beside."""
    old = read_report(home)
    kept = read_about(home)
    before = _described(old)
    kept = {name: value for name, value in kept.items() if name not in (*ABOUT_FIELDS, "before")}
    kept["examples"] = [row for row in kept.get("examples", []) if _still_answered(home, row, raw.decode("utf-8-sig"), old)]
    _keep_aside(home)
    put(home / "former.jsonl", former_lines(read_former(home / "former.jsonl"), old))
    put(home / "about.toml", about_toml(table | kept | {"before": before}).encode())
    put(home / "report.txt", raw)  # from here on the new one is there
    put(home / "about.toml", about_toml(table | kept).encode())


def _still_answered(home: Path, example: object, text: str, old: Report) -> bool:
    """Whether the quote that answers a question offered to visitors stands in the new text, too."""
    question = example.get("question") if isinstance(example, dict) else None
    try:
        entries = read_bank(home / "bank.jsonl", old)
    except YoujuError:
        return False
    return any(entry.question == question and entry.quote and entry.quote in text for entry in entries)


def _keep_aside(home: Path) -> None:
    """A copy of a report as it is, to be brought back."""
    removed = home.parent / _REMOVED
    removed.mkdir(exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".new-", dir=removed))
    draft.chmod(0o755)
    for path in home.iterdir():
        if path.is_file() and not path.name.startswith("."):
            write(draft / path.name, path.read_bytes())
    sync(draft)
    draft.rename(removed / _stamped(home.name))
    sync(removed)


def _stamped(name: str) -> str:
    return f"{name}@{datetime.now(UTC).strftime(_STAMP)}"


def take_out(folder: Path, name: str) -> Removed:
    """Take a report out of the library; it is kept aside.

    Raises:
        UnknownReport: there is no such report.
        LibraryError: it is the last one, or the folder cannot be written to.
    """
    with _writing(folder):
        library = Library(folder)
        report = library.report(name)
        if library.report_ids() == [name]:
            raise LibraryError("这是最后一份报告,不能移走;请先加入别的报告")
        (folder / _REMOVED).mkdir(exist_ok=True)
        there = folder / _REMOVED / _stamped(name)
        (folder / name).rename(there)
        sync(folder / _REMOVED)
        sync(folder)
    return _removed(there, report)


def removed(folder: Path) -> list[Removed]:
    """What can be brought back, latest first: the last version of each report that is not the present one."""
    found: dict[str, Removed] = {}
    for path in sorted((folder / _REMOVED).glob("*@*"), key=lambda path: path.name.rpartition("@")[2], reverse=True):
        name = path.name.rpartition("@")[0]
        if name in found or not is_report_id(name):
            continue
        try:
            report = read_report(path)
            if _digest(folder / name) != report.about.sha256:
                found[name] = _removed(path, report)
        except (ReportError, ValueError):
            continue
    return list(found.values())


def _digest(home: Path) -> str:
    try:
        return hashlib.sha256((home / "report.txt").read_bytes()).hexdigest()
    except OSError:
        return ""


def _removed(path: Path, report: Report) -> Removed:
    name, _, stamp = path.name.rpartition("@")
    return Removed(name, report.about.title, report.about.year, datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC), path)


def bring_back(folder: Path, name: str) -> Removed:
    """Undo the last removal or replacement of a report.

    Raises:
        InputError: nothing of that id was kept.
        LibraryError: the folder cannot be written to.
    """
    with _writing(folder):
        kept = next((one for one in removed(folder) if one.report_id == name), None)
        if kept is None:
            raise InputError(f"没有移走过编号为“{name[:64]}”的报告;看看有哪些可以找回:python -m qa restore")
        if (folder / name).exists():
            report = read_report(kept.folder)
            _replace(folder / name, (kept.folder / "report.txt").read_bytes(), _described(report))
        else:
            kept.folder.rename(folder / name)
            sync(folder / _REMOVED)
            sync(folder)
    return kept


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Hold the right to change a folder of reports; a second writer waits. What a killed one left is cleared away."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / ".lock")
        lock.acquire(timeout=_LOCK_WAIT)
    except Timeout as error:
        raise LibraryError("另一个程序正在改报告;请过一会儿再试") from error
    except OSError as error:
        raise _unwritable(folder, error) from error
    try:
        _clear(folder)
        yield
    except OSError as error:
        _clear(folder)
        raise _unwritable(folder, error) from error
    finally:
        lock.release()


def _clear(folder: Path) -> None:
    for leftover in (*folder.glob(".new-*"), *(folder / _REMOVED).glob(".new-*")):
        shutil.rmtree(leftover, ignore_errors=True)


def _unwritable(folder: Path, error: OSError) -> LibraryError:
    return LibraryError(f"写不进报告文件夹 {folder}:{cause(error)};报告没有动。请检查磁盘空间和权限")
