"""Times within a year: read in a question, and refused where the sentence does not name them."""

import pytest

from qa.periods import elsewhen, periods
from qa.service import Service


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("明年还装吗", {"明年"}),
        ("下一年度的打算", {"明年"}),
        ("上半年和第三季度", {"上半年", "3季度"}),
        ("1季度、首季、4季度", {"1季度", "4季度"}),
        ("十一月份和3月", {"11月", "3月"}),
        ("这个月、下星期、昨天", {"月", "周", "天"}),
        ("最近一个月", {"月"}),
        ("今年全年,年底前,一年来", set()),
        ("每季度查一次,几个月一趟,为期3个月", set()),
        ("以上半年度,马上月底,目前天气,月球,本周年", set()),
        ("上个月听居委说,昨天看新闻", set()),
    ],
)
def test_times_within_a_year_are_read(text: str, named: set[str]) -> None:
    assert periods(text) == named


def test_a_time_that_is_printed_is_no_other_time() -> None:
    assert not elsewhen("八月底打了几针", "截止8月31日")
    assert not elsewhen("今年上半年增长多少", "上半年增长5%,全年6%")
    assert not elsewhen("3月30日公布的是什么", "年度工作总结")  # a date asks for what happened on it
    assert elsewhen("下半年增长多少", "上半年增长5%")


@pytest.mark.model
@pytest.mark.parametrize("asked", ["上半年走访企业多少家", "四季度发现一般案件几件", "下个月健身场地改建几个", "5月份清运单车多少辆", "明年文化配送多少场"])
def test_a_yearly_report_is_not_taken_for_one_of_a_part_of_the_year(real_service: Service, asked: str) -> None:
    answer = real_service.ask(asked)
    assert not answer.answered
    assert answer.reason in ("not_in_report", "near_only")
    assert "这段时间的数据" in answer.message


@pytest.mark.model
@pytest.mark.parametrize(("asked", "printed"), [("到8月底接种疫苗多少剂次", "134716剂次"), ("全年文化配送多少场", "102场"), ("11月加强针打了多少剂", "1928剂次")])
def test_a_time_that_the_sentence_prints_is_answered(real_service: Service, asked: str, printed: str) -> None:
    answer = real_service.ask(asked)
    assert answer.answered, answer.message
    assert printed in answer.citations[0].sentence
