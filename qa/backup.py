"""All that cannot be made again, in one file: the reports, what staff added, and what was asked. ``qa/restore.py`` puts it back.

The file is a ZIP: ``manifest.json`` with the size and SHA-256 of everything else, ``reports/…`` and ``state/…``. Left out is what can be
made again or is worth nothing later: the index, who may still ask how much, locks, and earlier copies that were set aside. Settings
stay out, too: ``.env`` holds the password and the paths of one machine.
"""

import hashlib
import json
import os
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from corpus.causes import cause
from corpus.errors import InputError, YoujuError
from qa.log import CHINA

FORMAT = 1  # raised whenever the files of a backup change meaning
MANIFEST = "manifest.json"
LOG = "log.sqlite3"
REMOVED = ".removed"  # reports that were taken out and can be brought back
_DEPTH = 3  # folders below reports or state
_PIECE = 1 << 20  # bytes


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup holds."""

    made: str  # ISO 8601
    reports: int
    files: int
    size: int  # bytes, unpacked


def write_backup(reports: Path, state: Path, file: Path) -> Contents:
    """Write a backup, whole or not at all; the service may run meanwhile.

    Args:
        reports: folder of reports.
        state: folder of what is written while serving; it need not exist.
        file: where the backup goes.

    Raises:
        InputError: the file exists.
        YoujuError: something cannot be read, or the backup cannot be written.
    """
    if file.exists():
        raise InputError(f"文件 {file} 已经在了;备份不覆盖旧文件,请换一个名字,例如带上日期")
    draft = file.with_name(f".{file.name}.part")
    try:
        # What people asked is nobody else's business.
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as written:
            contents = _write(reports, state, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED))
            written.flush()
            os.fsync(written.fileno())
        draft.replace(file)
    except (OSError, sqlite3.Error) as error:
        raise YoujuError(f"备份没有做成({cause(error)});请检查磁盘空间和权限,原来的都没有动") from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
    return contents


def is_kept(name: str) -> bool:
    """Whether a file of the state folder, by the name of its first part, is worth keeping."""
    return not name.startswith((".", "visitors.sqlite3", LOG)) and not name.endswith(".lock")


def _write(reports: Path, state: Path, archive: zipfile.ZipFile) -> Contents:
    files: dict[str, dict[str, object]] = {}
    with archive:
        for path in (*_below(reports), *_below(reports / REMOVED, _DEPTH - 1)):
            name = f"reports/{path.relative_to(reports).as_posix()}"
            files[name] = _add(archive, path, name)
        for path in _below(state):
            if is_kept(path.relative_to(state).parts[0]):
                name = f"state/{path.relative_to(state).as_posix()}"
                files[name] = _add(archive, path, name)
        if (state / LOG).is_file():
            files[f"state/{LOG}"] = _add_log(archive, state / LOG)
        made = datetime.now(CHINA).isoformat(timespec="seconds")
        archive.writestr(MANIFEST, json.dumps({"format": FORMAT, "made": made, "files": files}, ensure_ascii=False, indent=1))
    return Contents(made, reports_of(files), len(files), sum(int(str(row["bytes"])) for row in files.values()))


def reports_of(names: Iterable[str]) -> int:
    """How many reports there are among the names in a backup, those taken out aside."""
    return sum(name.startswith("reports/") and name.endswith("/report.txt") and name.count("/") == 2 for name in names)


def _below(folder: Path, depth: int = _DEPTH) -> Iterator[Path]:
    """Files below a folder, in order; no links, nothing hidden."""
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.is_symlink():
            continue
        if path.is_file():
            yield path
        elif path.is_dir() and depth > 1:
            yield from _below(path, depth - 1)


def _add(archive: zipfile.ZipFile, path: Path, name: str) -> dict[str, object]:
    """Copy a file in; its size and digest as they were copied."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as source, archive.open(name, "w", force_zip64=True) as target:
        while piece := source.read(_PIECE):
            digest.update(piece)
            size += len(piece)
            target.write(piece)
    return {"bytes": size, "sha256": digest.hexdigest()}


def _add_log(archive: zipfile.ZipFile, path: Path) -> dict[str, object]:
    """Copy the log in, as it is at one moment, while others go on writing."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / LOG
        with closing(sqlite3.connect(path, timeout=10)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode = DELETE").close()
        return _add(archive, copy, f"state/{LOG}")
