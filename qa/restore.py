"""Puts a backup back: checked whole before anything is touched, switched so that a killed restore is finished by the next start.

What is replaced is not deleted; it moves into ``.replaced-<time>`` beside. The switch is a list of renames, written down first
(``.restore/moves.json`` in the state folder); each can be done again, so whoever comes next completes it.
"""

import hashlib
import json
import os
import re
import shutil
import sqlite3
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from corpus.causes import cause
from corpus.durable import put, sync
from corpus.errors import InputError, ReportError, YoujuError
from corpus.library import Library
from qa.backup import FORMAT, LOG, MANIFEST, REMOVED, Contents, is_kept, reports_of
from qa.held import MOVES, alone, restore_begun
from qa.log import CHINA

_STAGE = MOVES.parts[0]
_PART = re.compile(r"[^./\\\x00-\x1f\x7f][^/\\\x00-\x1f\x7f]{0,199}")  # one part of a name
_MOST_FILES = 100_000
_LONGEST_MANIFEST = 64 << 20  # bytes
_SMALL = 256 << 20  # bytes that a backup may always unpack to; beyond, it may grow
_GROWTH = 100  # times
_PIECE = 1 << 20  # bytes

Files = dict[str, tuple[int, str]]  # name -> bytes, SHA-256


def restore_backup(file: Path, reports: Path, state: Path) -> tuple[Contents, str]:
    """Make reports and state what they were when the backup was made.

    Returns:
        What was restored, and the name of the folders, hidden in both, that keep what was there before.

    Raises:
        InputError: the file is no backup of ours, is damaged, or wants to write elsewhere; nothing has been touched.
        YoujuError: the service runs, or there is no room; nothing has been touched.
    """
    with alone(state):
        finish_restore(state)
        with _opened(file) as (archive, manifest):
            files = _promised(archive, manifest, file.stat().st_size)
            kept = f".replaced-{datetime.now(CHINA).strftime('%Y%m%dT%H%M%S%f')}"
            try:
                _unpack(archive, files, {"reports": reports / _STAGE, "state": state / _STAGE})
                _try_out(reports / _STAGE, state / _STAGE)
                put(state / MOVES, json.dumps(_moves(files, reports, state, kept), ensure_ascii=False).encode())
            except BaseException as error:
                for folder in (reports, state):
                    shutil.rmtree(folder / _STAGE, ignore_errors=True)
                if isinstance(error, OSError):
                    raise YoujuError(f"恢复不了({cause(error)});请检查磁盘空间和权限。原来的都没有动") from error
                raise
        finish_restore(state)
    return _contents(manifest, files), kept


def check_backup(file: Path) -> Contents:
    """What a backup holds, every byte of it checked.

    Raises:
        InputError: the file is no backup of ours, or it is damaged.
    """
    with _opened(file) as (archive, manifest):
        files = _promised(archive, manifest, file.stat().st_size)
        for name, promise in files.items():
            for _ in _pieces(archive, name, *promise):
                pass
        return _contents(manifest, files)


def finish_restore(state: Path) -> bool:
    """Do what is left of a restore that was cut off after its last check; whether there was one."""
    written = state / MOVES
    if not written.is_file():
        return False
    table = json.loads(written.read_text(encoding="utf-8"))
    for new, place, old in table["moves"]:
        _switch(Path(new) if new else None, Path(place), Path(old))
    stages = [Path(stage) for stage in table["stages"]]
    for folder in {stage.parent for stage in stages}:
        sync(folder)
    written.unlink()
    for stage in stages:
        shutil.rmtree(stage, ignore_errors=True)
    return True


def resume_restore(state: Path) -> bool:
    """The same, when nobody else is at it; for whoever starts to use the state."""
    if not restore_begun(state):
        return False
    with alone(state):
        return finish_restore(state)


def _switch(new: Path | None, place: Path, old: Path) -> None:
    """Put ``new`` in place and what was there aside; does nothing where that is done already."""
    pending = new is None or new.exists()
    if pending and place.exists() and not old.exists():
        old.parent.mkdir(parents=True, exist_ok=True)
        place.rename(old)
    if new is not None and new.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        new.rename(place)


@contextmanager
def _opened(file: Path) -> Iterator[tuple[zipfile.ZipFile, dict[str, Any]]]:
    try:
        with zipfile.ZipFile(file) as archive:
            info = archive.getinfo(MANIFEST)
            if info.file_size > _LONGEST_MANIFEST:
                raise InputError(f"{file} 不是有据的备份(清单太大)")
            manifest = json.loads(archive.read(info))
            if not isinstance(manifest, dict) or not isinstance(manifest.get("files"), dict):
                raise InputError(f"{file} 不是有据的备份(清单读不懂)")
            if manifest.get("format") != FORMAT:
                raise InputError(f"{file} 是另一个版本的有据做的备份(格式 {manifest.get('format')!r},这里是 {FORMAT});请用那个版本恢复")
            yield archive, manifest
    except (zipfile.BadZipFile, KeyError, ValueError, RecursionError, EOFError, NotImplementedError, zlib.error) as error:
        raise InputError(f"{file} 不是有据的备份,或者坏了;请换一份备份") from error
    except RuntimeError as error:  # zipfile's word for a password
        raise InputError(f"{file} 加了密码,读不了;请换一份备份") from error
    except OSError as error:
        raise InputError(f"读不到 {file}({cause(error)});请检查路径") from error


def _promised(archive: zipfile.ZipFile, manifest: dict[str, Any], size: int) -> Files:
    """The files that a manifest promises, each of them there, each with a place below reports or state, and nothing else there."""
    files: Files = {}
    for name, row in manifest["files"].items():
        if not isinstance(row, dict) or type(row.get("bytes")) is not int or not isinstance(row.get("sha256"), str) or row["bytes"] < 0:
            raise InputError("备份的清单读不懂;请换一份备份")
        files[name] = (row["bytes"], row["sha256"])
    entries = [info for info in archive.infolist() if info.filename != MANIFEST]
    names = [info.filename for info in entries]
    strange = [name for name in names if not _has_a_place(name)]
    if strange or any(stat.S_ISLNK(info.external_attr >> 16) for info in entries):
        raise InputError(f"备份里有不该有的文件({(strange or ['链接'])[0][:80]!r});它可能被人动过,没有恢复")
    if len(names) > _MOST_FILES or sorted(names) != sorted(files):
        raise InputError("备份里的文件和清单对不上;它可能不完整,或被人动过,没有恢复")
    total = sum(length for length, _ in files.values())
    if total > max(_SMALL, size * _GROWTH):
        raise InputError(f"备份解开后有 {total >> 20} MB,大得不正常;没有恢复")
    return files


def _has_a_place(name: str) -> bool:
    """Whether a name in a backup leads to a file of ours and nowhere else.

    >>> [_has_a_place(name) for name in ("state/log.sqlite3", "reports/a/report.txt", "reports/../x", "/etc/passwd", "state/.restore/a")]
    [True, True, False, False, False]
    """
    top, *rest = name.split("/")
    if top == "reports" and rest[0] == REMOVED:
        rest = rest[1:]
    if not 1 <= len(rest) <= 3 or not all(_PART.fullmatch(part) for part in rest):
        return False
    return top == "reports" or (top == "state" and (is_kept(rest[0]) or rest == [LOG]))


def _pieces(archive: zipfile.ZipFile, name: str, size: int, digest: str) -> Iterator[bytes]:
    """The bytes of a file; InputError when they are not as promised. No more are read than promised."""
    seen, left = hashlib.sha256(), size
    with archive.open(name) as source:
        while piece := source.read(min(_PIECE, left + 1)):
            left -= len(piece)
            if left < 0:
                break
            seen.update(piece)
            yield piece
    if left or seen.hexdigest() != digest:
        raise InputError(f"备份里的 {name} 坏了;请换一份备份,没有恢复")


def _unpack(archive: zipfile.ZipFile, files: Files, stages: dict[str, Path]) -> None:
    for stage in stages.values():
        shutil.rmtree(stage, ignore_errors=True)
        stage.mkdir(parents=True)
        stage.chmod(0o700)
    if sum(length for length, _ in files.values()) > shutil.disk_usage(stages["state"]).free:
        raise YoujuError("磁盘上放不下这份备份;请先腾出空间。原来的都没有动")
    for name, promise in files.items():
        top, _, rest = name.partition("/")
        path = stages[top] / rest
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as target:
            for piece in _pieces(archive, name, *promise):
                target.write(piece)
            target.flush()
            os.fsync(target.fileno())
        if top == "state":
            path.chmod(0o600)


def _try_out(reports: Path, state: Path) -> None:
    """Read what was unpacked, as the service would."""
    try:
        library = Library(reports)
        for report_id in library.report_ids():
            library.report(report_id)
    except ReportError as error:
        raise InputError(f"备份里的报告用不上:{str(error).replace(f'{reports}/', '')};没有恢复") from error
    if (state / LOG).exists():
        try:
            with closing(sqlite3.connect(state / LOG)) as log:
                sound = log.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        except sqlite3.Error:
            sound = False
        if not sound:
            raise InputError("备份里的提问记录坏了;请换一份备份,没有恢复")


def _moves(files: Files, reports: Path, state: Path, kept: str) -> dict[str, Any]:
    """Renames from the stages into place; and what the backup does not know goes aside."""
    new = {(name.split("/")[0], name.split("/")[1]) for name in files}
    there = {("reports", path.name) for path in reports.iterdir() if not path.name.startswith(".") or path.name == REMOVED}
    there |= {("state", path.name) for path in state.iterdir() if is_kept(path.name) or path.name.startswith(LOG)}
    folders = {"reports": reports, "state": state}
    moves = []
    for top, name in sorted(new | there):
        folder = folders[top].resolve()
        staged = str(folder / _STAGE / name) if (top, name) in new else ""
        moves.append([staged, str(folder / name), str(folder / kept / name)])
    return {"moves": moves, "stages": [str(folder.resolve() / _STAGE) for folder in (reports, state)]}


def _contents(manifest: dict[str, Any], files: Files) -> Contents:
    return Contents(str(manifest.get("made", "")), reports_of(files), len(files), sum(length for length, _ in files.values()))
