"""Splitting loses no character and cuts no figure, on any text; and the report that comes with us is split as printed."""

import random
import re
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.report import About, Report
from corpus.split import sentence_id, split_report, split_sentences

FIGURES = (
    "96.38%", "1+4", "1+6+13", "2021年11月15日", "2,905件", "91.4%", "4.5万分", "12:30", "3~5%", "10985/11250",
    "https://www.shyp.gov.cn/yp/details?id=a5048ec3-4871&b=2#c",
)  # fmt: skip
MARKS = ("。", "！", "？", "；", "!", "?", ";", ",", "，", "、", "“", "”", "(", ")", "《", "》", "\n", " ", "\u3000", "\r")
WORDS = ("满意率", "一、", "(一)", "一是", "第二,", "此外,", "街道", "a", "7")
CLOSERS = "”’」』】》〉）)]］"
pieces_of_reports = st.lists(st.sampled_from(FIGURES + MARKS + WORDS), max_size=60)
reportlike = pieces_of_reports.map("".join)
any_text = st.one_of(st.text(max_size=300), reportlike)


def split(text: str) -> Report:
    return split_report(About("r", "标题"), text)


@given(any_text)
def test_splitting_loses_no_character(text: str) -> None:
    pieces = split_sentences(text)
    assert "".join(pieces) == text
    assert all(pieces)


@given(any_text)
def test_sentences_are_slices_with_only_white_space_between(text: str) -> None:
    report = split(text)
    place = 0
    for sentence in report.sentences:
        assert sentence.text == text[sentence.start : sentence.end] != ""
        assert not text[place : sentence.start].strip("\u200b\u200c\u200d\u2060\ufeff \t\r\n\u3000\u00a0")
        place = sentence.end
        passage = report.passages[sentence.passage]
        assert passage.start <= sentence.start < sentence.end <= passage.end
        assert passage.text == text[passage.start : passage.end]
        assert report.sentence_at(sentence.start) is sentence
    assert not text[place:].strip("\u200b\u200c\u200d\u2060\ufeff \t\r\n\u3000\u00a0")


@given(any_text)
def test_sections_are_slices_and_nest(text: str) -> None:
    report = split(text)
    for section in report.sections:
        assert section.heading == text[section.heading_start : section.heading_end]
        assert section.start == section.heading_start < section.heading_end <= section.end
    for outer in report.sections:
        for inner in report.sections:
            if outer.start < inner.start < outer.end:
                assert inner.end <= outer.end
                assert inner.level > outer.level


@given(pieces_of_reports)
def test_no_figure_and_no_address_is_cut(fragments: list[str]) -> None:
    text, place, cuts = "".join(fragments), 0, set()
    for piece in split_sentences(text):
        cuts.add(place := place + len(piece))
    place = 0
    for fragment in fragments:
        if fragment in FIGURES:
            assert cuts.isdisjoint(range(place + 1, place + len(fragment))), (fragment, text)
        place += len(fragment)


@given(reportlike)
def test_a_closing_quote_stays_with_its_sentence(text: str) -> None:
    pieces = split_sentences(text)
    for before, piece in pairwise(pieces):
        assert piece[0] not in CLOSERS or before[-1].isspace()


@pytest.mark.parametrize(
    "pieces",
    [
        ["签约率96.38%。", "共2,905件;", "“1+4”模式；", "2021年11月15日!"],
        ["他说:“好。”", "大家说好！”", "完"],
        ["建成6台；", "在建5台;", "报建40台。"],
        ["出台《怎么办?这样办!》(详见附件。下同)并落实。", "再说。"],
        ["详见https://a.cn/x?id=1&b=2!", "好"],
        ["“为什么?”的问题。", "答案。"],
        ["完成整治。", "这些小区都满意。", "的确如此!", "等级提升。"],
        ["真的?!", "真的……是"],
        ["(没有关上的括号。", "下一句。"],
        ["一行\n", "又一行\n\n\u3000\u3000", "第三行"],
    ],
)
def test_where_sentences_end(pieces: list[str]) -> None:
    assert split_sentences("".join(pieces)) == pieces


@given(reportlike)
def test_sentence_ids_are_unique_and_repeatable(text: str) -> None:
    names = [sentence.sentence_id for sentence in split(text).sentences]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch("s[0-9a-f]{8}", name) for name in names)
    assert names == [sentence.sentence_id for sentence in split(text).sentences]


def test_the_same_words_twice_are_two_sentences() -> None:
    first, other, second = split("设助餐点8家。\n新增2家。\n设助餐点8家。").sentences
    assert (first.sentence_id, second.sentence_id) == (sentence_id("设助餐点8家。", 1), sentence_id("设助餐点8家。", 2))
    assert other.sentence_id not in (first.sentence_id, second.sentence_id)


def test_links_survive_edits_elsewhere(yanji: Report) -> None:
    names = {sentence.sentence_id for sentence in yanji.sentences}
    dice = random.Random(5)
    for _ in range(20):
        edited = dice.choice(yanji.sentences)
        text = yanji.text[: edited.start] + "这一句已经改过。" + yanji.text[edited.end :]
        left = {sentence.sentence_id for sentence in split_report(yanji.about, text).sentences}
        assert names - left == {edited.sentence_id}
        added = yanji.text[: edited.start] + "另加的一句。\n" + yanji.text[edited.start :]
        assert names <= {sentence.sentence_id for sentence in split_report(yanji.about, added).sentences}


def test_every_part_and_subsection_of_the_report(yanji: Report) -> None:
    lines = yanji.text.splitlines()
    printed = [line for line in lines if re.match("[一二三四五]、", line) or re.match(r"\([一二三四五]\)", line)]
    found = [section.heading for section in yanji.sections if section.level < 3]
    assert len(found) == 5 + 16
    assert all(line.startswith(heading) for line, heading in zip(printed, found, strict=True))
    assert found[0] == "一、从严管党治党方面"
    assert found[1] == "(一)突出思想引领作用,坚定党员理想信念。"


def test_title_introduction_and_footer_of_the_report(yanji: Report) -> None:
    roles = [sentence.role for sentence in yanji.sentences]
    assert roles[:3] == ["title", "title", "text"]
    assert yanji.sentences[2].text.startswith("2021年,在区委、区政府的坚强领导下")
    assert yanji.sentences[2].section == ()
    assert roles[-2:] == ["footer", "footer"]
    assert yanji.sentences[-2].text.startswith("查看视频解读:https://www.shyp.gov.cn/")
    assert yanji.sentences[-2].text.endswith("f2d276ae1b14")
    assert [sentence.section for sentence in yanji.sentences[-2:]] == [(), ()]


def test_items_and_asides_of_the_report_are_passages_of_their_own(yanji: Report) -> None:
    items = [section for section in yanji.sections if section.level == 3]
    assert [item.heading[:2] for item in items[:3]] == ["一是", "二是", "一是"]
    assert {item.start for item in items} <= {passage.start for passage in yanji.passages}
    [lifts] = [sentence for sentence in yanji.sentences if "累计加装6台" in sentence.text]
    assert lifts.item == "二是推进既有多层住宅加装电梯“一网统管”应用场景上线"
    [aside] = [sentence for sentence in yanji.sentences if sentence.text.startswith("此外,社会治安")]
    assert yanji.passages[aside.passage].start == aside.start
    assert aside.item == ""


def test_the_hotline_sentence_stands_where_it_is_printed(yanji: Report) -> None:
    [sentence] = yanji.sentences_of("满意率91.4%")
    assert sentence.text == "今年以来,街道共办结受理“12345”市民服务热线工单2905件,满意率91.4%。"
    assert sentence.section == ("一、从严管党治党方面", "(四)突出选人用人导向作用,优化干部队伍建设。")


@pytest.mark.parametrize(
    "unit",
    ["好。", "满意率91.4%。", "甲\n", "一、好\n", "(一)好\n", "一是好。", "(", "《", "“", "(\n", "。", "；;", " ", "x", "a?b=1&", "\u3000一是"],
)
def test_a_hundred_thousand_characters_take_seconds(unit: str) -> None:
    started = time.process_time()
    report = split((unit * 100_000)[:100_000])
    assert time.process_time() - started < 12
    assert len(report.sentences) <= 100_000
