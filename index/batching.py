"""Questions that wait at the same time are embedded together, and the last ones are remembered."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

from index.base import Vectors

MOST_TOGETHER = 16  # texts of one batch; more would make the first of them wait for the last
_MOST_KEPT = 4096  # vectors


class Together:
    """Computes what several threads ask for, in shared batches.

    One who asks while a place is free computes at once, together with everything that waits: nobody waits for company.
    """

    def __init__(self, encode: Callable[[Sequence[str]], Vectors], places: int) -> None:
        """``places`` batches at most are computed at once."""
        self._encode = encode
        self._places = threading.Semaphore(places)
        self._lock = threading.Lock()
        self._waiting: list[_Asked] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of a few texts, (n, dim); an error of the model comes to all whose texts were with it."""
        asked = _Asked(texts)
        with self._lock:
            self._waiting.append(asked)
        with self._places:
            if not asked.done.is_set():
                self._compute(self._next())
        asked.done.wait()  # another may still compute ours
        if asked.error is not None:
            raise asked.error
        return asked.vectors

    def _next(self) -> "list[_Asked]":
        """Those that waited longest, as many as make a batch."""
        with self._lock:
            count, texts = 0, 0
            while count < len(self._waiting) and (not count or texts + len(self._waiting[count].texts) <= MOST_TOGETHER):
                texts += len(self._waiting[count].texts)
                count += 1
            batch, self._waiting = self._waiting[:count], self._waiting[count:]
            return batch

    def _compute(self, batch: "list[_Asked]") -> None:
        try:
            if batch:
                vectors = self._encode([text for asked in batch for text in asked.texts])
                first = 0
                for asked in batch:
                    asked.vectors = vectors[first : first + len(asked.texts)]
                    first += len(asked.texts)
        except BaseException as error:
            for asked in batch:
                asked.error = error
            if not isinstance(error, Exception):
                raise
        finally:
            for asked in batch:
                asked.done.set()


class _Asked:
    """Some texts and, once they are done, their vectors."""

    vectors: Vectors

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        self.error: BaseException | None = None
        self.done = threading.Event()


class Kept:
    """The vectors of the texts last asked for; a text has one vector, so what is kept changes no answer."""

    def __init__(self, most: int = _MOST_KEPT) -> None:
        self._most = most
        self._vectors: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, texts: Sequence[str]) -> dict[str, Vectors]:
        """Those that are known, each of shape (dim,)."""
        with self._lock:
            found = {text: self._vectors[text] for text in texts if text in self._vectors}
            for text in found:
                self._vectors.move_to_end(text)
            return found

    def keep(self, texts: Sequence[str], vectors: Vectors) -> dict[str, Vectors]:
        """Remember vectors, and forget those that were asked for longest ago."""
        new = dict(zip(texts, vectors.copy(), strict=True))  # a row alone would keep its whole batch in memory
        with self._lock:
            self._vectors.update(new)
            while len(self._vectors) > self._most:
                self._vectors.popitem(last=False)
        return new
