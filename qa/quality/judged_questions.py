"""Questions with known answers over many reports, as they are stored: report, offsets, question; never a report's sentences."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from corpus.errors import InputError
from corpus.report import Report

FOLDER = Path(__file__).parent / "questions"
Label = Literal["answer", "miss", "off"]
Span = tuple[int, int]  # offsets into the report's text

# Places whose questions and drafts are never used to fit or to tune: four of the ten counties, and eleven made-up places.
HELD = frozenset(
    (
        "anxin", "laiyuan", "lixian", "quyang",
        "jinlan", "lilu", "luojia", "luyan", "oucha", "puxia", "qiongzhu", "songlu", "wanrong", "xueshan", "zhixia",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class JudgedQuestion:
    """One question to one report."""

    report_id: str
    question: str
    label: Label  # the report answers it; it treats the subject and does not answer; another subject altogether
    style: str  # plain, far, dialect, ramble, dictation, keyword, typo, pinyin, mixed, multi, staff
    evidence: tuple[Span, ...]  # clauses any of which answers; of a miss, the nearest clause, which does not
    answer: Span | None  # the answering words within the first of them; None for a miss
    slot: str = ""  # of a miss: what differs
    parts: tuple[Span, ...] = ()  # of several questions in one: a clause for each, in order

    @property
    def place(self) -> str:
        """Whose report it is: what stands before the year in its id."""
        return self.report_id.rsplit("-", 1)[0]

    @property
    def held(self) -> bool:
        """Whether it is kept for testing."""
        return self.place in HELD

    def answered_by(self, report: Report) -> frozenset[str]:
        """Ids of the sentences that answer it; none for a miss."""
        spans = (*self.evidence, *self.parts) if self.label == "answer" else ()
        return frozenset(s.sentence_id for s in report.sentences if any(s.start < b and a < s.end for a, b in spans))

    def to_json(self) -> dict[str, Any]:
        """As a line of a file; empty fields are left out."""
        row: dict[str, Any] = {"report": self.report_id, "question": self.question, "label": self.label, "style": self.style}
        more: dict[str, Any] = {"evidence": [list(span) for span in self.evidence], "slot": self.slot}
        more |= {"answer": list(self.answer) if self.answer else [], "parts": [list(span) for span in self.parts]}
        return row | {name: value for name, value in more.items() if value}


def read_judged(paths: Iterable[Path]) -> Iterator[JudgedQuestion]:
    """Questions of some files, in order.

    Raises:
        InputError: a line is not such a question; names file and line.
    """
    for path in paths:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            try:
                yield _question(json.loads(line))
            except (ValueError, KeyError, TypeError) as error:
                raise InputError(f"{path.name} 第 {number} 行不是一个带标准答案的问题") from error


def _question(row: dict[str, Any]) -> JudgedQuestion:
    answer = row.get("answer")
    return JudgedQuestion(
        report_id=row["report"],
        question=row["question"],
        label=row["label"],
        style=row["style"],
        evidence=_spans(row.get("evidence", ())),
        answer=(answer[0], answer[1]) if answer else None,
        slot=row.get("slot", ""),
        parts=_spans(row.get("parts", ())),
    )


def _spans(stored: Iterable[Iterable[int]]) -> tuple[Span, ...]:
    return tuple((start, end) for start, end in stored)
