"""What the product says: answers and their citations. Plain records; ``to_json`` gives the contract's dicts."""

from dataclasses import dataclass
from typing import Any, Literal

Reason = Literal["not_in_report", "near_only", "not_a_question", "false_premise", "too_vague", "empty", "too_long"]
Kind = Literal["figure", "number", "keyword", "list", "multi", "everyday"]


@dataclass(frozen=True, slots=True)
class Citation:
    """One sentence of a report, quoted to the character: sentence == report.text[start:end]."""

    report_id: str
    title: str
    sentence_id: str
    section: tuple[str, ...]  # verbatim headings, outermost first
    sentence: str
    start: int
    end: int
    highlights: tuple[tuple[int, int], ...]  # offsets into the report, sorted, not overlapping
    score: float  # probability that this sentence answers, 0 to 1
    passage: str  # the paragraph or item it stands in, verbatim
    link: str  # "/report/<report_id>#<sentence_id>"
    year: int | None = None
    published: str = ""  # ISO date, "" if unknown
    items: tuple[tuple[int, int], ...] = ()  # slices of a cited enumeration, one per item; () when no list was asked for

    def to_json(self) -> dict[str, Any]:
        """The contract's citation."""
        return {
            "report_id": self.report_id,
            "title": self.title,
            "sentence_id": self.sentence_id,
            "section": list(self.section),
            "sentence": self.sentence,
            "start": self.start,
            "end": self.end,
            "highlights": [list(span) for span in self.highlights],
            "score": round(self.score, 4),
            "passage": self.passage,
            "link": self.link,
            "year": self.year,
            "published": self.published,
            "items": [list(span) for span in self.items],
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question: citations, or a reason why there are none."""

    question: str  # as typed
    answered: bool
    confidence: float  # probability that the first citation answers, 0 to 1
    kind: Kind
    citations: tuple[Citation, ...] = ()  # best first; () exactly when not answered
    message: str = ""  # plain Chinese; set when not answered, and where what is cited needs a word of ours
    reason: Reason | None = None  # set when not answered
    missing: str = ""  # kind of thing asked for that the report does not give: 电话、地址、…; "" if unknown
    near: tuple[Citation, ...] = ()  # not answered: the nearest sentences, best first, none of which answers
    related: tuple[str, ...] = ()  # questions one could ask next, each answerable
    understood: str = ""  # how a follow-up was completed, and which report was meant; "" when the question stood alone
    years: tuple[int, ...] = ()  # refused for its year: the years that there are reports of
    elsewhere: tuple[str, ...] = ()  # refused: ids of other reports that may say it
    occurrences: int = 0  # of a figure looked up: how many sentences hold it, cited or not; 0 when nothing was looked up
    cited_for: tuple[int, ...] = ()  # multi: for each part of the question, how many citations are its own
    parts: tuple["Answer", ...] = ()  # several questions in one message: the answer to each, in their order

    def to_json(self) -> dict[str, Any]:
        """The contract's answer."""
        body: dict[str, Any] = {
            "question": self.question,
            "answered": self.answered,
            "confidence": round(self.confidence, 4),
            "kind": self.kind,
            "message": self.message,
            "citations": [citation.to_json() for citation in self.citations],
            "related": list(self.related),
        }
        if self.understood:
            body["understood"] = self.understood
        if self.occurrences:
            body["occurrences"] = self.occurrences
        if self.parts:
            body["parts"] = [part.to_json() for part in self.parts]
        if not self.answered:
            body["reason"] = self.reason
            if self.missing:
                body["missing"] = self.missing
            if self.years:
                body["years"] = list(self.years)
            if self.elsewhere:
                body["elsewhere"] = list(self.elsewhere)
            body["near"] = [citation.to_json() | {"supports": False} for citation in self.near]
        return body
