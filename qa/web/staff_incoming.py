"""Files that were read and wait for somebody to confirm what they are: kept in the state folder for an hour."""

import json
import re
import secrets
import time
from dataclasses import asdict
from datetime import date
from pathlib import Path

from corpus.causes import cause
from corpus.durable import put
from corpus.errors import LibraryError
from corpus.extract import Extracted
from qa.web import texts_tools

_KEPT = 3600  # seconds
_MOST = 20  # files at once; the oldest goes
_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,40}")


class Incoming:
    """What waits, under names that nobody can guess; any server process finds it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, name: str, read: Extracted) -> str:
        """Keep a file that was read; the token that leads back to it.

        Raises:
            LibraryError: it cannot be written.
        """
        token = secrets.token_urlsafe(18)
        body = {"name": name[:200], **asdict(read), "published": read.published.isoformat() if read.published else None}
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._sweep()
            put(self._folder / f"{token}.json", json.dumps(body, ensure_ascii=False).encode())
        except OSError as error:
            raise LibraryError(texts_tools.DEEDS_UNWRITTEN.format(path=self._folder, why=cause(error))) from error
        return token

    def find(self, token: str) -> tuple[str, Extracted] | None:
        """What a file is called and what it says; None when it waits no more."""
        if not _TOKEN.fullmatch(token):
            return None
        try:
            body = json.loads((self._folder / f"{token}.json").read_bytes())
            day = date.fromisoformat(body["published"]) if body["published"] else None
            name = body.pop("name")
            return name, Extracted(**body | {"published": day, "notes": tuple(body["notes"])})
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def forget(self, token: str) -> None:
        """Let go of a file."""
        if _TOKEN.fullmatch(token):
            (self._folder / f"{token}.json").unlink(missing_ok=True)

    def _sweep(self) -> None:
        files = sorted(self._folder.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
        for place, path in enumerate(files):
            if place >= _MOST - 1 or time.time() - path.stat().st_mtime > _KEPT:
                path.unlink(missing_ok=True)
