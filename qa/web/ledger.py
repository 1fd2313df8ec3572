"""What every server process has to know of visitors: how much each may still ask, who guessed at the password, who is at the desk.

One small SQLite file in the state folder, shared by all processes. Nothing in it is worth keeping: a damaged file is begun anew, and
where none can be written each process keeps its own in memory. Who asked what is not in it; that is the log's.
"""

import logging
import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from qa.web import texts_tools

_BUSY = 0.5  # seconds that one process waits for another
_TABLES = """
CREATE TABLE IF NOT EXISTS budget (kind TEXT, visitor TEXT, full_at REAL NOT NULL, PRIMARY KEY (kind, visitor)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tried (visitor TEXT NOT NULL, at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS tried_at ON tried (at);
CREATE TABLE IF NOT EXISTS session (
  token TEXT PRIMARY KEY, mark TEXT NOT NULL, name TEXT NOT NULL, begun REAL NOT NULL, seen REAL NOT NULL) WITHOUT ROWID;
"""
_T = TypeVar("_T")
_log = logging.getLogger("youju")


class Ledger:
    """One file, or memory; safe to use from many threads, and from processes that are forked off."""

    def __init__(self, path: Path | None = None, say: Callable[[str], None] = _log.warning) -> None:
        """Nothing is opened before it is needed; ``say`` takes one line when the file cannot be used."""
        self._path = path
        self._say = say
        self._lock = threading.Lock()
        self._base: sqlite3.Connection | None = None
        self._owner = 0  # process that opened it
        self._spare: Ledger | None = None  # in memory, for when another process holds the file too long

    def do(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        """Work on the tables, in one transaction."""
        with self._lock:
            for _ in range(3):  # as it is, begun anew, in memory
                try:
                    return self._worked(work)
                except (sqlite3.Error, OSError, UnicodeDecodeError) as error:  # the last: sqlite3 quotes a damaged file
                    if _is_busy(error):
                        break
                    self._forget()
                    if self._path is None or not (_is_damaged(error) and self._removed(self._path)):
                        self._give_up(error)
        self._spare = self._spare or Ledger()
        return self._spare.do(work)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._forget()

    def _worked(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        base = self._opened()
        base.execute("BEGIN IMMEDIATE")
        try:
            done = work(base)
            base.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                base.execute("ROLLBACK")
            raise
        return done

    def _opened(self) -> sqlite3.Connection:
        if self._base is not None and self._owner == os.getpid():
            return self._base
        if self._path is not None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.touch(mode=0o600)
        base = sqlite3.connect(self._path or ":memory:", timeout=_BUSY, check_same_thread=False, isolation_level=None)
        try:
            base.execute("PRAGMA journal_mode = WAL").close()
            base.execute("PRAGMA synchronous = OFF")  # after a power cut it may begin anew
            base.executescript(_TABLES)
        except BaseException:
            base.close()
            raise
        self._base, self._owner = base, os.getpid()
        return base

    def _give_up(self, error: Exception) -> None:
        """Go on in memory, until the next start."""
        if self._path is not None:
            self._say(texts_tools.LEDGER_UNWRITTEN.format(path=self._path, why=" ".join(str(error).split())))
        self._path = None

    @staticmethod
    def _removed(path: Path) -> bool:
        try:
            for tail in ("", "-wal", "-shm"):
                path.with_name(path.name + tail).unlink(missing_ok=True)
        except OSError:
            return False
        return True

    def _forget(self) -> None:
        if self._base is not None and self._owner == os.getpid():  # a parent's connection is the parent's to close
            with suppress(sqlite3.Error):
                self._base.close()
        self._base = None


def _is_busy(error: Exception) -> bool:
    return (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _is_damaged(error: Exception) -> bool:
    code = getattr(error, "sqlite_errorcode", 0) or 0
    other_tables = isinstance(error, sqlite3.OperationalError) and code & 0xFF == sqlite3.SQLITE_ERROR
    return isinstance(error, UnicodeDecodeError) or other_tables or code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def open_ledger(state: Path) -> Ledger:
    """The ledger in a state folder."""
    return Ledger(state / "visitors.sqlite3")
