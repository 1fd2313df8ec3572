"""How a question's wording sounds: like those that the bank could answer, or like those it could not.

Ridge regression (Hoerl and Kennard 1970) from question vectors to +1 (answerable) or -1 (not), over the whole bank, solved
when the index opens; so it follows the bank and the model and needs no stored numbers. It learns that 电话、多少钱一客、
怎么申请 seldom have an answer in a report whatever the topic, which no list of patterns covers.
"""

import numpy as np
import numpy.typing as npt

from index.base import Vectors
from index.passage_index import PassageIndex

_PENALTY = 1.0
_FEWEST = 50  # bank questions of each sort; with fewer there is nothing to learn

Floats = npt.NDArray[np.float64]


class Wording:
    """The fitted plane. ``lean`` is about -1 to 1: above 0 the wording sounds answerable."""

    def __init__(self, answerable: Vectors, unanswerable: Vectors) -> None:
        """Fit on vectors of shape (n, dim) and (m, dim)."""
        self._weights: Floats | None = None
        if min(len(answerable), len(unanswerable)) < _FEWEST:
            return
        known: Floats = np.concatenate([answerable, unanswerable]).astype(np.float64)
        self._target = np.repeat([1.0, -1.0], [len(answerable), len(unanswerable)])
        self._mean = known.mean(0)
        self._table = self._with_constant(known)
        penalty = np.diag(np.repeat([_PENALTY, 1e-6], [known.shape[1], 1]))
        self._inverse: Floats = np.asarray(np.linalg.inv(self._table.T @ self._table + penalty), np.float64)
        self._weights = np.asarray(self._inverse @ self._table.T @ self._target, np.float64)

    @classmethod
    def of(cls, index: PassageIndex | None) -> "Wording":
        """Fit on the bank of an index; None for reports without one."""
        if index is None:
            return cls(np.empty((0, 0), np.float32), np.empty((0, 0), np.float32))
        return cls(index.vectors_of("bank")[1], index.vectors_of("refuse")[1])

    def lean(self, vector: Vectors) -> float:
        """The lean of one question, vector of shape (dim,); 0.0 when the bank is too small to tell."""
        if self._weights is None:
            return 0.0
        return float(np.append(vector - self._mean, 1.0) @ self._weights)

    def left_out(self) -> Floats:
        """The lean of each bank question as if it had not been there, answerable ones first, shape (n + m,).

        The leave-one-out form of ridge regression: (fit - h * target) / (1 - h), h the diagonal of the hat matrix.
        """
        if self._weights is None:
            return np.zeros(0)
        fit = self._table @ self._weights
        own = np.einsum("ij,jk,ik->i", self._table, self._inverse, self._table)
        return np.asarray((fit - own * self._target) / (1 - own), np.float64)

    def _with_constant(self, vectors: Floats) -> Floats:
        return np.hstack([vectors - self._mean, np.ones((len(vectors), 1))])
