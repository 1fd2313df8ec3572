"""Logistic regression with an L2 penalty on standardised features and hinges, by L-BFGS; for both judges."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit

from qa.judging.judge import KNOTS

Floats = npt.NDArray[np.float64]


def fit_logistic(table: Floats, right: Floats, weight: Floats, names: Sequence[str], graded: int, penalty: float) -> dict[str, Any]:
    """The stored form of a ``qa.judging.judge.Model``, for features as they are.

    Args:
        table: (n, len(names)); the first ``graded`` columns get hinges.
        right: (n,), 0 or 1.
        weight: (n,), of each row in the loss.
        names: of the columns.
        graded: how many columns, from the first, are graded.
        penalty: on the squares of the standardised weights.
    """
    knots = np.percentile(table[:, :graded], KNOTS, axis=0).T  # (graded, len(KNOTS))
    bent = np.maximum(0.0, table[:, :graded, None] - knots).reshape(len(table), -1)
    weights, bias = _minimum(np.hstack([table, bent]), right, weight, penalty)
    hinges = weights[table.shape[1] :].reshape(knots.shape)
    return {
        "bias": round(bias, 4),
        "linear": {name: round(float(value), 4) for name, value in zip(names, weights, strict=False)},
        "knots": {name: [round(float(k), 5) for k in row] for name, row in zip(names, knots, strict=False)},
        "hinges": {name: [round(float(w), 4) for w in row] for name, row in zip(names, hinges, strict=False)},
    }


def _minimum(table: Floats, right: Floats, weight: Floats, penalty: float) -> tuple[Floats, float]:
    mean, spread = table.mean(0), table.std(0)
    spread[spread < 1e-6] = np.inf  # a feature that never changes gets weight 0
    scaled = (table - mean) / spread

    def loss(weights: Floats) -> tuple[float, Floats]:
        logits = scaled @ weights[1:] + weights[0]
        value = weight @ (np.logaddexp(0, logits) - right * logits) + 0.5 * penalty * (weights[1:] ** 2).sum()
        error = weight * (expit(logits) - right)
        return float(value), np.concatenate([[error.sum()], scaled.T @ error + penalty * weights[1:]])

    found = minimize(loss, np.zeros(table.shape[1] + 1), jac=True, method="L-BFGS-B", options={"maxiter": 1000}).x
    weights = found[1:] / spread
    return weights, float(found[0] - weights @ mean)


def curve_area(right: Floats, scores: Floats) -> float:
    """Area under the receiver operating characteristic: the share of (right, wrong) pairs in the right order; ties count half.

    >>> curve_area(np.array([1.0, 0.0, 1.0]), np.array([0.9, 0.5, 0.5]))
    0.75
    """
    good, bad = scores[right > 0], np.sort(scores[right <= 0])
    below = np.searchsorted(bad, good, "left") + np.searchsorted(bad, good, "right")
    return float(below.mean() / 2 / max(len(bad), 1))
