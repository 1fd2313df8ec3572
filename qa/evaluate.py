"""Questions with known evidence -> scores, per kind and style, refusals included.

answer@n: an answerable question counts when one of its first n citations holds the evidence (for several parts: all of it
within the first max(n, parts) citations); a refusal counts as a miss. Intervals: percentile bootstrap, 1,000 resamples.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from corpus.errors import InputError
from qa.records import Answer
from qa.service import Service

_RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Question:
    """One judged question."""

    question_id: str
    question: str
    kind: str
    style: str
    answerable: bool
    evidence: tuple[str, ...] = ()
    answer: str = ""
    why: str = ""  # of an unanswerable one: off_topic, near_miss, …
    history: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """One question with what was answered."""

    question: Question
    answer: Answer
    rank: int  # of the first citation that holds evidence, from 1; 0 when none does
    complete: bool  # every evidence of a question with several parts is cited
    marked: bool  # a highlight of the first citation holds the answer's words


@dataclass(frozen=True)
class Evaluation:
    """All scores."""

    judged: tuple[Judged, ...]
    misses: list[dict[str, Any]] = field(repr=False)

    def to_json(self) -> dict[str, Any]:
        """Scores by group; each with count and interval."""
        scores = {name: _scores(group) for name, group in _groups(self.judged).items()}
        return {**scores, "reliability": reliability(self.judged)}


def read_questions(path: Path) -> list[Question]:
    """JSON lines -> questions.

    Raises:
        InputError: the file cannot be read holds no question, or a line is not a judged one.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"读不到问题文件 {path};请检查路径和编码(UTF-8)") from error
    questions = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            questions.append(
                Question(
                    question_id=str(row["id"]),
                    question=row["question"],
                    kind=row.get("kind", ""),
                    style=row.get("style", ""),
                    answerable=bool(row["answerable"]),
                    evidence=tuple(row.get("evidence", ())),
                    answer=row.get("answer", ""),
                    why=row.get("why", ""),
                    history=tuple(row.get("history", ())),
                )
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError(f"{path} 第 {number} 行不是带标准答案的问题(要有 id、question、answerable、evidence)") from error
    if not questions:
        raise InputError(f"{path} 里没有问题;每行要写一个带标准答案的问题")
    return questions


def evaluate(service: Service, questions: Iterable[Question]) -> Evaluation:
    """Ask every question and judge what comes."""
    judged = [_judge(question, service.ask(question.question, history=question.history)) for question in questions]
    return Evaluation(tuple(judged), [_miss(j) for j in judged if _is_miss(j)])


def _judge(question: Question, answer: Answer) -> Judged:
    holding = [n for n, c in enumerate(answer.citations, 1) if any(e in c.sentence or c.sentence in e for e in question.evidence)]
    complete = all(any(e in c.sentence or c.sentence in e for c in answer.citations) for e in question.evidence)
    first = answer.citations[0] if answer.citations else None
    spans = [first.sentence[a - first.start : b - first.start] for a, b in first.highlights] if first else []
    marked = bool(question.answer) and any(question.answer in span or span in question.answer for span in spans if span)
    return Judged(question, answer, holding[0] if holding else 0, complete, marked)


def _is_miss(judged: Judged) -> bool:
    if judged.question.answerable:
        return judged.rank != 1 or (judged.question.kind == "multi" and not judged.complete)
    return judged.answer.answered


def _miss(judged: Judged) -> dict[str, Any]:
    question, answer = judged.question, judged.answer
    return {
        "id": question.question_id,
        "question": question.question,
        "kind": question.kind,
        "answerable": question.answerable,
        "wanted": list(question.evidence) or question.why,
        "rank": judged.rank,
        "reason": answer.reason,
        "confidence": round(answer.confidence, 3),
        "came_first": answer.citations[0].sentence if answer.citations else None,
    }


def _groups(judged: Sequence[Judged]) -> dict[str, list[Judged]]:
    groups: dict[str, list[Judged]] = defaultdict(list)
    for item in judged:
        groups["all"].append(item)
        if item.question.answerable:
            groups[f"kind {item.question.kind}"].append(item)
            groups[f"style {item.question.style}"].append(item)
        else:
            groups[f"why {item.question.why}"].append(item)
    return dict(groups)


def _scores(group: Sequence[Judged]) -> dict[str, Any]:
    answerable = [j for j in group if j.question.answerable]
    unanswerable = [j for j in group if not j.question.answerable]
    figures = [j for j in answerable if j.question.kind == "staff_figure" and j.rank == 1 and j.question.style != "number_only"]
    measures: list[tuple[str, Sequence[Judged], Callable[[Judged], float]]] = [
        ("answer@1", answerable, lambda j: j.rank == 1),
        ("answer@3", answerable, lambda j: 1 <= j.rank <= 3),
        ("mrr", answerable, lambda j: 1 / j.rank if j.rank else 0.0),
        ("all_parts", [j for j in answerable if j.question.kind == "multi"], lambda j: j.complete),
        ("false_refusal", answerable, lambda j: not j.answer.answered),
        ("refused", unanswerable, lambda j: not j.answer.answered),
        ("marked", figures, lambda j: j.marked),
    ]
    out: dict[str, Any] = {"questions": len(group)}
    for name, members, measure in measures:
        if members:
            values = np.array([float(measure(j)) for j in members])
            low, high = _interval(values)
            out[name] = {"score": round(float(values.mean()), 4), "low": low, "high": high, "n": len(values)}
    probabilities = np.array([j.answer.confidence for j in group])
    right = np.array([float(j.rank == 1) for j in group])
    out["brier"] = round(float(((probabilities - right) ** 2).mean()), 4)
    return out


def _interval(values: np.ndarray[Any, np.dtype[np.float64]]) -> tuple[float, float]:
    """95 % percentile bootstrap of the mean."""
    draws = np.random.default_rng(0).choice(values, (_RESAMPLES, len(values))).mean(axis=1)
    return round(float(np.percentile(draws, 2.5)), 3), round(float(np.percentile(draws, 97.5)), 3)


def reliability(judged: Sequence[Judged]) -> list[dict[str, float]]:
    """By tenths of the stated probability: how many questions, what was stated on average, how many were right.

    A refused question states the probability of the sentence it would have cited; figure lookups state 0 or 1.
    """
    rows = []
    for low in np.arange(0, 1, 0.1):
        inside = [j for j in judged if low <= j.answer.confidence < low + 0.1 or (low > 0.85 and j.answer.confidence == 1)]
        if inside:
            stated = float(np.mean([j.answer.confidence for j in inside]))
            right = float(np.mean([j.rank == 1 for j in inside]))
            rows.append({"from": round(float(low), 1), "questions": len(inside), "stated": round(stated, 3), "right": round(right, 3)})
    return rows


def table(evaluation: Evaluation) -> str:
    """The scores as a Markdown table for people."""
    names = ("answer@1", "answer@3", "mrr", "all_parts", "false_refusal", "refused", "marked")
    lines = ["| 组 | 题数 | " + " | ".join(names) + " |", "| --- | --- |" + " --- |" * len(names)]
    groups = {name: _scores(group) for name, group in _groups(evaluation.judged).items()}
    for group, scores in groups.items():
        cells = [f"{scores[n]['score']:.3f} [{scores[n]['low']:.2f}, {scores[n]['high']:.2f}]" if n in scores else "" for n in names]
        lines.append(f"| {group} | {scores['questions']} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
