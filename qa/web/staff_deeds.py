"""Who did what at the desk, and when: one JSON object a line, added to and never changed."""

import json
import threading
from collections import deque
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

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
        line = json.dumps(asdict(deed), ensure_ascii=False) + "\n"
        try:
            with self._lock:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                with self._path.open("a", encoding="utf-8", errors="replace") as file:
                    file.write(line)
        except OSError as error:
            raise YoujuError(texts_tools.DEEDS_UNWRITTEN.format(path=self._path, why=error.strerror)) from error

    def last(self) -> list[Deed]:
        """The latest deeds, latest first; lines that cannot be read are passed over."""
        try:
            with self._path.open(encoding="utf-8", errors="replace") as file:
                lines = deque(file, maxlen=_LAST)
        except OSError:
            return []
        return [deed for line in reversed(lines) if (deed := _deed(line)) is not None]


def _deed(line: str) -> Deed | None:
    try:
        return Deed(**json.loads(line))
    except (ValueError, TypeError):
        return None
