"""Asking across reports: the right year and the right place, on a small library with the real model."""

from pathlib import Path

import pytest
from many import write_library

from index.narrowed import Narrowed
from index.rows import context_text
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
    assert not answer.answered
    assert answer.reason in ("not_in_report", "near_only")
    assert told in answer.message
    assert answer.missing
    assert answer.to_json()["years"] == list(answer.years)


ONE_OF_OURS = ["yanji-2021", "guowuyuan-2019", "guowuyuan-2021"]  # asked on a day in 2022


@pytest.mark.parametrize("question", ["前年热线满意率多少", "明年养老院几家", "大前年养老院几家", "前年城镇新增就业多少"])
def test_a_year_counted_from_today_is_never_answered_from_another(many_service: Service, question: str) -> None:
    answer = many_service.ask(question, reports=ONE_OF_OURS)
    assert not answer.answered
    assert answer.reason in ("not_in_report", "near_only")
    assert "延吉新村街道的报告有2021年的" in answer.message


@pytest.mark.parametrize(
    ("question", "report_id"),
    [("去年热线满意率多少", "yanji-2021"), ("今年热线满意率多少", "yanji-2021"), ("大前年城镇新增就业目标", "guowuyuan-2019")],
)
def test_a_year_counted_from_today_asks_the_report_of_that_year(many_service: Service, question: str, report_id: str) -> None:
    answer = many_service.ask(question, reports=ONE_OF_OURS)
    assert [citation.report_id for citation in (answer.citations or answer.near)[:1]] == [report_id], answer.message


@pytest.mark.parametrize(
    ("question", "printed"),
    [
        ("2019年政府工作报告城镇新增就业目标多少", "城镇新增就业1100万人以上"),
        ("2019年城镇新增就业目标多少", "城镇新增就业1100万人以上"),  # the nearest sentence tells of the aim, and no figure
        ("2019年城镇调查失业率控制在多少", "失业率"),
    ],
)
def test_a_report_without_a_bank_shows_what_stands_in_it(many_service: Service, question: str, printed: str) -> None:
    answer = many_service.ask(question)
    shown = answer.citations or answer.near
    assert {citation.report_id for citation in shown} == {"guowuyuan-2019"}, answer.message
    assert any(printed in citation.sentence for citation in shown)


@pytest.mark.parametrize(
    "question",
    ["2019年快递员工资多少钱", "2019年赤字率多少", "2019年政府工作报告里快递员有多少人", "2021年政府工作报告离婚率多少", "2019年上半年城镇新增就业多少"],
)
def test_a_report_without_a_bank_is_silent_on_what_does_not(many_service: Service, question: str) -> None:
    assert not many_service.ask(question).answered


def test_a_result_of_the_year_before_is_said_to_be_one(many_service: Service) -> None:
    result = many_service.ask("2019年居民消费价格上涨多少")
    assert "居民消费价格上涨2.1%" in result.citations[0].sentence
    assert "(这句说的是2018年)" in result.understood
    for question in ("2019年政府工作报告居民消费价格上涨多少", "2019年城镇新增就业目标多少", "2021年热线满意率多少"):
        assert "这句说的是" not in many_service.ask(question).understood


def test_last_year_asked_of_one_chosen_report_is_what_it_calls_so(many_service: Service) -> None:
    answer = many_service.ask("去年城镇新增就业多少", reports=["guowuyuan-2019"])
    assert {citation.report_id for citation in answer.citations or answer.near} == {"guowuyuan-2019"}
    assert "国务院的报告有2019年的" in many_service.ask("前年城镇新增就业多少", reports=["guowuyuan-2019"]).message


def test_a_year_said_in_passing_turns_no_question_away(many_service: Service) -> None:
    answer = many_service.ask("我妈去年摔了一跤腿脚一直不好，在家里实在没有人照顾，想问问街道里的养老院一共有几家")
    assert "养老院6家" in answer.citations[0].sentence


def test_a_follow_up_stays_in_the_report_until_it_names_another(many_service: Service) -> None:
    first = "2019年政府工作报告里居民消费价格上涨多少"
    elsewhere = many_service.ask("那2021年呢", history=[first])
    assert elsewhere.citations[0].report_id == "guowuyuan-2021"
    assert "居民消费价格" in elsewhere.citations[0].sentence
    assert elsewhere.understood.startswith("《2021年中华人民共和国国务院政府工作报告》")
    here = many_service.ask("那国内生产总值增长呢", history=[first])
    assert (here.citations[0].report_id, "6.6%" in here.citations[0].sentence) == ("guowuyuan-2019", True)
    ours = many_service.ask("热线满意率多少", history=[first])  # another question, not a follow-up: home answers it
    assert ours.citations[0].report_id == "yanji-2021"
    again = many_service.ask("2020年呢", history=["街道热线满意率多少"])
    assert (again.citations[0].report_id, "88.2%" in again.citations[0].sentence) == ("yanji-2020", True)


def test_several_years_are_answered_one_by_one(many_service: Service) -> None:
    answer = many_service.ask("我们街道2020年和2021年的热线满意率是多少")
    assert [citation.report_id for citation in answer.citations] == ["yanji-2020", "yanji-2021"]
    assert answer.cited_for == (1, 1)


def test_reports_chosen_by_the_asker_are_the_only_ones_searched(many_service: Service) -> None:
    answer = many_service.ask("城镇新增就业多少", reports=["guowuyuan-2019"])
    assert {citation.report_id for citation in answer.citations} == {"guowuyuan-2019"}
    other = many_service.ask("2019年城镇新增就业多少", reports=["guowuyuan-2021"])
    assert not other.answered or "2019" in other.citations[0].sentence


def test_what_a_report_prints_of_another_year_is_evidence(many_service: Service) -> None:
    assert many_service.ask("2030白皮书是第几年推进").citations[0].report_id == "yanji-2021"


@pytest.mark.parametrize("question", ["2019年热线满意率多少", "2019年电梯装了几台", "一客饭多少钱", "国务院2021年的报告里哪天停水"])
def test_no_other_place_answers_for_ours(many_service: Service, question: str) -> None:
    assert not many_service.ask(question).answered


def test_another_publishers_report_of_the_year_is_named_where_ours_has_none(many_service: Service) -> None:
    answer = many_service.ask("2019年热线满意率多少")
    assert answer.elsewhere == ("guowuyuan-2019",)
    assert "《2019年中华人民共和国国务院政府工作报告》" in answer.message


def test_a_report_is_judged_by_its_own_words_whatever_stands_beside_it(many_service: Service, real_service: Service) -> None:
    for question in ("热线满意率多少", "一客饭多少钱", "停电瓶车的棚子改好了几个", "街道办事处的电话"):
        among, alone = many_service.ask(question), real_service.ask(question)
        assert [c.sentence_id for c in among.citations] == [c.sentence_id for c in alone.citations]
        assert among.confidence == pytest.approx(alone.confidence, abs=1e-4)


def test_a_part_of_an_index_searches_and_counts_its_own_reports_only(many_service: Service) -> None:
    whole = many_service.answerer().index
    part = Narrowed(whole, ["guowuyuan-2019", "yanji-2020"])
    [vector] = many_service.encoder.encode_queries(["就业"])
    assert {hit.report_id for hit in part.search("sentence", vector, 50)} == {"guowuyuan-2019", "yanji-2020"}
    assert part.search("sentence", vector, 5, ["yanji-2021"]) == []
    assert part.search("bank", vector, 5) == []
    assert len(part.sentences) == sum(len(report.sentences) for report in part.reports) < len(whole.sentences)
    assert part.sentence_words.idf("热线") > 0


def test_the_text_embedded_with_its_context_names_title_and_year(many_service: Service) -> None:
    report = many_service.report("guowuyuan-2019")
    sentence = next(s for s in report.sentences if "城镇新增就业1361万人" in s.text)
    assert context_text(report, sentence).startswith("2019年中华人民共和国国务院政府工作报告 一、2018年工作回顾")


def test_home_can_be_set_and_a_wrong_one_is_told_once(tmp_path: Path) -> None:
    told: list[str] = []
    folder = write_library(tmp_path / "reports")
    assert Service(reports=folder, index=tmp_path / "index", home="国务院").home().report_id == "guowuyuan-2021"
    assert Service(reports=folder, index=tmp_path / "index", home="yanji-2020").home().report_id == "yanji-2021"
    service = Service(reports=folder, index=tmp_path / "index", home="没有的街道", say=told.append)
    assert service.home().report_id == service.home().report_id == "yanji-2021"
    assert len(told) == 1
    assert "YOUJU_HOME" in told[0]
