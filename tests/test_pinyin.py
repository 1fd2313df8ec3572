"""Pinyin is read by the words of the reports at hand, with gaps or without; other letters stay as typed."""

import pytest

from qa.questions.pinyin import Pinyin, sounds, syllables

TEXTS = ["全年改造老旧小区12个。", "城镇登记失业率控制在3%以内,接种疫苗。", "旅游场所整治。"]


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("lao jiu xiao qu 今年改了几个", "老旧小区 今年改了几个"),
        ("今年gaizao laojiuxiaoqu吗", "今年改造老旧小区吗"),
        ("chengzhen shiyelv 多少", "城镇失业率 多少"),
        ("lü you chang suo 在哪里", "旅游场所 在哪里"),
        ("jiezong yimiao 几针", "接种疫苗 几针"),  # 平翘舌 confused
    ],
)
def test_a_run_of_syllables_becomes_words(typed: str, written: str) -> None:
    assert Pinyin(lambda: TEXTS).written(typed) == written


@pytest.mark.parametrize("typed", ["wifi 密码", "今年的target是多少", "几点open", "g234 改建", "online 办事", "size", "a b c", "", "12345"])
def test_what_is_no_pinyin_stays(typed: str) -> None:
    assert Pinyin(lambda: TEXTS).written(typed) == typed


def test_nothing_is_read_before_letters_come() -> None:
    def texts() -> list[str]:
        raise AssertionError

    assert Pinyin(texts).written("没有拼音的问题") == "没有拼音的问题"


def test_a_gap_is_a_cut_and_a_long_run_is_cut_into_the_fewest_syllables() -> None:
    assert syllables("xi an") == ("xi", "an")
    assert syllables("xian") == ("xian",)
    assert syllables("lv") == ("lv",)
    assert sounds("旅") == ("lv",)
