"""The lean of a wording: ridge regression over the bank, fitted a few rows at a time."""

import numpy as np
import pytest

from qa.wording import Wording


def bank(answerable: int = 1300, unanswerable: int = 700, dim: int = 24) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(3)
    vectors = chance.standard_normal((answerable + unanswerable, dim)).astype(np.float32)
    vectors[:answerable, 0] += 1
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors[:answerable], vectors[answerable:]


def at_once(answerable: np.ndarray, unanswerable: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean, weights and inverse by the textbook."""
    known = np.concatenate([answerable, unanswerable]).astype(np.float64)
    target = np.repeat([1.0, -1.0], [len(answerable), len(unanswerable)])
    table = np.hstack([known - known.mean(0), np.ones((len(known), 1))])
    inverse = np.linalg.inv(table.T @ table + np.diag(np.repeat([1.0, 1e-6], [known.shape[1], 1])))
    return known.mean(0), inverse @ table.T @ target, inverse


def test_it_is_the_ridge_regression_of_all_rows_at_once() -> None:
    answerable, unanswerable = bank()
    mean, weights, _ = at_once(answerable, unanswerable)
    wording = Wording(answerable, unanswerable)
    for vector in (answerable[0], unanswerable[0], np.zeros(24, np.float32)):
        assert wording.lean(vector) == pytest.approx(np.append(vector - mean, 1) @ weights, abs=1e-10)
    assert np.mean([wording.lean(vector) for vector in answerable]) > 0.3


def test_left_out_is_what_a_fit_without_the_question_says() -> None:
    answerable, unanswerable = bank(80, 60)
    left_out = Wording(answerable, unanswerable).left_out(answerable, unanswerable)
    assert left_out.shape == (140,)
    mean = np.concatenate([answerable, unanswerable]).astype(np.float64).mean(0)
    for place in (0, 79):
        rest = np.delete(answerable, place, 0)
        known = np.concatenate([rest, unanswerable]).astype(np.float64) - mean  # the mean of all: it is no part of the fit
        table, target = np.hstack([known, np.ones((139, 1))]), np.repeat([1.0, -1.0], [79, 60])
        weights = np.linalg.solve(table.T @ table + np.diag(np.repeat([1.0, 1e-6], [24, 1])), table.T @ target)
        assert left_out[place] == pytest.approx(np.append(answerable[place] - mean, 1) @ weights, abs=1e-9)


def test_a_bank_that_is_too_small_tells_nothing() -> None:
    answerable, unanswerable = bank(49, 300)
    assert Wording(answerable, unanswerable).lean(answerable[0]) == 0.0
    assert len(Wording(answerable, unanswerable).left_out(answerable, unanswerable)) == 0
