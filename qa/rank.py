"""Candidates -> ordered sentences: a score per candidate, the weighted sum of its signals.

Fitted by ``qa/fit.py`` as a conditional logit (McFadden 1974), kept in ``weights.json``: the right sentence should take all of
the softmax over a question's candidates. Whether the first sentence answers is told by ``qa/judging/``.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from qa.kinds import kind_of
from qa.records import Kind
from qa.retrieve import SIGNALS, Candidates

WEIGHTS_FILE = Path(__file__).parent / "weights.json"
Vector = npt.NDArray[np.float64]

_TIE = 0.7  # order scores so near, e^.7 = 2 to 1 at most, are a tie between years


@dataclass(frozen=True)
class Weights:
    """The fitted numbers, with and without a question bank."""

    order: dict[str, Vector]  # kind of question, or "all" -> (len(SIGNALS),)
    order_without_bank: dict[str, Vector]

    @classmethod
    def load(cls, path: Path = WEIGHTS_FILE) -> "Weights":
        """Read what ``qa/fit.py`` wrote."""
        stored = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            order={kind: _vector(row, SIGNALS) for kind, row in stored["order"].items()},
            order_without_bank={kind: _vector(row, SIGNALS) for kind, row in stored["order_without_bank"].items()},
        )


def _vector(row: dict[str, float], names: Sequence[str]) -> Vector:
    return np.array([row[name] for name in names], np.float64)


@dataclass(frozen=True)
class Ranked:
    """Candidates in order."""

    candidates: Candidates
    kind: Kind
    order: tuple[int, ...]  # places in candidates.sentences, best first
    scores: Vector  # order score by place in candidates.sentences
    highest: float  # the highest order score there can be
    bank: bool  # whether they were ordered by the question bank, too


def rank(candidates: Candidates, weights: Weights, *, bank: bool = True) -> Ranked:
    """Order the candidates.

    Args:
        candidates: what was found.
        weights: the fitted numbers.
        bank: whether to go by the question bank.
    """
    kind = kind_of(candidates.query)
    table = weights.order if bank else weights.order_without_bank
    row = table.get(kind, table["all"])
    scores = order_scores(candidates, row)
    order = newest_first(candidates, scores, tuple(int(place) for place in np.argsort(-scores, kind="stable")))
    return Ranked(candidates, kind, order, scores, float(np.maximum(row, 0.0).sum()), bank)


def newest_first(candidates: Candidates, scores: Vector, order: tuple[int, ...]) -> tuple[int, ...]:
    """The order, where the first are as good as tied led by the one from the newest report."""
    tied = [place for place in order if scores[place] >= scores[order[0]] - _TIE]
    lead = max(tied, key=lambda place: candidates.sentences[place][0].about.year or 0, default=None)  # the first of the newest
    if lead is None or candidates.sentences[lead][0].about.year == candidates.sentences[order[0]][0].about.year:
        return order
    return (lead, *(place for place in order if place != lead))


def order_scores(candidates: Candidates, weights: Vector) -> Vector:
    """Weighted sum of every candidate's signals, shape (n_candidates,)."""
    return np.asarray(candidates.signals @ weights, np.float64)
