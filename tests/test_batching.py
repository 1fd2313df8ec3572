"""Questions that wait together are computed together and get their own vectors; the last vectors are kept."""

import threading

import numpy as np
import pytest

from corpus.errors import ModelError
from index.batching import Kept, Together
from index.embed import Embedder


def test_those_who_wait_are_computed_together_and_get_their_own() -> None:
    batches: list[list[str]] = []
    busy, go = threading.Event(), threading.Event()

    def encode(texts: list[str]) -> np.ndarray:
        batches.append(list(texts))
        busy.set()
        assert go.wait(10)
        return np.array([[float(text)] for text in texts], np.float32)

    together = Together(encode, places=1)
    got: dict[int, np.ndarray] = {}

    def ask(number: int) -> None:
        got[number] = together.encode([str(number)])

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
    threads[0].start()
    assert busy.wait(10)
    for thread in threads[1:]:
        thread.start()
    while len(together._waiting) < 19:
        threading.Event().wait(0.001)
    go.set()
    for thread in threads:
        thread.join(10)
    assert {number: float(vector[0, 0]) for number, vector in got.items()} == {number: float(number) for number in range(20)}
    assert [len(batch) for batch in batches] == [1, 16, 3]


def test_an_error_comes_to_those_whose_texts_were_with_it() -> None:
    def encode(texts: list[str]) -> np.ndarray:
        raise ModelError("坏了")

    together = Together(encode, places=1)
    for _ in range(2):  # the place is free again
        with pytest.raises(ModelError):
            together.encode(["a"])


def test_kept_vectors_are_bounded_and_the_oldest_go() -> None:
    kept = Kept(most=2)
    for number, text in enumerate("abc"):
        kept.keep([text], np.float32([[number]]))
        kept.of(["a"])
    assert set(kept.of("abc")) == {"a", "c"}
    assert kept.of(["a"])["a"] == [0.0]


def test_a_kept_vector_is_the_one_computed() -> None:
    embedder = Embedder()
    first = embedder.encode_queries(["满意率", "疫苗"])
    embedder._together = None
    assert (embedder.encode_queries(["疫苗", "满意率", "疫苗"]) == first[[1, 0, 1]]).all()
