"""A report made ready to check drafts against: its figures, the words around them, and which are parts of which."""

from dataclasses import dataclass
from functools import cached_property

from corpus.figures import Figure, register
from corpus.report import Report
from qa.derive import Pair, pairs, runs
from qa.likeness import Likeness
from qa.publishers import Publisher, publisher_key, publisher_of
from qa.when import Times, When


@dataclass(frozen=True)
class Known:
    """A report made ready to check drafts against; build it once and keep it."""

    report: Report
    figures: tuple[Figure, ...]
    wording: Likeness
    pairs: tuple[Pair, ...]
    runs: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, report: Report, figures: tuple[Figure, ...] | None = None) -> "Known":
        """Read the words around a report's figures; its register too, where it is not given."""
        figures = register(report) if figures is None else figures
        return cls(report, figures, Likeness(report, figures), pairs(report, figures), runs(figures))

    @cached_property
    def publisher(self) -> Publisher:
        """Whose report it is."""
        about = self.report.about
        return publisher_of(publisher_key(about), [about])

    @cached_property
    def whens(self) -> tuple[When, ...]:
        """What each figure is said of."""
        times = Times(self.report)
        return tuple(times.when(figure) for figure in self.figures)
