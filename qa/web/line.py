"""Questions wait their turn, first come first served, and no more of them than a visitor has patience for.

A few at once share the model's batches; many at once only take the processor from one another. Who finds the line full, or has
waited a while, is told the place and comes again with a ticket; the ticket keeps the place, whichever process it is shown to.
"""

import asyncio
import hmac
import math
import os
import time
from bisect import bisect_left, insort
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TypeVar

from starlette.concurrency import run_in_threadpool

T = TypeVar("T")

AT_ONCE = 16  # questions that one process answers at a time: as many as the model computes together; 8 gave a tenth less
CHECKED_AT_ONCE = 2  # drafts
_PATIENCE = 4.0  # seconds of waiting before the place is told
_VALID = 300.0  # seconds that a ticket holds a place
_LONGEST = 30  # seconds, the most that anybody is told to wait before coming again
_SMOOTHING = 0.05  # weight of the last question in the mean time of one


class Busy(Exception):
    """Not now: come again in some seconds, with the ticket."""

    def __init__(self, ahead: int, seconds: int, ticket: str) -> None:
        """``ahead`` questions at least are answered before this one."""
        super().__init__(f"{ahead} ahead")
        self.ahead = ahead
        self.seconds = seconds
        self.ticket = ticket


@dataclass(frozen=True, slots=True)
class Lines:
    """One of each kind; drafts take longer than questions and must not stand in their way, nor visitors' drafts in that of the staff."""

    ask: "Line"
    check: "Line"
    desk: "Line"  # files that staff send

    @classmethod
    def of(cls, most: int, told: Callable[[int], None]) -> "Lines":
        """Lines in which so many may wait each; hears how many questions are waiting."""
        return cls(Line(most, told), Line(most, at_once=CHECKED_AT_ONCE), Line(most, at_once=1))


@dataclass(order=True)
class _Waiter:
    since: float  # when it first came, by the clock
    turn: "asyncio.Future[None]" = field(compare=False)


class Line:
    """The questions of one process. For one event loop; the work itself is done in threads."""

    def __init__(
        self,
        most: int,
        told: Callable[[int], None] = lambda _: None,
        *,
        at_once: int = AT_ONCE,
        patience: float = _PATIENCE,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """An empty line.

        Args:
            most: questions that may wait.
            told: hears how many are waiting, whenever that changes.
            at_once: questions that are worked on at a time.
            patience: seconds that a question waits before it is told its place.
            clock: the time, in seconds; the same for all processes.
        """
        self._most = most
        self._told = told
        self._free = at_once
        self._at_once = at_once
        self._patience = patience
        self._clock = clock
        self._waiting: list[_Waiter] = []  # by when they first came
        self._secret = os.urandom(16)  # forked processes share it
        self._mean = 0.05  # seconds that a question takes

    async def run(self, work: Callable[[], T], ticket: str = "") -> T:
        """Do some work in a thread, when its turn has come.

        Args:
            work: what to do.
            ticket: what ``Busy`` gave before; anything else is a newcomer's.

        Raises:
            Busy: too many are waiting, or the turn has not come for a while.
        """
        await self._turn(self._since(ticket))
        started = time.perf_counter()
        try:
            return await run_in_threadpool(work)
        finally:
            self._mean += _SMOOTHING * (time.perf_counter() - started - self._mean)
            self._next()

    async def _turn(self, since: float) -> None:
        if self._free:
            self._free -= 1
            return
        mine = _Waiter(since, asyncio.get_running_loop().create_future())
        self._join(mine)
        try:
            async with asyncio.timeout(self._patience):
                await mine.turn
        except BaseException as error:
            if mine.turn.done() and not mine.turn.cancelled() and mine.turn.exception() is None:
                self._next()  # it came at the very moment when we left
            busy = self._busy(mine) if isinstance(error, TimeoutError) else None
            self._leave(mine)
            if busy is not None:
                raise busy from error
            raise

    def _join(self, mine: _Waiter) -> None:
        """Take a place; who came last has to go when there are too many."""
        insort(self._waiting, mine)
        self._told(len(self._waiting))
        if len(self._waiting) > self._most:
            last = self._waiting[-1]
            busy = self._busy(last)
            self._leave(last)
            if last is mine:
                raise busy
            last.turn.set_exception(busy)

    def _leave(self, one: _Waiter) -> None:
        self._waiting = [other for other in self._waiting if other is not one]
        self._told(len(self._waiting))

    def _next(self) -> None:
        """A place is free: whose turn is it?"""
        while self._waiting:
            first = self._waiting[0]
            self._leave(first)
            if not first.turn.done():
                first.turn.set_result(None)
                return
        self._free += 1

    def _busy(self, one: _Waiter) -> Busy:
        ahead = bisect_left(self._waiting, one) + self._at_once - self._free
        seconds = math.ceil(ahead * self._mean / self._at_once)
        return Busy(ahead, min(max(seconds, 1), _LONGEST), self._ticket(one.since))

    def _ticket(self, since: float) -> str:
        written = f"{since:.3f}"
        return f"{written}.{self._seal(written)}"

    def _since(self, ticket: str) -> float:
        """When the bearer of a ticket first came; now, where it is none of ours or too old."""
        now = self._clock()
        written, _, seal = ticket.rpartition(".")
        if not ticket.isascii() or not hmac.compare_digest(seal, self._seal(written)):
            return now
        return float(written) if now - _VALID <= float(written) <= now else now

    def _seal(self, written: str) -> str:
        return hmac.new(self._secret, written.encode(), sha256).hexdigest()[:16]
