"""Fit the judge (``qa/judging/judge.py``): ``python -m qa.quality.fit_judge --reports FOLDER``; writes its ``weights.json``.

Without a bank it is fitted on the judged questions (``qa/quality/questions/``) whose places are not held. With a bank it is fitted
on the bank itself, each question asked as if it were not in it, and on the judged questions to reports that have one.
Thresholds come from the targets below, read off predictions for places (or fifths of the bank) that the model which made them
had not seen. The held places are scored last and change nothing.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from index.narrowed import Narrowed
from index.passage_index import PassageIndex
from qa.fit import asked_rows, leans
from qa.judging.features import FEATURES, GRADED, features
from qa.judging.judge import WEIGHTS_FILE, Model
from qa.normalise import WordList
from qa.quality.judged_questions import FOLDER, JudgedQuestion, read_judged
from qa.quality.logistic import Floats, curve_area, fit_logistic
from qa.rank import Ranked, Weights, rank
from qa.retrieve import pool
from qa.service import Service
from qa.vocabulary import normaliser_of
from qa.wording import Wording

_PENALTY = {"with_bank": 50.0, "without_bank": 60.0}  # of 5, 20, 60, 150 the best area on fitting places left out in turn
# What is called answered: with a bank, the residents' own report, the threshold that keeps this share of right answers; without
# one, the lowest that no more than this share of the near misses reaches.
_KEPT = 0.96
_MISSES = 0.15
_MISSES_UNNAMED = 0.02  # the same for a report that nobody named
_OFF_SUBJECT = 0.05  # share of off-topic texts that may be shown as near
_FOLDS = 5
_UNANSWERABLE = 0.5  # weight of a bank's unanswerable questions: its authors sought them out, visitors ask one in four
_WRITTEN_AFRESH = 15.0  # weight of a judged question to a report with a bank: they are few, and the bank's authors did not write them
_OFF_REASONS = frozenset(("off_topic", "smalltalk", "injection"))


@dataclass(frozen=True)
class Case:
    """One question with what was found for it."""

    group: str  # what is left out together: a place, or a fifth of the bank
    held: bool
    label: str  # answer, miss, off
    row: Floats  # features of the first sentence
    right: bool  # whether it answers
    weight: float


def judged_cases(
    index: PassageIndex, encoder: Any, questions: Sequence[JudgedQuestion], weights: Weights, *, bank: bool
) -> Iterator[Case]:
    """Ask each question of its own report alone; questions to reports that are not there are passed over."""
    words, there = WordList(), {report.report_id for report in index.reports}
    by_report: dict[str, list[JudgedQuestion]] = {}
    for question in questions:
        by_report.setdefault(question.report_id, []).append(question)
    for report_id, asked in by_report.items():
        if report_id not in there:
            continue
        own = Narrowed(index, (report_id,))
        normaliser, wording = normaliser_of(own, words, mending=True), Wording.of(own if bank else None)
        queries = [normaliser.query(one.question) for one in asked]
        vectors = encoder.encode_queries([query.text for query in queries])
        for number, (one, query, vector) in enumerate(zip(asked, queries, vectors, strict=True)):
            ranked = rank(pool(own, query, vector), weights, bank=bank)
            answers = one.answered_by(index.report(report_id))
            group, weight = (str(number % _FOLDS), _WRITTEN_AFRESH) if bank else (one.place, 1.0)
            yield _case(ranked, wording.lean(vector), answers, group, one.held, one.label, weight)


def bank_cases(index: PassageIndex, encoder: Any, weights: Weights) -> Iterator[Case]:
    """Ask each bank question as if it were not in the bank."""
    asked = asked_rows(index, encoder, normaliser_of(index))
    lean_of = leans(index)
    for number, one in enumerate(asked):
        candidates = pool(index, one.query, one.vector, leave_out=frozenset((one.row.text,)))
        sentences = index.report(one.report_id).sentences
        answers = frozenset((sentences[one.row.sentence].sentence_id,)) if one.row.kind == "bank" else frozenset()
        label = "answer" if answers else "off" if one.row.source in _OFF_REASONS else "miss"
        weight = 1.0 if answers else _UNANSWERABLE
        yield _case(rank(candidates, weights), lean_of.get(one.row.text, 0.0), answers, str(number % _FOLDS), False, label, weight)


def _case(ranked: Ranked, lean: float, answers: frozenset[str], group: str, held: bool, label: str, weight: float) -> Case:
    first = ranked.order[:1]
    row = features(ranked.candidates, ranked.scores, ranked.highest, first, lean)[0] if first else np.zeros(len(FEATURES))
    right = bool(first) and ranked.candidates.sentences[first[0]][1].sentence_id in answers
    return Case(group, held, label, row, right, weight)


def fitted(cases: Sequence[Case], penalty: float, *, bank: bool) -> dict[str, Any]:
    """What ``weights.json`` holds for one sort of report, and the scores on places left out in turn."""
    asked = [case for case in cases if case.label != "off"]
    answers = _left_out(asked, [case.right for case in asked], penalty)
    subject = _left_out(cases, [case.label != "off" for case in cases], penalty)
    right = np.array([case.right for case in asked], np.float64)
    return {
        "answers": _fit(asked, [case.right for case in asked], penalty),
        "subject": _fit(cases, [case.label != "off" for case in cases], penalty),
        "thresholds": {
            "answered": round(_keeping(right, answers) if bank else _refusing(asked, answers, _MISSES), 3),
            "sure": round(_refusing(asked, answers, _MISSES_UNNAMED), 3),
            "near": round(_near(cases, subject), 3),
        },
        "left_out": {"questions": len(asked), "area": round(curve_area(right, answers), 3)},
    }


def _fit(cases: Sequence[Case], right: Sequence[bool], penalty: float) -> dict[str, Any]:
    table, weight = np.array([case.row for case in cases]), np.array([case.weight for case in cases])
    return fit_logistic(table, np.array(right, np.float64), weight, FEATURES, len(GRADED), penalty)


def _left_out(cases: Sequence[Case], right: Sequence[bool], penalty: float) -> Floats:
    """The probability of each case from a model that has not seen its group."""
    groups = np.array([case.group for case in cases])
    out = np.zeros(len(cases))
    for group in np.unique(groups):
        seen = groups != group
        stored = _fit([c for c, s in zip(cases, seen, strict=True) if s], [r for r, s in zip(right, seen, strict=True) if s], penalty)
        out[~seen] = Model.from_json(stored).probabilities(np.array([c.row for c, s in zip(cases, seen, strict=True) if not s]))
    return out


def _keeping(right: Floats, probabilities: Floats) -> float:
    """The highest probability that so many of the right ones reach."""
    return float(np.quantile(probabilities[right > 0], 1 - _KEPT))


def _refusing(cases: Sequence[Case], probabilities: Floats, share: float) -> float:
    """The lowest probability that no more than a share of the near misses reaches."""
    return float(np.quantile([p for p, case in zip(probabilities, cases, strict=True) if case.label == "miss"], 1 - share))


def _near(cases: Sequence[Case], subject: Floats) -> float:
    """The lowest probability of being on the subject that no more than the allowed share of off-topic texts reaches."""
    off = np.sort([p for p, case in zip(subject, cases, strict=True) if case.label == "off"])
    return float(off[int(len(off) * (1 - _OFF_SUBJECT))]) if len(off) else 0.0


def scores(cases: Sequence[Case], stored: dict[str, Any]) -> dict[str, Any]:
    """What held places say of fitted weights."""
    table = np.array([case.row for case in cases])
    answers = Model.from_json(stored["answers"]).probabilities(table)
    subject = Model.from_json(stored["subject"]).probabilities(table)
    limits = stored["thresholds"]
    called, near = answers >= limits["answered"], subject >= limits["near"]
    label = np.array([case.label for case in cases])
    right = np.array([case.right for case in cases])
    asked = label != "off"
    return {
        "questions": {name: int((label == name).sum()) for name in ("answer", "miss", "off")},
        "area": round(curve_area(right[asked].astype(float), answers[asked]), 3),
        "first": round(float(right[label == "answer"].mean()), 3),
        "answered_rightly": round(float((called & right)[label == "answer"].mean()), 3),
        "misses_answered": round(float(called[label == "miss"].mean()), 3),
        "of_answered_right": round(float(right[called & asked].mean()), 3) if called.any() else None,
        "shown": round(float((right & (called | near))[label == "answer"].mean()), 3),
        "off_near": round(float((near & ~called)[label == "off"].mean()), 3) if (label == "off").any() else None,
        "curve": _curve(right[asked], answers[asked], label[asked]),
    }


def _curve(right: Any, answers: Floats, label: Any) -> list[list[float]]:
    """Threshold, right answers among the answerable, answered among the near misses."""
    rows = []
    for limit in np.arange(0.05, 1.0, 0.05):
        called = answers >= limit
        rows.append([limit, (called & right)[label == "answer"].mean(), called[label == "miss"].mean()])
    return [[round(float(value), 3) for value in row] for row in rows]


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit both sorts, write the file, print what the held places say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=Path, required=True, help="folder of the reports that the judged questions are about")
    parser.add_argument("--index", type=Path, required=True, help="folder of their index, built if need be")
    parser.add_argument("--banked", type=Path, default=Path("corpus/reports"), help="folder of the reports with a bank")
    parser.add_argument("--questions", type=Path, default=FOLDER, help="folder of judged questions")
    parser.add_argument("--out", type=Path, default=WEIGHTS_FILE)
    given = parser.parse_args(arguments)
    weights = Weights.load()
    many, own = Service(reports=given.reports, index=given.index), Service(reports=given.banked, index=given.index.with_name("banked"))
    questions = list(read_judged(sorted(given.questions.glob("*.jsonl"))))
    without = list(judged_cases(many.build(), many.encoder, questions, weights, bank=False))
    banked = own.build()
    with_bank = [
        *bank_cases(banked, own.encoder, weights),
        *judged_cases(banked, own.encoder, questions, weights, bank=True),
    ]
    sorts = {
        "with_bank": fitted(with_bank, _PENALTY["with_bank"], bank=True),
        "without_bank": fitted([case for case in without if not case.held], _PENALTY["without_bank"], bank=False),
    }
    held = scores([case for case in without if case.held], sorts["without_bank"])
    table = {"fitted": datetime.now(UTC).date().isoformat(), **sorts, "held": held}
    given.out.write_text(json.dumps(table, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    shown = {name: sort["thresholds"] | sort["left_out"] for name, sort in sorts.items()}
    sys.stdout.write(json.dumps(shown | {"held": held}, indent=1) + "\n")


if __name__ == "__main__":
    main()
