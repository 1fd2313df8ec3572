"""From a typed question to its reading: normalising, kinds, slots, lookups, parts, follow-ups. No model needed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import SettingsError
from corpus.numerals import read_numbers
from corpus.report import About
from corpus.split import split_report
from qa.asked import holds, other_years, wishes
from qa.follow_up import asks_again, asks_next, asks_other_year, asks_where, is_follow_up, is_reply, readings
from qa.highlight import highlights
from qa.kinds import kind_of
from qa.lookup import asks_for_figure, look_alike, nearly, on_topic, presupposed, sentences_with, topic
from qa.normalise import Normaliser, Query, Speller, WordList, clean
from qa.parts import split_parts
from qa.questions.pinyin import Pinyin

REPORT = split_report(
    About("r", "总结"),
    "总结\n一、民生方面\n街道共审议事项281项。覆盖69281人,完成率87.44%。热线满意率91.4%。\n现有养老院6家、助餐点8家的服务体系。计划年底开工。\n",
)
PLACES = [(REPORT, sentence) for sentence in REPORT.sentences]


@pytest.fixture(scope="module")
def normaliser() -> Normaliser:
    return Normaliser(WordList(), Speller(lambda: ["公众号", "车棚", "受理", "加装"]), Pinyin(tuple))


def test_width_script_dialect_and_typos_are_read_the_written_way(normaliser: Normaliser) -> None:
    assert normaliser.query("滿意率９１．４％").text == "满意率91.4%"
    assert normaliser.query("侬晓得伐").text == "你知道吗"
    query = normaliser.query("街道公种号")
    assert (query.text, query.mended) == ("街道公众号", (("公种号", "公众号"),))


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("会员有几化家", "会员有多少家"),
        ("路修得哪能了", "路修得怎么样了"),
        ("路修的哪能", "路修得怎么样"),
        ("哪能办", "怎么办"),
        ("灯装好了勿", "灯装好了吗"),
        ("生活寻勿着", "生活找不到"),
        ("加快改造步伐了伐", "加快改造步伐了吗"),
    ],
)
def test_shanghai_words_are_read_the_written_way(normaliser: Normaliser, said: str, written: str) -> None:
    assert normaliser.query(said).text == written


def test_a_wrong_last_character_behind_a_word_is_mended_where_it_seldom_stands_alone() -> None:
    normaliser = Normaliser(WordList(), Speller(lambda: ["满意率", "居民区"]), Pinyin(tuple))
    assert normaliser.query("热线满意律多少").text == "热线满意率多少"
    assert normaliser.query("居民去哪里").mended == ()


def test_well_written_words_are_left_alone(normaliser: Normaliser) -> None:
    assert normaliser.query("车棚改好了几个").mended == ()


def test_everyday_words_add_written_ones_for_lexical_search(normaliser: Normaliser) -> None:
    assert "加装电梯" in normaliser.query("加梯的事").lexical


@given(st.text(max_size=300))
def test_any_text_becomes_a_query(text: str) -> None:
    query = Normaliser(WordList(), Speller(lambda: ["受理"]), Pinyin(tuple)).query(text)
    assert query.typed == text
    assert clean(query.text) == query.text or query.mended


def test_a_bad_line_in_the_word_list_is_named(tmp_path) -> None:
    path = tmp_path / "words.tsv"
    path.write_text("# 说明\n侬\t你\t方言\n阿拉 我们\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="第 3 行"):
        WordList(path)


@pytest.mark.parametrize(
    ("text", "kind"),
    [("96.38%", "number"), ("养老院有几家", "figure"), ("哪几条路", "list"), ("东走马塘", "keyword"), ("街道关心老人吗", "everyday")],
)
def test_kinds(normaliser: Normaliser, text: str, kind: str) -> None:
    assert kind_of(normaliser.query(text)) == kind


@pytest.mark.parametrize(
    ("text", "slot"),
    [("受理处电话多少", "phone"), ("一客饭几块钱", "money"), ("几点开门", "hours"), ("怎么申请", "procedure"), ("主任叫什么名字", "person")],
)
def test_the_thing_asked_for_is_seen_and_missed(text: str, slot: str) -> None:
    assert slot in [found.name for found in wishes(text)]
    assert not holds(slot, "热线满意率91.4%。")


def test_this_year_is_no_answer_to_when() -> None:
    assert not holds("when", "将四村纳入今年建设名单,全年服务日间中心")
    assert holds("when", "计划年底进场施工")
    assert holds("when", "截止8月31日")
    assert holds("when", "今年是推行白皮书第一年")


def test_other_years_are_noticed(normaliser: Normaliser) -> None:
    assert other_years(normaliser.query("2020年办了多少件"), 2021) == ["2020"]
    assert other_years(normaliser.query("2021年办了多少件"), 2021) == []
    assert other_years(normaliser.query("去年办了多少件"), 2021) == ["去年"]


def test_a_figure_is_found_by_value_and_unit_never_by_shared_digits(normaliser: Normaliser) -> None:
    [figure] = presupposed(normaliser.query("281项是哪句"))
    assert figure.value == Decimal(281)
    assert [s.text for _, s in sentences_with(figure, PLACES)] == ["街道共审议事项281项。"]
    [bare] = presupposed(normaliser.query("281"))
    assert len(sentences_with(bare, PLACES)) == 1


def test_a_figure_of_another_indicator_is_off_topic(normaliser: Normaliser) -> None:
    query = normaliser.query("满意率87.44%的那句话")
    assert asks_for_figure(query, "figure")
    assert topic(query) == "满意率"
    assert on_topic(topic(query), sentences_with(query.numbers[0], PLACES)) == []


@pytest.mark.parametrize(
    ("asked", "printed", "found"),
    [
        ("281件", "事项281项", False), ("3个", "3家,3处", False), ("16名", "16人", True), ("304户", "304产", True), ("3", "3家", True),
        ("不足六万辆", "6万余辆", False), ("6万辆以下", "6万余辆", False), ("六万辆", "6万余辆", True), ("超过6万辆", "6万余辆", True),
        ("-5", "5例", False), ("-5%", "增速为-5%", True), ("8月30日", "8月31日", False), ("2021年8月31日", "8月31日", True),
        ("2020年8月31日", "8月31日", False), ("18岁以下", "18岁以上", False), ("1000毫米", "1米", True), ("九成", "90%", True),
    ],
)  # fmt: skip
def test_only_the_very_figure_is_found(asked: str, printed: str, found: bool) -> None:
    report = split_report(About("r", "总结", year=2021), f"总结\n一、民生方面\n完成{printed}。\n")
    [figure] = read_numbers(asked)
    assert bool(sentences_with(figure, [(report, sentence) for sentence in report.sentences])) == found


def test_the_value_with_another_unit_or_bound_is_told_apart_from_the_figure() -> None:
    report = split_report(About("r", "总结"), "总结\n一、民生方面\n审议82项。\n住户82人。\n清运6万余辆。\n")
    places = [(report, sentence) for sentence in report.sentences]
    near = [nearly(read_numbers(asked)[0], places) for asked in ("82件", "82周岁", "不足6万辆", "不足82名")]
    assert [found and found[1].printed for found in near] == ["82项", None, "6万余辆", "82人"]


def test_whole_dates_are_presupposed_and_lengths_of_time_only_alone(normaliser: Normaliser) -> None:
    asked = ("8月30日打了几针", "8月打了几针", "36小时", "36小时内办好几件", "一个月", "-5")
    assert [[n.printed for n in presupposed(normaliser.query(text))] for text in asked] == [["8月30日"], [], ["36小时"], [], [], ["-5"]]


def test_swapped_digits_have_a_look_alike() -> None:
    [typed] = read_numbers("87.44%".replace("87", "78"))
    found = look_alike(typed, PLACES)
    assert found is not None
    assert "87.44%" in found[1].text


def test_several_parts() -> None:
    assert split_parts("养老院和助餐点各有几家") == ["养老院有几家", "助餐点有几家"]
    assert split_parts("养老院有几家") == []


def test_follow_ups() -> None:
    assert is_follow_up("那满意率呢?")
    assert not is_follow_up("养老院一共有几家")
    assert asks_where("在哪里说的")
    assert asks_next("后来呢")
    assert readings("友谊签了多少", "那内江呢")[-1].startswith("内江")


@pytest.mark.parametrize("text", ["谢谢", "好的谢谢侬", "哦", "嗯嗯", "明白了", "知道了,再见", "不对", "你骗人", "太好了", "OK", "就这些", "辛苦了", "没看懂", "拜拜!"])
def test_a_reply_asks_nothing(text: str) -> None:
    assert is_reply(clean(text))


@pytest.mark.parametrize("text", ["88", "满意", "好人好事", "对口支援", "不对吧,满意率多少", "谢谢,养老院几家", "没有物业的小区", "后来呢", "你确定吗", "可以加梯吗"])
def test_what_asks_something_is_no_reply(text: str) -> None:
    assert not is_reply(clean(text))


def test_a_follow_up_may_want_the_answer_again_or_of_another_year() -> None:
    assert asks_again("你确定吗?")
    assert asks_again("再说一遍")
    assert not asks_again("再说说养老")
    assert asks_other_year("那去年呢?")
    assert not asks_other_year("去年案件少了吗")


def _marked(query: Query, text: str) -> list[str]:
    sentence = next(s for s in REPORT.sentences if text in s.text)
    return [REPORT.text[a:b] for a, b in highlights(query, sentence, None, kind_of(query))]


@pytest.mark.parametrize(
    ("question", "text", "marked"),
    [
        ("热线满意率多少", "满意率", ["91.4%"]),
        ("助餐点有几家", "养老院", ["8家"]),
        ("覆盖了多少人", "覆盖", ["69281人"]),
        ("什么时候开工", "计划", ["年底"]),
        ("有哪些养老的地方", "养老院", ["养老院6家", "助餐点8家"]),
    ],
)
def test_what_answers_is_marked(normaliser: Normaliser, question: str, text: str, marked: list[str]) -> None:
    assert _marked(normaliser.query(question), text) == marked


@pytest.mark.parametrize(
    ("question", "marked"),
    [
        ("小区整治完成了几个", ["11个"]),
        ("小区整治弄好几个了", ["11个"]),
        ("小区整治已经完成几个", ["11个"]),
        ("要整治几个小区", ["14个"]),
        ("一共几个小区整治", ["14个"]),
        ("还有几个没整治", ["3个"]),
    ],
)
def test_what_is_done_is_told_from_what_is_begun_and_what_is_left(normaliser: Normaliser, question: str, marked: list[str]) -> None:
    report = split_report(About("r", "总结"), "总结\n推进辖区14个小区整治,编制指南,目前已完成11个整治,还有3个计划年内完成整治。\n")
    [sentence] = [s for s in report.sentences if "整治" in s.text]
    query = normaliser.query(question)
    assert [report.text[a:b] for a, b in highlights(query, sentence, None, kind_of(query))] == marked


@given(st.text(max_size=60))
def test_marks_stay_inside_the_sentence(question: str) -> None:
    query = Normaliser(WordList(), Speller(list), Pinyin(tuple)).query(question)
    for sentence in REPORT.sentences:
        for a, b in highlights(query, sentence, None, kind_of(query)):
            assert sentence.start <= a <= b <= sentence.end
