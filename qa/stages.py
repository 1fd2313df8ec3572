"""Where the time of a question goes: seconds by stage, of what is measured around it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal

Stage = Literal["normalise", "embed", "search", "rank", "build"]
STAGES: tuple[Stage, ...] = (
    "normalise",  # what is typed becomes a query: script, typos, numbers, and where to look
    "embed",  # queries become vectors; waiting for others' batches is part of it
    "search",  # every source proposes sentences
    "rank",  # they are put in order, and the first is judged
    "build",  # the rest: citations, marks, related questions
)
Spent = dict[Stage, float]

_spent: ContextVar[Spent | None] = ContextVar("spent", default=None)


@contextmanager
def measured() -> Iterator[Spent]:
    """Measure what happens within: seconds by stage, complete once it is left.

    >>> with measured() as spent:
    ...     with stage("embed"):
    ...         time.sleep(0.01)
    >>> sorted(spent), spent["embed"] >= 0.01, spent["rank"]
    (['build', 'embed', 'normalise', 'rank', 'search'], True, 0.0)
    """
    spent: Spent = dict.fromkeys(STAGES, 0.0)
    token = _spent.set(spent)
    started = time.perf_counter()
    try:
        yield spent
    finally:
        _spent.reset(token)
        spent["build"] = max(0.0, time.perf_counter() - started - sum(spent.values()))


@contextmanager
def stage(name: Stage) -> Iterator[None]:
    """A part of what is measured; parts do not stand within each other. Nothing happens where nobody measures."""
    spent = _spent.get()
    if spent is None:
        yield
        return
    started = time.perf_counter()
    try:
        yield
    finally:
        spent[name] += time.perf_counter() - started
