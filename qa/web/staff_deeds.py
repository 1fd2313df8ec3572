"""Who did what at the desk, and when: one JSON object a line, added to and never changed."""

import errno
import json
import os
import threading
from collections import deque
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from corpus.causes import cause
from corpus.errors import YoujuError
from qa.log import CHINA
from qa.web import texts_tools

_LAST = 200  # lines that are read back


Did = Literal["add", "remove", "import", "report-add", "report-replace", "report-remove", "report-restore"]


@dataclass(frozen=True, slots=True)
class Deed:
    """One change of a question bank, or of the reports."""

    at: str  # ISO 8601, seconds, +08:00
    who: str
    did: Did
    report_id: str
    question: str  # for an import: how many questions; for a report: its title
    quote: str = ""
    reason: str = ""


class Deeds:
    """The file of deeds."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def add(self, who: str, did: Did, report_id: str, question: str, quote: str = "", reason: str = "") -> None:
        """Write down a deed, now.

        Raises:
            YoujuError: it cannot be written.
        """
        deed = Deed(datetime.now(CHINA).isoformat(timespec="seconds"), who, did, report_id, question, quote, reason)
        line = (json.dumps(asdict(deed), ensure_ascii=False) + "\n").encode("utf-8", "replace")
        try:
            with self._lock:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                _append(self._path, line)
        except OSError as error:
            raise YoujuError(texts_tools.DEEDS_UNWRITTEN.format(path=self._path, why=cause(error))) from error

    def last(self) -> list[Deed]:
        """The latest deeds, latest first; lines that cannot be read are passed over."""
        try:
            with self._path.open(encoding="utf-8", errors="replace") as file:
                lines = deque(file, maxlen=_LAST)
        except OSError:
            return []
        return [deed for line in reversed(lines) if (deed := _deed(line)) is not None]


def _append(path: Path, line: bytes) -> None:
    """Add a whole line, on the disk before we return, or nothing: half a line would spoil the next one."""
    with path.open("a+b", buffering=0) as file:
        end = file.seek(0, os.SEEK_END)
        file.seek(max(0, end - 1))
        line = line if file.read(1) in (b"", b"\n") else b"\n" + line
        try:
            if file.write(line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(file.fileno())
        except OSError:
            os.ftruncate(file.fileno(), end)
            raise


def _deed(line: str) -> Deed | None:
    try:
        return Deed(**json.loads(line))
    except (ValueError, TypeError):
        return None
