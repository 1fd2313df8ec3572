"""How often one visitor may ask: a bucket of questions that refills, kept in memory."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

_MOST_VISITORS = 10_000
_OURSELVES = {"127.0.0.1", "::1"}


class Limit:
    """``per_minute`` questions, as many of them at once; many people may share one address, so be generous.

    This machine itself (a monitor, a proxy that does not say whom it speaks for) is never limited, and 0 limits nobody.
    """

    def __init__(self, per_minute: float = 120.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._burst = per_minute
        self._rate = per_minute / 60.0
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # visitor -> questions left, seconds
        self._lock = threading.Lock()

    def allows(self, visitor: str) -> bool:
        """Take one question of a visitor's; False when none is left."""
        if not self._rate or visitor in _OURSELVES:
            return True
        with self._lock:
            now = self._clock()
            left, then = self._left.pop(visitor, (self._burst, now))
            left = min(self._burst, left + (now - then) * self._rate)
            self._left[visitor] = (left - 1 if left >= 1 else left, now)
            if len(self._left) > _MOST_VISITORS:
                self._left.popitem(last=False)
            return left >= 1
