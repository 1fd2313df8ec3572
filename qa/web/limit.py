"""How much one visitor may ask for: a budget of each kind that refills, shared by all server processes.

``limits`` and ``slowapi`` do the same with Redis or, for one process only, in memory; a statement of SQL over the ledger is less.
"""

import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request

from qa.settings import Settings
from qa.web.ledger import Ledger
from qa.web.visitor import visitor_of

_MINUTE = 60.0  # seconds
_SWEEP = 1000  # requests after which full budgets are forgotten
# full_at: when the budget will be full again. One further than a minute off is of a clock that has been set back since.
_TAKE = """INSERT INTO budget VALUES (:kind, :visitor, :now + :cost) ON CONFLICT DO UPDATE
  SET full_at = CASE WHEN full_at > :now + :minute THEN :now ELSE max(full_at, :now) END + :cost
  WHERE max(full_at, :now) + :cost <= :now + :minute OR full_at > :now + :minute"""


class Limit:
    """``per_minute`` requests, as many of them at once; many people may share one address, so be generous. 0 limits nobody."""

    def __init__(self, ledger: Ledger, kind: str, per_minute: int, clock: Callable[[], float] = time.time) -> None:
        self._ledger = ledger
        self._kind = kind
        self._cost = _MINUTE / per_minute if per_minute else 0.0  # seconds of refilling that a request takes
        self._clock = clock
        self._asked = 0

    def allows(self, visitor: str, weight: int = 1) -> bool:
        """Take one request of a visitor's, or one that costs as much as several; False when not so many are left."""
        cost = min(self._cost * weight, _MINUTE)
        return not cost or self._ledger.do(lambda base: self._take(base, visitor, cost))

    def _take(self, base: sqlite3.Connection, visitor: str, cost: float) -> bool:
        now = self._clock()
        self._asked += 1
        if self._asked % _SWEEP == 0:
            base.execute("DELETE FROM budget WHERE full_at < ?", (now,))
        values = {"kind": self._kind, "visitor": visitor, "now": now, "cost": cost, "minute": _MINUTE + 1e-6}
        return base.execute(_TAKE, values).rowcount > 0


@dataclass(frozen=True, slots=True)
class Limits:
    """The budgets, one of each kind for every visitor."""

    ask: Limit
    check: Limit
    read: Limit
    feedback: Limit
    login: Limit

    @classmethod
    def of(cls, settings: Settings, ledger: Ledger) -> "Limits":
        """The budgets that the settings give."""
        return cls(
            Limit(ledger, "ask", settings.ask_rate),
            Limit(ledger, "check", settings.check_rate),
            Limit(ledger, "read", settings.read_rate),
            Limit(ledger, "feedback", settings.feedback_rate),
            Limit(ledger, "login", settings.login_rate),
        )


def paced(limit: Limit) -> Callable[[Request], None]:
    """What a route depends on that costs as much as a question."""

    def allowed(request: Request) -> None:
        if not limit.allows(visitor_of(request)):
            raise HTTPException(429, headers={"Retry-After": "10"})

    return allowed
