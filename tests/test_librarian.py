"""Asking across reports: the right year and the right place, on a small library with the real model."""

import pytest

from qa.service import Service

pytestmark = pytest.mark.model


@pytest.mark.parametrize(
    ("question", "report_id", "printed"),
    [
        ("热线满意率多少", "yanji-2021", "91.4%"),
        ("养老院一共有几家", "yanji-2021", "养老院6家"),
        ("2020年热线满意率多少", "yanji-2020", "88.2%"),
        ("前年街道热线满意率", "yanji-2020", "88.2%"),
        ("去年街道热线满意率", "yanji-2021", "91.4%"),
        ("二〇二〇年养老院有几家", "yanji-2020", "养老院5家"),
        ("国务院2019年报告里城镇新增就业多少", "guowuyuan-2019", "城镇新增就业"),
        ("2021年政府工作报告城镇调查失业率降到多少", "guowuyuan-2021", "5.2"),
        ("21年國務院報告,地方政府專項債券安排多少", "guowuyuan-2021", "3.65万亿元"),
        ("《2019年中华人民共和国国务院政府工作报告》里居民消费价格上涨多少", "guowuyuan-2019", "居民消费价格上涨2.1%"),
        ("国务院的报告里中央预算内投资安排多少", "guowuyuan-2021", "6100亿元"),
    ],
)
def test_a_question_goes_to_the_report_it_names(many_service: Service, question: str, report_id: str, printed: str) -> None:
    answer = many_service.ask(question)
    assert answer.answered, answer.message
    assert answer.citations[0].report_id == report_id
    assert printed in answer.citations[0].sentence
    assert {citation.report_id for citation in answer.citations} == {report_id}
    assert (answer.citations[0].title, answer.citations[0].year) == (many_service.report(report_id).about.title, int(report_id[-4:]))


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("2020年国务院报告里城镇新增就业多少", "国务院的报告有2019、2021年的"),
        ("1990年我们街道热线满意率", "延吉新村街道的报告有2020、2021年的"),
        ("街道2018年加装了几台电梯", "没有2018年的报告"),
        ("明年街道热线满意率", "没有2023年的报告"),
    ],
)
def test_a_year_without_a_report_is_refused_with_the_years_there_are(many_service: Service, question: str, told: str) -> None:
    answer = many_service.ask(question)
    assert (answer.answered, answer.reason) == (False, "not_in_report")
    assert told in answer.message
    assert answer.missing
    assert answer.to_json()["years"] == list(answer.years)
