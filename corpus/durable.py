"""Changes on disk that a power cut or a kill leaves done or not done, never half done."""

import os
from pathlib import Path


def put(path: Path, body: bytes) -> None:
    """Give a file this content: written beside, synced, renamed."""
    draft = path.with_name(f".{path.name}.new")  # one name: writers take turns, and the next overwrites what one left
    write(draft, body)
    draft.replace(path)
    sync(path.parent)


def write(path: Path, body: bytes) -> None:
    """A file whose content is on the disk on return."""
    with path.open("wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())


def sync(folder: Path) -> None:
    """Make the entries of a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
