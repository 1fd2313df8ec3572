"""What of a report is embedded: one sentence has many vectors, each a way to find it.

kind      text                                              leads to
sentence  the sentence                                      the sentence
clause    one of its clauses                                the sentence, and where in it
context   title, headings, item heading, sentence           the sentence
bank      an answerable bank question                       the sentence and the quote that answers
refuse    an unanswerable bank question                     a reason
"""

import hashlib
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from corpus.bank import BankQuestion
from corpus.report import Report, Sentence

RowKind = Literal["sentence", "clause", "context", "bank", "refuse"]
ROW_KINDS: tuple[RowKind, ...] = get_args(RowKind)
QUERY_KINDS: frozenset[RowKind] = frozenset(("bank", "refuse"))  # embedded as questions, not as passages

_CLAUSE_END = re.compile(r"[,，:：](?!\d)|(?<!\d)[,，]|[;；。！？!?]")
_SHORTEST = 4  # characters; a shorter clause says nothing alone
_URL = re.compile(r"https?://[\x21-\x7e]+")  # an address in a text draws the vector towards all sorts of questions


@dataclass(frozen=True, slots=True)
class Row:
    """One text to embed and where it leads."""

    kind: RowKind
    text: str
    sentence: int  # position in Report.sentences; -1 for kind "refuse"
    start: int  # the stretch of the report it stands for; 0, 0 for kind "refuse"
    end: int
    source: str = ""  # kind "refuse": the reason

    @property
    def key(self) -> str:
        """Names the vector: same key, same vector, so a rebuild reuses what it has."""
        prompt = "query" if self.kind in QUERY_KINDS else "passage"
        return hashlib.sha256(f"{prompt}\n{self.text}".encode()).hexdigest()[:24]


def clause_spans(text: str) -> list[tuple[int, int]]:
    """Clauses of a sentence, cut after commas and colons, never inside a number.

    >>> [("满意率91.4%,共2,905件。"[a:b]) for a, b in clause_spans("满意率91.4%,共2,905件。")]
    ['满意率91.4%,', '共2,905件。']
    """
    cuts = [0, *(match.end() for match in _CLAUSE_END.finditer(text)), len(text)]
    return [(a, b) for a, b in itertools.pairwise(cuts) if a < b]


def report_rows(report: Report, bank: Sequence[BankQuestion] = ()) -> Iterator[Row]:
    """Every row of a report, in an order that depends on its text and bank alone."""
    for number, sentence in enumerate(report.sentences):
        yield Row("sentence", _URL.sub("", sentence.text), number, sentence.start, sentence.end)
        yield from _clause_rows(number, sentence)
        yield Row("context", context_text(report, sentence), number, sentence.start, sentence.end)
    for question in bank:
        yield bank_row(report, question)


def context_text(report: Report, sentence: Sentence) -> str:
    """The sentence under its title and headings, as it is embedded; never shown."""
    return " ".join(filter(None, (report.about.title, *sentence.section, sentence.item, _URL.sub("", sentence.text))))


def _clause_rows(number: int, sentence: Sentence) -> Iterator[Row]:
    spans = clause_spans(sentence.text)
    if len(spans) < 2 or _URL.search(sentence.text):
        return
    for start, end in spans:
        if _SHORTEST <= end - start < len(sentence.text):
            yield Row("clause", sentence.text[start:end], number, sentence.start + start, sentence.start + end)


def row_text(report: Report, kind: RowKind, sentence: int, start: int, end: int) -> str:
    """The text of a row that stands in the report: every kind but ``bank`` and ``refuse``."""
    if kind == "clause":
        return report.text[start:end]
    of_report = report.sentences[sentence]
    return context_text(report, of_report) if kind == "context" else _URL.sub("", of_report.text)


def bank_row(report: Report, question: BankQuestion) -> Row:
    """The row of one bank question; its quote is known to stand in the report."""
    if question.reason:
        return Row("refuse", question.question, -1, 0, 0, question.reason)
    start = report.text.index(question.quote)
    target = report.sentences_of(question.quote)[0]
    number = report.position[target.sentence_id]
    return Row("bank", question.question, number, start, start + len(question.quote))
