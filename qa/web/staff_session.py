"""Who may use the staff desk: one password, a session in a cookie, a token in every form, and a lock against guessing.

Sessions live in memory: a restart ends them all, and so does leaving. What the browser holds is a random name for one.
"""

import hashlib
import hmac
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import Request, Response

COOKIE = "youju_staff"
LONGEST_NAME = 20  # characters of the name that staff sign with
_IDLE = 2 * 3600  # seconds without a request after which a session ends
_LONGEST = 12 * 3600  # seconds after which it ends in any case
_MOST = 200  # sessions at once; the oldest goes
_TRIES = 5  # wrong passwords from one address
_TRIES_OF_ALL = 200  # wrong passwords from everywhere
_LOCK = 15 * 60  # seconds: tries are counted, and the lock holds, for so long
_ADDRESSES = 10_000  # that are remembered


@dataclass(frozen=True, slots=True)
class Session:
    """One person at the desk."""

    name: str  # as they signed
    csrf: str  # every form that changes something carries it


class Sessions:
    """The sessions that are open."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._open: OrderedDict[str, tuple[Session, float, float]] = OrderedDict()  # hash of the token -> session, begun, last seen

    def begin(self, name: str) -> str:
        """A new session; the token goes into the cookie and is kept nowhere else."""
        token, now = secrets.token_urlsafe(32), self._clock()
        with self._lock:
            self._open[_hash(token)] = (Session(name, secrets.token_urlsafe(32)), now, now)
            while len(self._open) > _MOST:
                self._open.popitem(last=False)
        return token

    def find(self, token: str) -> Session | None:
        """The session of a token, if it is open still."""
        with self._lock:
            known = self._open.get(_hash(token))
            if known is None:
                return None
            session, begun, seen = known
            now = self._clock()
            if now - seen > _IDLE or now - begun > _LONGEST:
                del self._open[_hash(token)]
                return None
            self._open[_hash(token)] = (session, begun, now)
            return session

    def end(self, token: str) -> None:
        """Close a session."""
        with self._lock:
            self._open.pop(_hash(token), None)


class Guessing:
    """Counts wrong passwords, and says when no more are looked at."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._wrong: OrderedDict[str, list[float]] = OrderedDict()  # address -> when
        self._all: list[float] = []

    def locked(self, address: str) -> bool:
        """Whether an address, or everybody, has to wait."""
        with self._lock:
            oldest = self._clock() - _LOCK
            self._all = [when for when in self._all if when > oldest]
            mine = [when for when in self._wrong.get(address, []) if when > oldest]
            return len(mine) >= _TRIES or len(self._all) >= _TRIES_OF_ALL

    def wrong(self, address: str) -> None:
        """Count one wrong password."""
        with self._lock:
            now = self._clock()
            mine = [when for when in self._wrong.pop(address, []) if when > now - _LOCK]
            self._wrong[address] = [*mine, now]
            self._all.append(now)
            while len(self._wrong) > _ADDRESSES:
                self._wrong.popitem(last=False)

    def right(self, address: str) -> None:
        """Forget the wrong passwords of an address."""
        with self._lock:
            self._wrong.pop(address, None)

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


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()
