"""BM25 over token lists, by bm25s (https://github.com/xhluca/bm25s), with its default Lucene variant, k1=1.5, b=0.75."""

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Tokenizer = Callable[[str], list[str]]
Scores = npt.NDArray[np.float32]


class LexicalIndex:
    """BM25 over a list of texts, in memory. Position in the list is the text's number."""

    def __init__(self, texts: Sequence[str], tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        tokens = [tokenizer(text) for text in texts]
        self._size = len(tokens)
        self._postings = _postings(tokens)  # token -> numbers of the texts that hold it, ascending
        self._bm25 = _bm25(tokens) if self._postings else None

    def __len__(self) -> int:
        """How many texts it holds."""
        return self._size

    def scores(self, query: str) -> Scores:
        """BM25 of every text, shape (n,), 0 or more; 0 where no token is shared."""
        tokens = [token for token in self._tokenizer(query) if token in self._postings]
        if self._bm25 is None or not tokens:
            return np.zeros(self._size, np.float32)
        return np.asarray(self._bm25.get_scores(tokens), np.float32)

    def idf(self, token: str) -> float:
        """Inverse document frequency; a token that no text has is as rare as can be."""
        held = len(self._postings.get(token, ()))
        return math.log(1 + (self._size - held + 0.5) / (held + 0.5))

    def coverages(self, query: str) -> Scores:
        """Share of the query's tokens, weighted by rarity, that each text holds: shape (n,), 0.0 to 1.0."""
        weights = {token: self.idf(token) for token in set(self._tokenizer(query))}
        found = np.zeros(self._size, np.float32)
        for token, weight in weights.items():
            if token in self._postings:
                found[self._postings[token]] += weight
        return found / max(sum(weights.values()), 1e-9)


def _postings(tokens: list[list[str]]) -> dict[str, npt.NDArray[np.int32]]:
    held = defaultdict(list)
    for number, row in enumerate(tokens):
        for token in set(row):
            held[token].append(number)
    return {token: np.array(numbers, np.int32) for token, numbers in held.items()}


def _bm25(tokens: list[list[str]]) -> Any:
    import bm25s

    index = bm25s.BM25()
    index.index(tokens, show_progress=False)
    return index
