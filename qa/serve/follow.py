"""Notices what other processes changed: a report added from the command line, a bank question added by a worker beside us.

It looks at names, times and sizes of files, which costs nothing, and asks the service to take in what is new once they have come to rest.
"""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from corpus.errors import YoujuError

_EVERY = 1.0  # seconds between two looks
_DEPTH = 2  # folders below the one that is followed

State = tuple[tuple[str, int, int], ...]


class Follower:
    """Calls ``refresh`` when files in some folders have changed and have been left alone since the look before."""

    def __init__(self, folders: Sequence[Path], refresh: Callable[[], object], say: Callable[[str], None]) -> None:
        """What is there now counts as known, so make it before anything is read.

        Args:
            folders: what is followed; they need not exist.
            refresh: takes in what is new.
            say: takes one line when that fails; the state before stays in force.
        """
        self._folders = folders
        self._refresh = refresh
        self._say = say
        self._known = self._seen = state_of(folders)

    def start(self) -> None:
        """Look every second, in a thread that ends with the process."""
        threading.Thread(target=self._follow, name="follow", daemon=True).start()

    def catch_up(self) -> None:
        """Take in now what has changed since this was made."""
        self._seen = state_of(self._folders)
        self.look()

    def look(self) -> None:
        """Look once."""
        now = state_of(self._folders)
        if now == self._seen and now != self._known:
            self._known = now
            try:
                self._refresh()
            except YoujuError as error:
                self._say(f"报告或问题库有改动,但用不上:{error};现在仍按改动以前的回答")
        self._seen = now

    def _follow(self) -> None:
        wait = threading.Event()
        while not wait.wait(_EVERY):
            self.look()


def state_of(folders: Sequence[Path]) -> State:
    """Path, time of change in nanoseconds and size of every file; hidden ones are passed over."""
    return tuple(sorted(file for folder in folders for file in _files(folder, _DEPTH)))


def _files(folder: Path, depth: int) -> Iterator[tuple[str, int, int]]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if entry.is_dir() and depth > 1:
                    yield from _files(Path(entry.path), depth - 1)
                elif entry.is_file():
                    known = entry.stat()
                    yield entry.path, known.st_mtime_ns, known.st_size
    except OSError:
        return  # not there, or gone while we looked: the next look tells
