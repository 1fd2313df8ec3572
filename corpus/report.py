"""Records of one report. Frozen; every offset counts characters of ``Report.text``, end exclusive."""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal

Role = Literal["title", "heading", "item", "text", "footer"]


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a report beside its text (``about.toml``)."""

    report_id: str  # "yanji-2021": folder name, used in links; letters, digits, - and _
    title: str
    year: int | None = None  # the year it reports on
    published: date | None = None
    publisher: str = ""
    source_url: str = ""
    sha256: str = ""  # of report.txt as stored
    tables: int = 0  # of the file it was read from, whose rows stand in the text as sentences
    also_called: tuple[str, ...] = ()  # what people call the publisher, beside what its name says


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and all that stands under it."""

    level: int  # 1 part (一、…), 2 subsection ((一)…), 3 item (一是…)
    heading: str  # verbatim: text[heading_start:heading_end]
    heading_start: int
    heading_end: int
    start: int  # == heading_start
    end: int  # one past the last character under this heading


@dataclass(frozen=True, slots=True)
class Sentence:
    """The smallest thing we cite, exactly as printed: text == report.text[start:end]."""

    sentence_id: str  # "s3f9c2a1b": from its own text and occurrence number, stable under edits elsewhere
    report_id: str
    text: str
    start: int
    end: int
    role: Role
    section: tuple[str, ...]  # headings of part and subsection, verbatim, outermost first
    item: str  # heading of the item (一是…。) it stands in, "" if none
    passage: int  # position in Report.passages


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph, or one item (一是…) of it: what a sentence is read in."""

    passage_id: str  # "yanji-2021-p012"
    report_id: str
    text: str
    start: int
    end: int
    section: tuple[str, ...]


@dataclass(frozen=True)
class Report:
    """One report: its text as stored, and where everything stands in it."""

    about: About
    text: str
    sections: tuple[Section, ...] = field(repr=False)  # in order of start
    sentences: tuple[Sentence, ...] = field(repr=False)  # in order; the gaps hold only white space
    passages: tuple[Passage, ...] = field(repr=False)  # in order

    @property
    def report_id(self) -> str:
        """The folder name, used in links."""
        return self.about.report_id

    @cached_property
    def by_id(self) -> dict[str, Sentence]:
        """Sentences by ``sentence_id``."""
        return {sentence.sentence_id: sentence for sentence in self.sentences}

    @cached_property
    def position(self) -> dict[str, int]:
        """Position in ``sentences`` by ``sentence_id``."""
        return {sentence.sentence_id: number for number, sentence in enumerate(self.sentences)}

    @cached_property
    def _starts(self) -> list[int]:
        return [sentence.start for sentence in self.sentences]

    def sentence_at(self, offset: int) -> Sentence | None:
        """The sentence whose span holds this offset; None between sentences."""
        place = bisect_right(self._starts, offset) - 1
        if place < 0 or offset >= self.sentences[place].end:
            return None
        return self.sentences[place]

    def sentences_of(self, quote: str) -> list[Sentence]:
        """The sentences that a verbatim quote touches at its first occurrence, in order; [] if it does not occur."""
        start = self.text.find(quote) if quote else -1
        if start < 0:
            return []
        end = start + len(quote)
        return [s for s in self.sentences if s.start < end and start < s.end]
