"""More connections than a process has room for: the newest is let in, and those go that are missed least.

uvicorn's own limit refuses whoever comes once it is reached, so connections that say nothing would shut the door on everybody.
"""

import heapq
from collections import Counter
from collections.abc import Iterable
from typing import Any, Protocol, TypeVar

from qa.web import texts

LASTING = 30.0  # seconds after which a request counts as a stream, which a page opens again if it needs it
_AT_ONCE = 50  # one in so many goes at once: looking at all takes as long as letting dozens in

_BUSY = texts.PROBLEMS[503].encode()
_BUSY_HEADERS = [
    (b"content-type", b"text/plain; charset=utf-8"),
    (b"content-length", str(len(_BUSY)).encode()),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"retry-after", b"10"),
    (b"connection", b"close"),
]


class Connection(Protocol):
    """What is looked at."""

    peer: str  # who it is, as far as can be told
    since: float  # seconds, by the clock of the event loop: when it fell idle, or its request began

    @property
    def idle(self) -> bool:
        """Whether it asks for nothing at the moment."""


C = TypeVar("C", bound=Connection)


def to_drop(connections: Iterable[C], most: int, now: float) -> list[C]:
    """Those that make room: idle ones first, then streams; of either first the oldest of whoever has most of them.

    Nobody is dropped whose request is being answered, so there may be none.
    """
    all_of_them = list(connections)
    count = max(1, most // _AT_ONCE)
    idle = [one for one in all_of_them if one.idle]
    lasting = [one for one in all_of_them if not one.idle and now - one.since > LASTING]
    candidates = idle or lasting
    of_peer = Counter(one.peer for one in candidates)
    return heapq.nsmallest(count, candidates, key=lambda one: (-of_peer[one.peer], one.since))


async def no_room(scope: Any, receive: Any, send: Any) -> None:
    """Says to come again."""
    await send({"type": "http.response.start", "status": 503, "headers": _BUSY_HEADERS})
    await send({"type": "http.response.body", "body": _BUSY})
