"""What staff decided about a question stands above what a search makes of it.

A bank question is one voice among many: its neighbours may outweigh it. A question that staff assigned, to a sentence or to
the report's silence, is decided when the same question is asked again (``same_question``), whatever else is alike.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from corpus.bank import REASONS, BankQuestion
from corpus.report import Report
from qa.answer import refusal
from qa.cite import cite
from qa.follow_up import is_follow_up
from qa.highlight import highlights
from qa.librarian import Librarian
from qa.normalise import clean
from qa.records import Answer, Reason

_CHAT: dict[str, Reason] = {"smalltalk": "not_a_question", "injection": "not_a_question"}

Ask = Callable[[Sequence[str]], Answer]  # report ids, () for those that were asked -> the answer that a search finds


@dataclass(frozen=True, slots=True)
class Assigned:
    """What staff assigned one question to."""

    quoted: tuple[Report, BankQuestion] | None  # the sentence that answers it; of several reports, the first one's
    silent: Mapping[str, BankQuestion]  # reports that do not answer it, by report_id


def settled(question: str, history: Sequence[str], assigned: Assigned, reports: Sequence[str], ask: Ask, answerer: Librarian) -> Answer:
    """The answer to a question that staff assigned.

    Args:
        question: as typed.
        history: the questions before it in the same talk.
        assigned: what staff decided.
        reports: ids of all the reports that were asked, at least one.
        ask: answers the question by search, from some of the reports.
        answerer: what reads a question for marking.
    """
    left = [report_id for report_id in reports if report_id not in assigned.silent]
    found = ask(left if assigned.silent and left else ())
    if history and found.understood and is_follow_up(clean(question)):
        return found  # 那满意率呢 means another thing in every talk
    if assigned.quoted is not None:
        return _quoted(*assigned.quoted, question, found, answerer)
    return found if left else _silent(next(iter(assigned.silent.values())), found)


def _quoted(report: Report, entry: BankQuestion, question: str, found: Answer, answerer: Librarian) -> Answer:
    sentences = report.sentences_of(entry.quote)
    if len(sentences) != 1:
        return found  # the report was replaced, and the quote is gone
    [sentence] = sentences
    if found.citations and found.citations[0].sentence_id == sentence.sentence_id:
        return found
    start = report.text.index(entry.quote, sentence.start)
    clause = (start, start + len(entry.quote)) if entry.quote != sentence.text else None
    marked = highlights(answerer.explain(question).query, sentence, clause, found.kind)
    related = tuple(one for one in found.related if one != question)
    return Answer(question, True, 1.0, found.kind, (cite(report, sentence, marked),), related=related)


def _silent(entry: BankQuestion, found: Answer) -> Answer:
    if found.reason == "false_premise":
        return found  # says the same, and shows what the report does say
    reason = _CHAT.get(entry.reason, "not_in_report")
    return refusal(found.question, reason, kind=found.kind, missing=REASONS.get(entry.reason, ""), related=found.related)
