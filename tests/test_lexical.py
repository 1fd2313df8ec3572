"""BM25 by hand, rarity, coverage, and texts that share nothing."""

import math
from pathlib import Path

import bm25s
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import SearchIndexError
from corpus.report import Report
from index.lexical import LexicalIndex, Tokens
from index.rows import context_text
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


def test_scores_are_those_of_bm25s(yanji: Report) -> None:
    """The library whose variant and defaults these are, on the report itself, put together from parts."""
    texts = [context_text(yanji, sentence) for sentence in yanji.sentences]
    ours = LexicalIndex.joined([Tokens.of(texts[:50], words), Tokens.of(texts[50:], words)], words)
    theirs = bm25s.BM25()
    theirs.index([words(text) for text in texts], show_progress=False)
    for query in ("热线满意率91.4%", "养老院有几家", "垃圾分类垃圾"):
        assert ours.scores(query) == pytest.approx(theirs.get_scores([word for word in words(query) if word in ours]), abs=1e-5)


def test_saved_and_loaded_it_scores_the_same(tmp_path: Path) -> None:
    for texts in (TEXTS, [], [""]):
        index(texts).save(tmp_path / "words")
        loaded = LexicalIndex.load(tmp_path / "words", str.split)
        assert loaded.scores("粮食 教育").tolist() == index(texts).scores("粮食 教育").tolist()
        assert loaded.coverages("粮食 没有").tolist() == index(texts).coverages("粮食 没有").tolist()
        assert (len(loaded), loaded.vocabulary) == (len(texts), index(texts).vocabulary)
    (tmp_path / "words").write_bytes(b"no index")
    with pytest.raises(SearchIndexError, match="python -m qa build"):
        LexicalIndex.load(tmp_path / "words", str.split)


def test_some_of_the_texts_are_as_if_there_were_no_others() -> None:
    texts = [*TEXTS, "粮食 粮食 教育", "增长", ""]
    for spans in ([range(1, 3)], [range(0, 1), range(3, 6)], [range(0, 6)], [], [range(2, 2)]):
        part, alone = index(texts).within(spans), index([texts[number] for span in spans for number in span])
        assert (len(part), part.vocabulary) == (len(alone), alone.vocabulary)
        for query in ("粮食 教育", "增长 没有"):
            assert part.scores(query).tolist() == pytest.approx(alone.scores(query).tolist())
            assert part.coverages(query).tolist() == pytest.approx(alone.coverages(query).tolist())
        assert ("就业" in part) == ("就业" in alone)


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
