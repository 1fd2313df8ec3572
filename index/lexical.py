"""BM25 over token lists: Lucene's variant, k1=1.5, b=0.75, as arrays that are put together from parts and saved.

Cutting a text into words is what costs; so each report keeps its ``Tokens``, and an index is made of them by arithmetic alone.
"""

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from corpus.errors import SearchIndexError
from index.store import write_arrays

Tokenizer = Callable[[str], Sequence[str]]
Scores = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int32]

_K1, _B = 1.5, 0.75


@dataclass(frozen=True, eq=False)
class Tokens:
    """What some texts are cut into."""

    vocabulary: tuple[str, ...]  # every token once
    ids: Numbers  # tokens of all texts in order, as places in the vocabulary
    lengths: Numbers  # tokens of each text

    @classmethod
    def of(cls, texts: Sequence[str], tokenizer: Tokenizer) -> "Tokens":
        """Cut texts.

        >>> Tokens.of(["粮食 增长", "粮食"], str.split).ids.tolist()
        [0, 1, 0]
        """
        places: dict[str, int] = {}
        ids, lengths = [], []
        for text in texts:
            tokens = tokenizer(text)
            ids += [places.setdefault(token, len(places)) for token in tokens]
            lengths.append(len(tokens))
        return cls(tuple(places), np.array(ids, np.int32), np.array(lengths, np.int32))


class LexicalIndex:
    """BM25 over a list of texts. Position in the list is the text's number."""

    def __init__(self, texts: Sequence[str], tokenizer: Tokenizer) -> None:
        self._join([Tokens.of(texts, tokenizer)], tokenizer)

    @classmethod
    def joined(cls, parts: Sequence[Tokens], tokenizer: Tokenizer) -> Self:
        """Of texts that were cut before; the texts of the first part come first."""
        index = cls.__new__(cls)
        index._join(parts, tokenizer)
        return index

    def _join(self, parts: Sequence[Tokens], tokenizer: Tokenizer) -> None:
        places: dict[str, int] = {}
        own = [np.array([places.setdefault(token, len(places)) for token in part.vocabulary], np.int64) for part in parts]
        tokens = np.concatenate([np.empty(0, np.int64), *(ids[part.ids] for ids, part in zip(own, parts, strict=True))])
        lengths = np.concatenate([np.empty(0, np.int32), *(part.lengths for part in parts)])
        texts = np.repeat(np.arange(len(lengths), dtype=np.int64), lengths)
        held, often = np.unique(tokens * max(len(lengths), 1) + texts, return_counts=True)  # by token, then by text
        starts = np.searchsorted(held, np.arange(len(places) + 1, dtype=np.int64) * max(len(lengths), 1))
        numbers = (held % max(len(lengths), 1)).astype(np.int32)
        self._set(tokenizer, places, lengths.astype(np.int32), starts, numbers, often.astype(np.int32))

    def _set(
        self,
        tokenizer: Tokenizer,
        places: dict[str, int],
        lengths: Numbers,
        starts: npt.NDArray[np.int64],
        numbers: Numbers,
        often: Numbers,
    ) -> None:
        self._tokenizer = tokenizer
        self._places = places  # token -> row of ``starts``
        self._size = size = len(lengths)
        self._lengths = lengths  # of the texts, in tokens
        self._starts = starts  # (tokens + 1,): where a token's texts begin in the arrays below
        self._numbers = numbers  # texts that hold a token, ascending
        self._often = often  # how often each holds it
        held = np.diff(starts)
        rarity = np.log(1 + (size - held + 0.5) / (held + 0.5))
        norm = _K1 * (1 - _B + _B * lengths / max(float(lengths.mean()), 1e-9)) if size else np.empty(0)
        self._scores: Scores = (np.repeat(rarity, held) * often / (often + norm[numbers])).astype(np.float32)  # BM25

    def within(self, spans: Sequence[range]) -> "LexicalIndex":
        """Of some of the texts, ranges that ascend, as if there were no others; nothing is cut again."""
        kept = np.concatenate([np.empty(0, np.int64), *(np.arange(span.start, span.stop) for span in spans)])
        renumbered = np.full(self._size, -1, np.int32)
        renumbered[kept] = np.arange(len(kept))
        inside = renumbered[self._numbers] >= 0
        starts = np.concatenate([[0], np.cumsum(inside, dtype=np.int64)])[self._starts]
        index = LexicalIndex.__new__(LexicalIndex)
        index._set(
            self._tokenizer, self._places, self._lengths[kept], starts, renumbered[self._numbers[inside]], self._often[inside]
        )
        return index

    def __len__(self) -> int:
        """How many texts it holds."""
        return self._size

    def __contains__(self, token: str) -> bool:
        """Whether some text holds the token."""
        span = self._span(token)
        return bool(span.stop > span.start)

    @property
    def vocabulary(self) -> set[str]:
        """Every token that some text holds."""
        held = np.diff(self._starts) > 0
        return {token for token, place in self._places.items() if held[place]}

    def _span(self, token: str) -> slice:
        """Where a token's texts are; empty when none holds it."""
        place = self._places.get(token)
        return slice(0, 0) if place is None else slice(int(self._starts[place]), int(self._starts[place + 1]))

    def scores(self, query: str) -> Scores:
        """BM25 of every text, shape (n,), 0 or more; 0 where no token is shared."""
        found = np.zeros(self._size, np.float32)
        for token in self._tokenizer(query):
            span = self._span(token)
            found[self._numbers[span]] += self._scores[span]
        return found

    def idf(self, token: str) -> float:
        """Inverse document frequency; a token that no text has is as rare as can be."""
        span = self._span(token)
        held = span.stop - span.start
        return math.log(1 + (self._size - held + 0.5) / (held + 0.5))

    def coverages(self, query: str) -> Scores:
        """Share of the query's tokens, weighted by rarity, that each text holds: shape (n,), 0.0 to 1.0."""
        weights = {token: self.idf(token) for token in set(self._tokenizer(query))}
        found = np.zeros(self._size, np.float32)
        for token, weight in weights.items():
            found[self._numbers[self._span(token)]] += weight
        return found / max(sum(weights.values()), 1e-9)

    def save(self, path: Path) -> None:
        """Write everything into one file."""
        words = np.frombuffer(json.dumps(list(self._places), ensure_ascii=False).encode(), np.uint8)
        write_arrays(path, words=words, lengths=self._lengths, starts=self._starts, numbers=self._numbers, often=self._often)

    @classmethod
    def load(cls, path: Path, tokenizer: Tokenizer) -> Self:
        """Read what ``save`` wrote, with the tokenizer it was made with.

        Raises:
            SearchIndexError: the file is not what ``save`` writes.
        """
        index = cls.__new__(cls)
        try:
            with path.open("rb") as file, np.load(file) as stored:
                places = {token: place for place, token in enumerate(json.loads(stored["words"].tobytes()))}
                index._set(tokenizer, places, stored["lengths"], stored["starts"], stored["numbers"], stored["often"])
        except (OSError, EOFError, ValueError, KeyError, BadZipFile) as error:
            raise SearchIndexError(f"索引文件 {path} 读不懂;请重建:python -m qa build") from error
        return index
