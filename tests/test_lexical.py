"""BM25 by hand, rarity, coverage, and texts that share nothing."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.lexical import LexicalIndex
from index.words import words

TEXTS = ["粮食 增长", "粮食 粮食 就业 教育", "教育"]  # lengths 2, 4, 1: 7/3 on average


def index(texts: list[str] = TEXTS) -> LexicalIndex:
    return LexicalIndex(texts, str.split)


def bm25(often: int, length: int, held: int) -> float:
    """Lucene's BM25 of one word, k1=1.5, b=0.75, over three texts of 7/3 words."""
    return math.log(1 + (3 - held + 0.5) / (held + 0.5)) * often / (often + 1.5 * (1 - 0.75 + 0.75 * length / (7 / 3)))


def test_scores_are_bm25() -> None:
    assert index().scores("粮食") == pytest.approx([bm25(1, 2, 2), bm25(2, 4, 2), 0], abs=1e-5)
    assert index().scores("粮食 增长") == pytest.approx([bm25(1, 2, 2) + bm25(1, 2, 1), bm25(2, 4, 2), 0], abs=1e-5)


def test_rare_words_weigh_more_and_unknown_ones_most() -> None:
    assert index().idf("粮食") == pytest.approx(math.log(1 + 1.5 / 2.5))
    assert index().idf("没有") > index().idf("就业") > index().idf("粮食") > 0


def test_coverage_is_the_share_by_rarity() -> None:
    lexical = index()
    rare, common = lexical.idf("就业"), lexical.idf("粮食")
    assert lexical.coverages("就业 粮食 粮食") == pytest.approx([common / (rare + common), 1, 0])


@pytest.mark.parametrize("query", ["", "没有 这些", "   "])
def test_a_query_that_shares_nothing_scores_zero(query: str) -> None:
    assert index().scores(query).tolist() == [0, 0, 0]
    assert index().coverages(query).tolist() == [0, 0, 0]


@pytest.mark.parametrize("texts", [[], [""], ["", ""]])
def test_nothing_to_search_in(texts: list[str]) -> None:
    assert index(texts).scores("粮食").tolist() == [0] * len(texts)
    assert len(index(texts)) == len(texts)


@given(st.lists(st.text(alphabet="甲乙丙 ", max_size=8), max_size=6), st.text(alphabet="甲乙丙丁 ", max_size=8))
def test_scores_and_coverage_agree_on_what_is_shared(texts: list[str], query: str) -> None:
    lexical = LexicalIndex(texts, list)
    scores, coverages = lexical.scores(query), lexical.coverages(query)
    assert scores.shape == coverages.shape == (len(texts),)
    assert ((scores > 0) == (coverages > 0)).all()
    assert np.all((coverages >= 0) & (coverages <= 1 + 1e-6))


def test_a_number_is_found_whole() -> None:
    lexical = LexicalIndex(["覆盖69281人", "审议事项281项", "办结2,905件"], words)
    assert np.flatnonzero(lexical.scores("281")).tolist() == [1]
    assert np.flatnonzero(lexical.scores("2905")).tolist() == [2]
