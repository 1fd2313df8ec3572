"""Versions of the built index on disk: written whole, switched in one step, checked when read.

    <index>/current          name of the version in use
    <index>/v-<time>-<hash>/ one version; never changed once written
    <index>/shards/          what versions are made of, one file a report (see shard_store.py)
    <index>/build.lock       held while building
    <index>/.build-*/        what a killed build left; removed by the next

A build that dies at any moment leaves ``current`` naming a whole version.
"""

import hashlib
import io
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock

from corpus.causes import cause
from corpus.durable import sync, write
from corpus.errors import SearchIndexError

FORMAT = 2  # raised whenever the files of a version change meaning


@contextmanager
def build_lock(folder: Path) -> Iterator[None]:
    """Hold the right to write versions; a second builder waits.

    Raises:
        SearchIndexError: the folder cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / "build.lock")
        lock.acquire()
    except OSError as error:
        raise unwritable(folder, error) from error
    try:
        yield
    finally:
        lock.release()


def unwritable(folder: Path, error: OSError) -> SearchIndexError:
    """What to say when the index folder cannot be written to."""
    return SearchIndexError(f"写不进索引文件夹 {folder}:{cause(error)};请检查磁盘空间和权限,或改设置 YOUJU_INDEX")


@contextmanager
def new_version(folder: Path, manifest: dict[str, Any]) -> Iterator[Path]:
    """A folder to write the files of a version into; on leaving, it is sealed and becomes current.

    Call it under ``build_lock``. The manifest gets the checksums of all files.
    """
    for leftover in folder.glob(".build-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    try:
        draft = Path(tempfile.mkdtemp(prefix=".build-", dir=folder))
        draft.chmod(0o755)  # mkdtemp's 0700 would hide the version from a service user when another user builds
        yield draft
        manifest["files"] = {path.name: _sha256(path) for path in sorted(draft.iterdir())}
        body = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
        write(draft / "manifest.json", body)
        for path in draft.iterdir():
            sync(path)
        name = f"v-{manifest['created'].replace(':', '')}-{hashlib.sha256(body).hexdigest()[:8]}"
        draft.rename(folder / name)
        sync(folder)
        before = current_name(folder)
        write(folder / "current.new", name.encode())
        (folder / "current.new").replace(folder / "current")
        sync(folder)
    except OSError as error:
        raise SearchIndexError(f"写索引时出错:{cause(error)};旧索引没有动。请检查磁盘空间后再试") from error
    _remove_old(folder, keep={name, before})


def _remove_old(folder: Path, keep: set[str]) -> None:
    """All versions but the new one and the one before, which a reader may still be opening."""
    for path in folder.glob("v-*"):
        if path.name not in keep:
            shutil.rmtree(path, ignore_errors=True)


def current_name(folder: Path) -> str:
    """Name of the version in use; "" when there is none."""
    try:
        return (folder / "current").read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def open_version(folder: Path) -> tuple[Path, dict[str, Any]]:
    """The current version's folder and manifest, every file checked against its checksum.

    Raises:
        SearchIndexError: there is none, or it is not whole.
    """
    name = current_name(folder)
    if not name or "/" in name or not (folder / name).is_dir():
        raise SearchIndexError("还没有索引")
    version = folder / name
    try:
        body = (version / "manifest.json").read_bytes()
        if not name.endswith(hashlib.sha256(body).hexdigest()[:8]):
            raise SearchIndexError("索引的说明坏了")
        manifest = json.loads(body)
        if manifest.get("format") != FORMAT:
            raise SearchIndexError("索引是别的版本的程序建的")
        for file_name, digest in manifest["files"].items():
            if _sha256(version / file_name) != digest:
                raise SearchIndexError(f"索引文件 {file_name} 坏了")
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise SearchIndexError("索引不完整") from error
    return version, manifest


def version_before(folder: Path) -> tuple[Path, dict[str, Any]]:
    """Folder and manifest of the current version, whatever its format and state, for what can be reused of it; {} for none."""
    name = current_name(folder)
    version = folder / (name or "none")
    try:
        body = (version / "manifest.json").read_bytes()
        manifest = json.loads(body)
        if "/" in name or not name.endswith(hashlib.sha256(body).hexdigest()[:8]) or not isinstance(manifest, dict):
            return version, {}
    except (OSError, ValueError, RecursionError):
        return version, {}
    return version, manifest


def kept_manifests(folder: Path) -> list[dict[str, Any]]:
    """Manifests of every version that is kept."""
    found = []
    for path in folder.glob("v-*/manifest.json"):
        try:
            manifest = json.loads(path.read_bytes())
        except (OSError, ValueError, RecursionError):
            continue
        if isinstance(manifest, dict) and isinstance(manifest.get("reports"), list):
            found.append(manifest)
    return found


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_arrays(path: Path, **arrays: Any) -> None:
    """Arrays into one file, in one write: what a full disk leaves is never taken for whole."""
    body = io.BytesIO()
    np.savez(body, allow_pickle=False, **arrays)
    path.write_bytes(body.getbuffer())
