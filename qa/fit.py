"""Fit the order of ``qa/rank.py`` on the question banks: ``python -m qa.fit``; writes ``qa/weights.json``.

Every bank question is asked of the index as if it were new: it is left out of what is searched. The dev questions are not
used for the fit. Method: conditional logit with an L2 penalty, by L-BFGS.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import logsumexp

from index.base import Vectors
from index.passage_index import PassageIndex
from index.rows import Row, RowKind
from qa.normalise import Normaliser, Query
from qa.rank import WEIGHTS_FILE, order_scores
from qa.retrieve import SIGNALS, Candidates, pool
from qa.vocabulary import normaliser_of
from qa.wording import Wording

Floats = npt.NDArray[np.float64]

_COSINES = ("bank", "clause", "sentence", "context")
_ORDER_PENALTY = 1.0
_FOLDS = 5
QUERY_ROWS: tuple[RowKind, ...] = ("bank", "refuse")  # the order in which ``Wording`` has them


@dataclass(frozen=True)
class Asked:
    """A bank question put as a visitor would."""

    report_id: str
    row: Row
    query: Query
    vector: Vectors  # (dim,)


@dataclass(frozen=True)
class Example:
    """One bank question as if it were new."""

    question: str
    reason: str  # "" when answerable
    candidates: Candidates
    right: npt.NDArray[np.bool_]  # (n_candidates,)


def asked_rows(index: PassageIndex, encoder: Any, normaliser: Normaliser) -> list[Asked]:
    """Every bank question as a visitor's question, embedded."""
    rows = [(report.report_id, row) for report, of_report in zip(index.reports, index.rows(), strict=True) for row in of_report]
    asked = [(report_id, row) for report_id, row in rows if row.kind in ("bank", "refuse")]
    queries = [normaliser.query(row.text) for _, row in asked]
    vectors = encoder.encode_queries([query.text for query in queries])
    return [Asked(report_id, row, query, vector) for (report_id, row), query, vector in zip(asked, queries, vectors, strict=True)]


LeftOut = Callable[[Asked], frozenset[str]]  # the bank questions to look past when one is asked


def examples(index: PassageIndex, asked: Sequence[Asked], left_out_of: LeftOut) -> Iterator[Example]:
    """Every question's candidates, with what must be looked past left out of the bank."""
    for question in asked:
        left_out = left_out_of(question)
        candidates = pool(index, question.query, question.vector, leave_out=left_out)
        yield Example(question.row.text, question.row.source, candidates, _right(index, question.report_id, question.row, candidates))


def _right(index: PassageIndex, report_id: str, row: Row, candidates: Candidates) -> npt.NDArray[np.bool_]:
    if row.kind == "refuse":
        return np.zeros(len(candidates.sentences), bool)
    wanted = index.report(report_id).sentences[row.sentence].sentence_id
    return np.array([s.sentence_id == wanted and s.report_id == report_id for _, s in candidates.sentences], bool)


def fit_order(fitted: Sequence[Example]) -> Floats:
    """Conditional logit: weights (len(SIGNALS),) that give the right sentence most of the softmax."""
    useful = [example for example in fitted if example.right.any()]
    widest = max(len(example.right) for example in useful)
    signals = np.zeros((len(useful), widest, len(SIGNALS)))
    right, there = (np.zeros((len(useful), widest), bool) for _ in range(2))
    for row, example in enumerate(useful):
        size = len(example.right)
        signals[row, :size], right[row, :size], there[row, :size] = example.candidates.signals, example.right, True
    # Cosines of this model live between .8 and 1: their weights are large by nature and are held back less.
    penalty = _ORDER_PENALTY * np.array([0.01 if name in _COSINES else 1.0 for name in SIGNALS])

    def loss(weights: Floats) -> tuple[float, Floats]:
        scores = np.where(there, signals @ weights, -1e9)
        all_, of_right = logsumexp(scores, axis=1), logsumexp(np.where(right, scores, -1e9), axis=1)
        pull = np.exp(scores - all_[:, None]) - np.where(right, np.exp(scores - of_right[:, None]), 0)
        gradient = np.einsum("nm,nms->s", pull, signals) + penalty * weights
        return float((all_ - of_right).sum() + 0.5 * (penalty * weights**2).sum()), gradient

    found = minimize(loss, np.zeros(len(SIGNALS)), jac=True, method="L-BFGS-B", options={"maxiter": 100})
    return np.asarray(found.x, np.float64)


def cross_validated(fitted: Sequence[Example]) -> dict[str, float]:
    """Share of answerable bank questions whose sentence comes first, each asked of weights fitted without its fold."""
    rng = np.random.default_rng(0)
    answerable = [example for example in fitted if not example.reason]
    fold = rng.integers(0, _FOLDS, len(answerable))
    first = []
    for held_out in range(_FOLDS):
        order = fit_order([e for e, f in zip(answerable, fold, strict=True) if f != held_out])
        for example, f in zip(answerable, fold, strict=True):
            if f == held_out:
                first.append(example.right[int(np.argmax(order_scores(example.candidates, order)))])
    return {"answer@1": round(float(np.mean(first)), 4)}


def leave_one_section_out(index: PassageIndex, asked: Sequence[Asked], order: Floats) -> dict[str, float]:
    """Answerable bank questions asked with every bank question on their own subsection left out: a report's part without a bank."""
    answerable = [question for question in asked if question.row.kind == "bank"]
    section_of = {q.row.text: index.report(q.report_id).sentences[q.row.sentence].section for q in answerable}
    of_section: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for text, section in section_of.items():
        of_section[section].add(text)
    frozen = {section: frozenset(texts) for section, texts in of_section.items()}
    first = [
        bool(example.right[int(np.argmax(order_scores(example.candidates, order)))])
        for example in examples(index, answerable, lambda question: frozen[section_of[question.row.text]])
    ]
    return {"answer@1": round(float(np.mean(first)), 4)}


def fitted_table(index: PassageIndex, encoder: Any, normaliser: Normaliser) -> dict[str, Any]:
    """Everything ``weights.json`` holds."""
    asked = asked_rows(index, encoder, normaliser)
    everything = frozenset(question.row.text for question in asked)
    with_bank = list(examples(index, asked, lambda question: frozenset((question.row.text,))))
    without = list(examples(index, asked, lambda _: everything))
    order, order_alone = fit_order(with_bank), fit_order(without)
    refused = sum(bool(example.reason) for example in with_bank)
    return {
        "fitted": datetime.now(UTC).date().isoformat(),
        "data": f"{len(with_bank) - refused} answerable bank questions",
        "cross_validated": cross_validated(with_bank),
        "leave_one_section_out": leave_one_section_out(index, asked, order),
        "order": {"all": _named(SIGNALS, order)},
        "order_without_bank": {"all": _named(SIGNALS, order_alone)},
    }


def leans(index: PassageIndex) -> dict[str, float]:
    """How the wording of every bank question sounds, each as if it had not been in the bank."""
    texts = [row.text for kind in QUERY_ROWS for row in index.vectors_of(kind)[0]]
    left_out = Wording.of(index).left_out(index.stored("bank"), index.stored("refuse"))
    return dict(zip(texts, left_out.tolist(), strict=True)) if len(left_out) else {}


def _named(names: Sequence[str], values: Floats) -> dict[str, float]:
    return {name: round(float(value), 4) for name, value in zip(names, values, strict=True)}


def main() -> None:
    """Fit on the reports and banks of the settings, and write the file."""
    from qa.service import Service
    from qa.settings import load_settings

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=WEIGHTS_FILE)
    arguments = parser.parse_args()
    settings = load_settings()
    service = Service(reports=settings.reports, index=settings.index)
    index = service.build()
    table = fitted_table(index, service.encoder, normaliser_of(index))
    arguments.out.write_text(json.dumps(table, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
