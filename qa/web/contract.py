"""What the web pages ask of the service behind them."""

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

from corpus.former import Former
from corpus.report import Report
from qa.check import CheckedFigure
from qa.records import Answer


class Service(Protocol):
    """One object that page, REST and command line share; safe to use from many threads."""

    @property
    def ready(self) -> bool:
        """Whether ``ask`` answers now; before that it waits until it can."""

    def ask(self, question: str, *, history: Sequence[str] = (), reports: Sequence[str] = (), k: int = 3) -> Answer:
        """Answer one question; ``history`` holds the earlier ones, oldest first."""

    def reports(self) -> list[Report]:
        """Every report."""

    def home(self) -> Report:
        """The newest report of the visitors' own publisher."""

    def report(self, report_id: str) -> Report:
        """One report; raises ReportError when there is none of that name."""

    def examples(self) -> list[tuple[str, str]]:
        """Topics and questions to offer, each answerable."""


class Written(Protocol):
    """A record that knows its JSON."""

    def to_json(self) -> dict[str, Any]:
        """The contract's dict."""


@runtime_checkable
class Figuring(Protocol):
    """A service that keeps the register of figures."""

    def figures(self, report_id: str | None = None) -> Sequence[Written]:
        """The figures of one report, or of all, in order."""


@runtime_checkable
class Checking(Protocol):
    """A service that checks drafts."""

    def check(self, text: str) -> Sequence[CheckedFigure]:
        """A verdict for every figure of a draft."""


@runtime_checkable
class Remembering(Protocol):
    """A service that remembers what its reports said before."""

    def former(self, report_id: str) -> Sequence[Former]:
        """Sentences of earlier versions of a report."""


@runtime_checkable
class Listening(Protocol):
    """A service that keeps what visitors say of an answer."""

    def feedback(self, question: str, sentence_id: str, vote: str, reason: str = "") -> None:
        """Keep one vote, "up" or "down"."""


@runtime_checkable
class Probing(Protocol):
    """A service that can be tried."""

    def probe(self) -> None:
        """Answer a question that nobody asked and nobody keeps; raises what goes wrong."""
