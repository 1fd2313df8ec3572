"""Does a sentence answer a question? The probability that it does, from named features; one small fitted model.

A logistic regression whose graded features also enter as hinges, max(0, feature - knot), with knots at their quartiles, so that
"very near" can count more than "near". One set of weights for reports with a question bank, one for those without, and from the
same fit the thresholds: **answered**, **sure** (the same for reports that nobody named), and **near** (below it, the report does
not treat the subject at all). ``python -m qa.quality.fit_judge`` writes ``weights.json``; its targets stand there.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from qa.judging.features import FEATURES, GRADED, Vector, features
from qa.rank import Ranked

WEIGHTS_FILE = Path(__file__).parent / "weights.json"
KNOTS = (25, 50, 75)  # percentiles of a graded feature
_JUDGED = 3  # sentences of a question that are judged: as many as are shown


@dataclass(frozen=True)
class Model:
    """A fitted logistic regression over ``FEATURES``."""

    bias: float
    linear: Vector  # (len(FEATURES),)
    knots: Vector  # (len(GRADED), len(KNOTS))
    hinges: Vector  # (len(GRADED), len(KNOTS))

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Model":
        """From the stored table; names are matched, so an unknown or missing one is an error at once."""
        return cls(
            bias=float(stored["bias"]),
            linear=np.array([stored["linear"][name] for name in FEATURES], np.float64),
            knots=np.array([stored["knots"][name] for name in GRADED], np.float64),
            hinges=np.array([stored["hinges"][name] for name in GRADED], np.float64),
        )

    def probabilities(self, table: Vector) -> Vector:
        """Of each row of features, (n, len(FEATURES)): (n,), 0 to 1."""
        bent = np.maximum(0.0, table[:, : len(GRADED), None] - self.knots)
        logits = table @ self.linear + (bent * self.hinges).sum((1, 2)) + self.bias
        return np.asarray(1 / (1 + np.exp(-np.clip(logits, -60, 60))), np.float64)


@dataclass(frozen=True)
class Weights:
    """What is fitted for reports of one sort: with a question bank, or without."""

    answers: Model  # that a sentence answers
    subject: Model  # that the first sentence is at least on the subject asked about
    answered: float  # thresholds, probabilities
    sure: float
    near: float

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Weights":
        """From the stored table."""
        answered, sure, near = (float(stored["thresholds"][name]) for name in ("answered", "sure", "near"))
        return cls(Model.from_json(stored["answers"]), Model.from_json(stored["subject"]), answered, sure, near)


@dataclass(frozen=True)
class Judgement:
    """What is thought of the first sentences of a question."""

    probabilities: tuple[float, ...]  # of the first sentences in order: that each answers
    subject: float  # that the first is on the subject
    features: dict[str, float]  # of the first sentence, by name; {} where there is none

    @property
    def probability(self) -> float:
        """That the first sentence answers; 0.0 where there is none."""
        return self.probabilities[0] if self.probabilities else 0.0


class Judge:
    """Both sets of weights."""

    def __init__(self, with_bank: Weights, without_bank: Weights) -> None:
        self.with_bank = with_bank
        self.without_bank = without_bank

    @classmethod
    def load(cls, path: Path = WEIGHTS_FILE) -> "Judge":
        """Read what the fit wrote."""
        stored = json.loads(path.read_text(encoding="utf-8"))
        return cls(*(Weights.from_json(stored[name]) for name in ("with_bank", "without_bank")))

    def weights(self, *, bank: bool) -> Weights:
        """One set."""
        return self.with_bank if bank else self.without_bank

    def judge(self, ranked: Ranked, lean: float) -> Judgement:
        """Judge the first sentences of a question; ``lean`` is how its wording sounds."""
        first: Sequence[int] = ranked.order[:_JUDGED]
        if not first:
            return Judgement((), 0.0, {})
        table = features(ranked.candidates, ranked.scores, ranked.highest, first, lean)
        weights = self.weights(bank=ranked.bank)
        answers = weights.answers.probabilities(table)
        named = dict(zip(FEATURES, table[0].tolist(), strict=True))
        return Judgement(tuple(answers.tolist()), float(weights.subject.probabilities(table[:1])[0]), named)


@lru_cache(maxsize=1)
def default_judge() -> Judge:
    """The one that comes with the project."""
    return Judge.load()
