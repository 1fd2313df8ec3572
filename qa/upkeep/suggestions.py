"""Unanswered questions of the log -> the sentences they come near to: for which the bank wants people's words."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from qa.log import Group
from qa.records import Answer, Citation


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Questions that wish for one thing and have no answer, and the nearest sentences, which may answer it or not."""

    count: int  # how often asked, in all wordings
    wordings: tuple[str, ...]  # most asked first
    nearest: tuple[Citation, ...]  # best first, at least one

    def to_json(self) -> dict[str, Any]:
        """One line of ``bank suggest --json``."""
        return {"count": self.count, "questions": list(self.wordings), "near": [citation.to_json() for citation in self.nearest]}


def suggestions(groups: Sequence[Group], ask: Callable[[str], Answer], most: int) -> Iterator[Suggestion]:
    """What staff may decide on, most asked first.

    Args:
        groups: unanswered questions of the log, alike ones together, most asked first.
        ask: answers a question as the reports and the bank stand now; what has an answer meanwhile is passed over.
        most: suggestions wanted.
    """
    found = 0
    for group in groups:
        if found >= most:
            return
        wordings = tuple(wording for wording, _ in group.wordings)
        answer = ask(wordings[0])
        if answer.reason == "near_only":
            found += 1
            yield Suggestion(group.count, wordings, answer.near)
