"""How a question's wording sounds: like those that the bank could answer, or like those it could not.

Ridge regression (Hoerl and Kennard 1970) from question vectors to +1 (answerable) or -1 (not), over the whole bank, solved
when the index opens; so it follows the bank and the model and needs no stored numbers. It learns that 电话、多少钱一客、
怎么申请 seldom have an answer in a report whatever the topic, which no list of patterns covers.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from index.base import Vectors
from index.passage_index import PassageIndex

_PENALTY = 1.0
_FEWEST = 50  # bank questions of each sort; with fewer there is nothing to learn
_ROWS = 512

Floats = npt.NDArray[np.float64]


class Wording:
    """The fitted plane. ``lean`` is about -1 to 1: above 0 the wording sounds answerable."""

    def __init__(self, answerable: Vectors, unanswerable: Vectors) -> None:
        """Fit on vectors of shape (n, dim) and (m, dim); of these only the plane is kept."""
        self._weights: Floats | None = None
        if min(len(answerable), len(unanswerable)) < _FEWEST:
            return
        sums = [np.asarray(part.sum(0, dtype=np.float64), np.float64) for part in (answerable, unanswerable)]
        self._mean: Floats = (sums[0] + sums[1]) / (len(answerable) + len(unanswerable))
        self._products = np.diag(np.repeat([_PENALTY, 1e-6], [len(self._mean), 1]))
        for part in _parts(answerable, unanswerable):
            table = self._with_constant(part)
            self._products += table.T @ table
        lean = len(answerable) - len(unanswerable)
        target = np.append(sums[0] - sums[1] - lean * self._mean, lean)  # the table's transpose times +1 and -1
        self._weights = np.asarray(np.linalg.solve(self._products, target), np.float64)

    @classmethod
    def of(cls, index: PassageIndex | None) -> "Wording":
        """Fit on the bank of an index; None for reports without one."""
        if index is None:
            return cls(np.empty((0, 0), np.float32), np.empty((0, 0), np.float32))
        return cls(index.stored("bank"), index.stored("refuse"))

    def lean(self, vector: Vectors) -> float:
        """The lean of one question, vector of shape (dim,); 0.0 when the bank is too small to tell."""
        if self._weights is None:
            return 0.0
        return float(np.append(vector - self._mean, 1.0) @ self._weights)

    def left_out(self, answerable: Vectors, unanswerable: Vectors) -> Floats:
        """The lean of each of the questions it was fitted on as if that one had not been there, answerable ones first, shape (n + m,).

        The leave-one-out form of ridge regression: (fit - h * target) / (1 - h), h the diagonal of the hat matrix.
        """
        if self._weights is None:
            return np.zeros(0)
        table = self._with_constant(np.concatenate([answerable, unanswerable]))
        target = np.repeat([1.0, -1.0], [len(answerable), len(unanswerable)])
        own = np.einsum("ij,ij->i", table, np.linalg.solve(self._products, table.T).T)
        return np.asarray((table @ self._weights - own * target) / (1 - own), np.float64)

    def _with_constant(self, vectors: Vectors) -> Floats:
        return np.hstack([vectors - self._mean, np.ones((len(vectors), 1))])


def _parts(*tables: Vectors) -> Iterator[Vectors]:
    """A few rows at a time: the whole in double precision, with a constant, would be 50 MB for the bank of one report."""
    for table in tables:
        for first in range(0, len(table), _ROWS):
            yield table[first : first + _ROWS]
