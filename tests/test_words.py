"""Tokens for lexical search: numbers whole, nothing but words, the same for every way of writing."""

import re
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.fold import fold
from index.words import is_word, learn_names, pairs, plain_segment, segment, words

mixed = st.text(alphabet="满意率延吉新村街道２905,.%() ；abＣ\n舊區", max_size=80)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("办结2,905件", ["2905"]),
        ("办结２，９０５件", ["2905"]),
        ("签约率96.38%。", ["96.38%"]),
        ("共69281人", ["69281"]),
        ("“1+4”模式", ["1", "4"]),
        ("6台、5台", ["6", "5"]),
        ("2021年11月15日", ["2021", "11", "15"]),
    ],
)
def test_numbers_are_tokens_of_their_own(text: str, numbers: list[str]) -> None:
    for tokenizer in (words, pairs):
        assert [token for token in tokenizer(text) if token[0].isdigit()] == numbers


@given(mixed)
def test_tokens_are_words_and_numbers_only(text: str) -> None:
    for tokenizer in (words, pairs):
        for token in tokenizer(text):
            assert re.fullmatch(r"[0-9a-z\u3400-\u9fff]+|\d+(\.\d+)?%?", token), token


@given(mixed)
def test_folding_first_changes_no_token(text: str) -> None:
    assert words(text) == words(fold(text))
    assert pairs(text) == pairs(fold(text))


@given(mixed)
def test_segments_joined_give_the_folded_text(text: str) -> None:
    assert "".join(segment(text)) == fold(text)


def test_pairs_do_not_cross_punctuation() -> None:
    assert pairs("满意率,签约。率") == ["满意", "意率", "签约", "率"]


def test_long_words_are_found_by_their_parts() -> None:
    assert {"街道", "办事处", "街道办事处"} & set(words("街道办事处")) >= {"街道", "办事处"}


def test_a_name_once_learned_is_not_cut() -> None:
    name = "朵云坊栖霞弄"  # made up, so that no dictionary has it
    assert not is_word(name)
    assert name not in words(f"在{name}加装电梯")
    learn_names([name])
    assert is_word(name)
    assert name in words(f"在{name}加装电梯")


def test_several_threads_cut_as_one_does(yanji) -> None:
    texts = [sentence.text for sentence in yanji.sentences[:60]]
    alone = [segment(text) for text in texts]
    together: list[list[list[str]]] = []
    threads = [threading.Thread(target=lambda: together.append([segment(text) for text in texts])) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == [alone] * 6


def test_what_was_cut_before_a_name_was_known_is_cut_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.words._names", set())
    before = words("淞杨睦邻小站开放")
    learn_names(["淞杨睦邻小站"])
    assert "淞杨睦邻小站" not in before
    assert "淞杨睦邻小站" in words("淞杨睦邻小站开放")
    assert "淞杨睦邻小站" not in plain_segment("淞杨睦邻小站开放")
