"""Folding keeps every character in its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.fold import fold

TRADITIONAL = "舊區改造黨員總結滿意率幾個電梯裡頭髮乾淨後臺鬥爭颱風隻準係"


@given(st.one_of(st.text(st.characters()), st.text(alphabet=TRADITIONAL + "０１２％，㎡①½ﬁİßŉ\u0301\ud83d\udc00")))
def test_length_is_kept(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(st.text(alphabet=TRADITIONAL + "０９％ＡｂC舊舊"))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("９１．４％", "91.4%"),
        ("舊區改造簽約率", "旧区改造签约率"),
        ("ＡＰＰ和WiFi", "app和wifi"),
        ("（一）“无烟”", "(一)“无烟”"),
        ("60㎡", "60㎡"),
        ("", ""),
        ("1+4", "1+4"),
        ("满意\ud83d率", "满意\ufffd率"),
    ],
)
def test_what_folds_to_what(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_the_report_folds_in_place(yanji) -> None:
    folded = fold(yanji.text)
    assert len(folded) == len(yanji.text)
    place = yanji.text.index("96.38%")
    assert folded[place : place + 6] == "96.38%"
