"""What a question says of where to look: many wordings, no model."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.report import About
from qa.normalise import clean
from qa.publishers import ours, publisher_of
from qa.scope import Catalogue
from qa.years import ranges, read_years

STREET = "上海市杨浦区人民政府延吉新村街道办事处"
OTHER = "上海市杨浦区人民政府长白新村街道办事处"
STATE = "中华人民共和国国务院"
ABOUTS = [
    About("yanji-2020", "延吉新村街道2020年度工作总结", 2020, publisher=STREET),
    About("yanji-2021", "延吉新村街道2021年度工作总结", 2021, date(2022, 3, 30), publisher=STREET),
    About("changbai-2021", "长白新村街道2021年度工作总结", 2021, date(2022, 3, 1), publisher=OTHER),
    *(About(f"guowuyuan-{year}", f"{year}年中华人民共和国国务院政府工作报告", year, publisher=STATE) for year in (1998, 2019, 2021, 2025)),
]


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    catalogue = Catalogue(ABOUTS, today=lambda: date(2022, 4, 1))
    catalogue.printed_at_home = lambda words: words in "街道通过全国文明单位复评,建成全国首家社区青少年成长中心,开展国家安全宣传。"
    return catalogue


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("2021年电梯装了几台", (2021,)),
        ("2021年度工作总结", (2021,)),
        ("２０２１年的满意率", (2021,)),
        ("二〇二一年的满意率", (2021,)),
        ("二零二一年的滿意率", (2021,)),
        ("二○二一年的满意率", (2021,)),
        ("一九九八年抗洪", (1998,)),
        ("98年国务院报告", (1998,)),
        ("九八年国务院报告", (1998,)),
        ("21年街道热线满意率", (2021,)),
        ("零八年政府工作报告", (2008,)),
        ("七八年政府工作报告", (1978,)),
        ("2018到2021年的报告", (2018, 2019, 2020, 2021)),
        ("2019年和2021年报告里的满意率", (2019, 2021)),
        ("2019 政府工作报告 就业", (2019,)),
        ("九十年代国务院报告", tuple(range(1990, 2000))),
        ("1982年报告里1985年要招多少研究生", (1982,)),
        ("2022年政府工作报告,今年高校毕业生有多少", (2022,)),
        ("去年街道加了几台电梯", (2021,)),
        ("舊年街道加了幾台電梯", (2021,)),
        ("上一年的满意率", (2021,)),
        ("前年的满意率", (2020,)),
        ("大前年的满意率", (2019,)),
        ("今年的满意率", (2022,)),
        ("明年打算做什么", (2023,)),
        ("后年打算做什么", (2024,)),
    ],
)
def test_years_are_read_in_many_wordings(catalogue: Catalogue, text: str, years: tuple[int, ...]) -> None:
    assert catalogue.read(clean(text)).years.years == years


@pytest.mark.parametrize(
    "text",
    [
        "住了20年以上的老房子",
        "20年的老房子能加梯吗",
        "二三年能装好吗",
        "比去年多了还是少了",
        "和去年同期比",
        "上年纪的老人有什么照顾",
        "目前年轻人创业有帮助吗",
        "近年来加了几台",
        "未来年底前完成吗",
        "2021件是哪句",
        "睦邻延吉2030白皮书",
        "12345热线",
        "2030",
        "前几年的事",
        "十年来的变化",
        "30年房龄的小区",
    ],
)
def test_what_is_no_year_is_left_alone(catalogue: Catalogue, text: str) -> None:
    scope = catalogue.read(clean(text))
    assert scope.years.years == ()
    assert scope.text == clean(text)


@pytest.mark.parametrize(
    ("text", "publisher"),
    [
        ("延吉新村街道的满意率", STREET),
        ("延吉街道的满意率", STREET),
        ("延吉养老院几家", STREET),
        ("我们街道养老院几家", STREET),
        ("阿拉街道電梯裝了幾台", STREET),
        ("本街道做了什么", STREET),
        ("街道做了什么", STREET),
        ("工作总结里怎么说养老院", STREET),
        ("长白新村街道养老院几家", OTHER),
        ("长白街道养老院几家", OTHER),
        ("国务院怎么说就业", STATE),
        ("国务院报告里的街道社区", STATE),
        ("政府工作报告里的就业目标", STATE),
        ("政府報告裡的就業目標", STATE),
        ("李总理报告里的就业目标", STATE),
        ("电梯装了几台", None),
        ("延吉市的国内生产总值", None),
    ],
)
def test_publishers_are_read_in_many_wordings(catalogue: Catalogue, text: str, publisher: str | None) -> None:
    assert catalogue.read(clean(text)).publisher == publisher


@pytest.mark.parametrize(
    ("text", "soft"),
    [
        ("全国粮食产量多少", "全国"),
        ("国家的赤字率", "国家"),
        ("中央财政赤字多少", "中央"),
        ("全国文明单位复评结果", ""),
        ("全国首家的是哪个中心", ""),
        ("国家级文明单位", ""),
        ("国家安全宣传几次", ""),
        ("街道哪个地方是全国第一个", ""),
        ("全国人大代表来了吗", ""),
    ],
)
def test_the_whole_country_is_meant_only_where_it_is_no_part_of_a_name(catalogue: Catalogue, text: str, soft: str) -> None:
    assert catalogue.read(clean(text)).soft == soft


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("2019年国务院政府工作报告里,城镇新增就业多少?", "城镇新增就业多少?"),
        ("国务院2019年的报告说城镇新增就业多少", "城镇新增就业多少"),
        ("1979年報告中,中美建交是幾月幾號", "中美建交是几月几号"),
        ("2000年国务院报告高速公路新增多少公里", "高速公路新增多少公里"),
        ("一八年政府工作报告中央预算内投资安排多少", "中央预算内投资安排多少"),
        ("街道养老院几家", "街道养老院几家"),
        ("2017年中央财政赤字", "中央财政赤字"),
    ],
)
def test_the_words_that_say_where_are_taken_out(catalogue: Catalogue, text: str, left: str) -> None:
    assert catalogue.read(clean(text)).text == left


@pytest.mark.parametrize("text", ["那2019年呢", "国务院的呢?", "2020年政府工作报告说了什么", "那我们街道呢", "2019年的报告"])
def test_a_question_may_say_nothing_but_where(catalogue: Catalogue, text: str) -> None:
    assert catalogue.read(clean(text)).bare


def test_titles_name_their_report(catalogue: Catalogue) -> None:
    scope = catalogue.read(clean("《2019年中华人民共和国国务院政府工作报告》里就业怎么样"))
    assert (scope.titles, scope.text) == (("guowuyuan-2019",), "就业怎么样")
    assert catalogue.read(clean("延吉新村街道2020年度工作总结 养老院")).titles == ("yanji-2020",)


def test_a_follow_up_keeps_what_it_does_not_name(catalogue: Catalogue) -> None:
    before = catalogue.read("2019年国务院报告里就业多少")
    same_place = catalogue.read("那2021年呢").over(before)
    assert (same_place.publisher, same_place.years.years) == (STATE, (2021,))
    same_year = catalogue.read("长白街道呢").over(before)
    assert (same_year.publisher, same_year.years.years) == (OTHER, (2019,))
    assert catalogue.read("失业率呢").over(before).years.years == (2019,)


@pytest.mark.parametrize(
    ("home", "key"),
    [("", STREET), ("延吉", STREET), ("长白新村街道", OTHER), ("changbai-2021", OTHER), ("国务院", STATE), (STATE, STATE), ("没有的", STREET)],
)
def test_home_is_who_the_setting_names_else_the_newest_local_publisher(home: str, key: str) -> None:
    catalogue = Catalogue(ABOUTS, home=home)
    assert catalogue.home == key
    assert catalogue.knows_home(home) == (home != "没有的")


def test_a_library_of_the_country_alone_is_at_home_there() -> None:
    assert Catalogue(ABOUTS[-2:]).home == STATE


def test_names_of_publishers() -> None:
    assert publisher_of("上海市杨浦区人民政府", []).names == ("上海市杨浦区人民政府", "杨浦区", "杨浦")
    assert publisher_of("上海市民政局", []).name == "民政局"
    assert publisher_of(STREET, [], ["延新"]).names[-1] in ("延吉", "延新")
    assert ours(publisher_of("上海市杨浦区人民政府", [])).search("本区有几个街道")
    assert not ours(publisher_of("上海市杨浦区人民政府", [])).search("小区有几个门")


def test_years_for_people() -> None:
    assert ranges([]) == ""
    assert ranges([2021]) == "2021年"
    assert ranges([2020, 2021, 1998, 2005, 2006, 2007]) == "1998、2005—2007、2020、2021年"


@given(st.text(max_size=80), st.integers(1990, 2100), st.booleans())
def test_any_text_can_be_read(text: str, today: int, named: bool) -> None:
    years = read_years(clean(text), today, named=named)
    assert all(1000 <= year <= 9999 for year in years.years)
    Catalogue(ABOUTS).read(clean(text))
