"""Asking across reports, measured: ``python -m tests.bench.many_reports REPORTS [--index DIR] [--only dev|held|fresh]``.

REPORTS is a folder with our report and the national ones (guowuyuan-1954 … guowuyuan-2025); what it says goes into README.
Three things: the judged questions on our report, over it alone and among all; questions that name a year, a publisher or a
title (``tests/data/years.jsonl``, and ``years_more.jsonl`` with a year and, at most, the word report); and the time of a
question, over one report and over all, in turns.
"""

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from qa.evaluate import evaluate, read_questions
from qa.records import Answer
from qa.service import Service

DATA = Path(__file__).parents[1] / "data"
_MEASURES = ("answer@1", "answer@3", "false_refusal", "refused", "marked")
_TIMED = 60  # questions
_WHERE_THE_TALK_STANDS = date(2022, 4, 1)  # the judged questions on our report were written of it as the newest


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reports", type=Path)
    parser.add_argument("--index", type=Path, help="folder of the index; a temporary one when left out")
    parser.add_argument("--only", default="", help="one split of the questions that name a year")
    parser.add_argument("--skip", default="", help="parts to leave out: judged,years,time")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        today = [_WHERE_THE_TALK_STANDS]
        every = Service(reports=arguments.reports, index=arguments.index or Path(scratch) / "all", today=lambda: today[0])
        every.warm()
        home = every.home().report_id
        shutil.copytree(arguments.reports / home, Path(scratch) / "one" / home)
        one = Service(reports=Path(scratch) / "one", index=Path(scratch) / "index")
        one.warm()
        if "judged" not in arguments.skip:
            judged(one, every)
        if "years" not in arguments.skip:
            for name in ("years", "years_more"):
                years(every, today, arguments.only, name)
        if "time" not in arguments.skip:
            today[0] = _WHERE_THE_TALK_STANDS
            timed(one, every)


def judged(one: Service, every: Service) -> None:
    """The questions on our report, over it alone and among all."""
    for name in ("dev", "blind"):
        questions = read_questions(DATA / f"{name}.jsonl")
        for label, service in (("alone", one), (f"among {len(every.reports())}", every)):
            result = evaluate(service, questions)
            scores = result.to_json()["all"]
            _say(f"{name} {label}: " + ", ".join(f"{m} {scores[m]['score']:.4f}" for m in _MEASURES) + f", brier {scores['brier']}")
            strange = [j for j in result.judged if j.answer.citations and j.answer.citations[0].report_id != one.home().report_id]
            for j in strange:
                found = j.answer.citations[0]
                _say(f"  from elsewhere: {j.question.question} -> {found.title} {found.score:.2f} {found.sentence[:60]}")


def years(service: Service, today: list[date], only: str, name: str) -> None:
    """Questions that name a year, a publisher or a title: does the right report answer, or the years there are get told?"""
    rows = [json.loads(line) for line in (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    tally: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for row in rows:
        if only and row["split"] != only:
            continue
        today[0] = date.fromisoformat(row.get("today", "2026-11-25"))
        answer = service.ask(row["question"])
        right, first = _judged(row, answer)
        sort = "answerable" if row["answerable"] else "refusable"
        for group in ("all", row["split"], sort, f"{sort} {row['split']}", f"form {row['form']}"):
            tally[group].append((right, first))
        if not (right and first):
            found = answer.citations[0] if answer.citations else None
            said = f"{found.report_id} {found.score:.2f} {found.sentence[:70]}" if found else f"{answer.reason} {answer.message}"
            _say(f"  {'WRONG PLACE' if not right else 'other sentence'} {row['id']} {row['question']} -> {said}")
    for group, results in tally.items():
        place = sum(right for right, _ in results) / len(results)
        best = sum(sentence for _, sentence in results) / len(results)
        _say(f"{group}: {len(results)} questions, right report {place:.3f}, right sentence first {best:.3f}")


def _judged(row: dict[str, Any], answer: Answer) -> tuple[bool, bool]:
    """Whether the right report answered (or refused with the years there are), and with the right sentence first."""
    if not row["answerable"]:
        told = answer.reason == "not_in_report" and all(year in answer.years for year in row["years"])
        return told, told
    if not answer.answered:
        return False, False
    right = answer.citations[0].report_id == row["report"]
    sentence = answer.citations[0].sentence
    return right, right and any(evidence in sentence or sentence in evidence for evidence in row["evidence"])


def timed(one: Service, every: Service) -> None:
    """Milliseconds a question, over one report and over all, in turns, so that a busy machine slows both alike."""
    questions = [question.question for question in read_questions(DATA / "dev.jsonl")][:_TIMED]
    asks: dict[str, Callable[[str], Answer]] = {"one": one.ask, "all": every.ask}
    spent: dict[str, list[float]] = {name: [] for name in asks}
    for _round in range(2):  # the first warms what is remembered
        for name in asks:
            spent[name].clear()
        for question in questions:
            for name, ask in asks.items():
                started = time.perf_counter()
                ask(question)
                spent[name].append(1000 * (time.perf_counter() - started))
    for name, times in spent.items():
        _say(f"{name}: median {statistics.median(times):.1f} ms, 95th percentile {sorted(times)[int(0.95 * len(times))]:.1f} ms")
    _say(f"ratio of medians {statistics.median(spent['all']) / statistics.median(spent['one']):.2f}")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
