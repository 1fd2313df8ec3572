"""Near misses in a word: the opposite, another place, another age."""

import pytest

from corpus.numerals import read_numbers
from qa.otherwise import elsewhere, of_other_age, turned
from qa.service import Service

CALLS = "今年以来,街道共办结受理“12345”市民服务热线工单2905件,满意率91.4%。"


@pytest.mark.parametrize(
    ("question", "printed", "is_so"),
    [
        ("热线不满意率", CALLS, True), ("热线满意率", CALLS, False), ("未签约的有多少户", "240户,已签约237户", True), ("还有多少户没签约", "240户,已签约237户", True),
        ("没化解的有几件", "已化解9件,还有3件等待", False), ("机动车棚有几个", "79个非机动车棚", True), ("非机动车棚有几个", "79个非机动车棚", False),
        ("六层楼没电梯,装好几台", "电梯已加装6台", False), ("没有物业的小区几个", "14个无物业管理小区", False), ("账目公开不公开", "财务公开", False),
        ("没有电梯的老楼能装吗", "电梯已加装6台", False),
        ("有没有签约", "签约293产", False), ("不知道签约几户", "签约293产", False), ("成年人几个", "未成年人3名", True), ("楼上不安全怎么办", "存在安全隐患", False),
    ],
)  # fmt: skip
def test_the_opposite_of_what_is_printed_is_seen(question: str, printed: str, is_so: bool) -> None:
    assert turned(question, printed) == is_so


@pytest.mark.parametrize(
    ("question", "printed", "is_so"),
    [
        ("上海市热线满意率", CALLS, True), ("长白新村街道热线满意率", CALLS, True), ("隔壁街道满意率", CALLS, True), ("延吉街道热线满意率", CALLS, False),
        ("上海市延吉街道满意率", CALLS, False), ("长白三村泵房", "对长白三村泵房改造", False), ("上海市的荣誉", "获评上海市先进集体", False),
        ("回上海的要隔离吗", "来沪返沪人员", False), ("浙江路修好了吗", "道路", False), ("东西安全吗", CALLS, False), ("控江西三村", "小区", False),
    ],
)  # fmt: skip
def test_another_place_is_seen(question: str, printed: str, is_so: bool) -> None:
    assert elsewhere(question, printed, ("延吉新村街道", "延吉")) == is_so


@pytest.mark.parametrize(
    ("question", "printed", "is_so"),
    [("3岁到11岁接种率", "18岁以上接种率", True), ("18岁接种率", "18岁以上", False), ("18岁以下", "18岁以上", True), ("我80岁了", "助餐点8家", False)],
)
def test_another_age_is_seen(question: str, printed: str, is_so: bool) -> None:
    assert of_other_age(read_numbers(question), printed) == is_so


@pytest.mark.model
@pytest.mark.parametrize("asked", ["热线不满意率", "未签约的有多少户", "机动车棚有几个", "上海市热线满意率", "长白新村街道热线满意率", "三岁到十一岁 全程接种率", "18岁以下全程接种率多少"])
def test_a_near_miss_in_a_word_is_refused(real_service: Service, asked: str) -> None:
    assert not real_service.ask(asked).answered


@pytest.mark.model
@pytest.mark.parametrize(
    ("asked", "printed"),
    [("非机动车棚有几个", "79个"), ("延吉街道热线满意率", "91.4%"), ("没有物业的小区几个", "14个"), ("18岁以上全程接种率", "87.44%"), ("还有几件没化解", "3件")],
)
def test_what_the_sentence_does_tell_is_answered(real_service: Service, asked: str, printed: str) -> None:
    answer = real_service.ask(asked)
    assert answer.answered
    assert printed in answer.citations[0].sentence
