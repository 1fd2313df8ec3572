"""Who may use the staff desk: one password, a session in a cookie, a token in every form, and a lock against guessing.

Sessions and wrong passwords are kept in the ledger, which all server processes share. What the browser holds is a random name
for a session; of it the ledger keeps a hash only. Another password ends them all.
"""

import hashlib
import hmac
import secrets
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import Request, Response

from qa.web.ledger import Ledger

COOKIE = "youju_staff"
LONGEST_NAME = 20  # characters of the name that staff sign with
_IDLE = 2 * 3600  # seconds without a request after which a session ends
_LONGEST = 12 * 3600  # seconds after which it ends in any case
_SEEN_AGAIN = 60  # seconds after which it is written down that somebody is there still
_MOST = 200  # sessions at once; the oldest goes
_TRIES = 5  # wrong passwords from one address
_TRIES_OF_ALL = 200  # wrong passwords from everywhere
_LOCK = 15 * 60  # seconds: tries are counted, and the lock holds, for so long


@dataclass(frozen=True, slots=True)
class Session:
    """One person at the desk."""

    name: str  # as they signed
    csrf: str  # every form that changes something carries it


class Sessions:
    """The sessions that are open."""

    def __init__(self, ledger: Ledger, password: str, clock: Callable[[], float] = time.time) -> None:
        self._ledger = ledger
        self._password = password
        self._clock = clock

    def begin(self, name: str) -> str:
        """A new session; the token goes into the cookie and is kept nowhere else."""
        token, now = secrets.token_urlsafe(32), self._clock()
        row = (_hash(token), _keyed(token, self._password), name.encode("utf-8", "replace").decode(), now, now)

        def add(base: sqlite3.Connection) -> None:
            base.execute("INSERT INTO session VALUES (?, ?, ?, ?, ?)", row)
            base.execute("DELETE FROM session WHERE token NOT IN (SELECT token FROM session ORDER BY begun DESC LIMIT ?)", (_MOST,))

        self._ledger.do(add)
        return token

    def find(self, token: str) -> Session | None:
        """The session of a token, if it is open still."""
        return self._ledger.do(lambda base: self._found(base, token)) if token else None

    def _found(self, base: sqlite3.Connection, token: str) -> Session | None:
        now, key = self._clock(), (_hash(token),)
        row = base.execute("SELECT mark, name, begun, seen FROM session WHERE token = ?", key).fetchone()
        if row is None:
            return None
        mark, name, begun, seen = row
        same = hmac.compare_digest(mark, _keyed(token, self._password))
        if not same or not 0 <= now - begun <= _LONGEST or not 0 <= now - seen <= _IDLE:  # below 0: the clock has been set back
            base.execute("DELETE FROM session WHERE token = ?", key)
            return None
        if now - seen > _SEEN_AGAIN:
            base.execute("UPDATE session SET seen = ? WHERE token = ?", (now, *key))
        return Session(name, _keyed(token, "csrf"))

    def end(self, token: str) -> None:
        """Close a session."""
        self._ledger.do(lambda base: base.execute("DELETE FROM session WHERE token = ?", (_hash(token),)))


class Guessing:
    """Counts passwords that are tried, and says when no more are looked at."""

    def __init__(self, ledger: Ledger, clock: Callable[[], float] = time.time) -> None:
        self._ledger = ledger
        self._clock = clock

    def may_try(self, visitor: str) -> bool:
        """Count a try, before the password is looked at, so that tries at once count too; False when one has to wait."""
        return self._ledger.do(lambda base: self._count(base, visitor))

    def _count(self, base: sqlite3.Connection, visitor: str) -> bool:
        now = self._clock()
        base.execute("DELETE FROM tried WHERE at NOT BETWEEN ? AND ?", (now - _LOCK, now + _LOCK))
        mine, everybody = base.execute("SELECT COUNT(*) FILTER (WHERE visitor = ?), COUNT(*) FROM tried", (visitor,)).fetchone()
        if mine >= _TRIES or everybody >= _TRIES_OF_ALL:
            return False
        base.execute("INSERT INTO tried VALUES (?, ?)", (visitor, now))
        return True

    def right(self, visitor: str) -> None:
        """Forget the tries of a visitor who knew the password."""
        self._ledger.do(lambda base: base.execute("DELETE FROM tried WHERE visitor = ?", (visitor,)))

    @property
    def minutes(self) -> int:
        """How long the lock holds."""
        return _LOCK // 60


def same_password(typed: str, password: str) -> bool:
    """Whether two passwords are the same, in a time that tells nothing of either."""
    return hmac.compare_digest(_digest(typed), _digest(password))


def same_token(sent: str, session: Session) -> bool:
    """Whether a form carries its session's token."""
    return hmac.compare_digest(_digest(sent), _digest(session.csrf))


def same_origin(request: Request) -> bool:
    """Whether a form was sent from our own pages, as far as the browser says."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host", "")


def set_cookie(response: Response, request: Request, token: str, base: str) -> None:
    """Give the browser its session; for this session only, for the desk only, for no script."""
    secure = request.url.scheme == "https"
    response.set_cookie(COOKIE, token, path=f"{base}/staff", httponly=True, samesite="strict", secure=secure)


def drop_cookie(response: Response, base: str) -> None:
    """Take the session from the browser."""
    response.delete_cookie(COOKIE, path=f"{base}/staff", httponly=True, samesite="strict")


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _keyed(token: str, text: str) -> str:
    """What only one who holds the token can work out from the text."""
    return hmac.new(token.encode("utf-8", "replace"), text.encode("utf-8", "replace"), "sha256").hexdigest()


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()
