"""The register holds every figure of a report, with what it counts, as slices of the report."""

import csv
import re
import time
from pathlib import Path

import pytest

from corpus.figures import figures_of_text, plain, register, sentence_spans
from corpus.numerals import read_numbers
from corpus.read import read_report
from corpus.report import About
from corpus.split import split_report

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="module")
def report():
    return read_report(Path(__file__).parent.parent / "corpus" / "reports" / "yanji-2021")


@pytest.fixture(scope="module")
def figures(report):
    return register(report)


def by_print(figures, printed, indicator=""):
    return [figure for figure in figures if figure.printed == printed and indicator in figure.indicator]


def test_every_digit_of_the_report_is_in_the_register_or_in_a_name(report, figures):
    covered = [(figure.start, figure.end) for figure in figures]
    covered += [(name.start, name.end) for name in read_numbers(report.text) if name.kind == "name"]
    missed = [found[0] for found in re.finditer(r"\d+", report.text) if not any(a <= found.start() < b for a, b in covered)]
    assert missed == []


def test_all_that_is_shown_is_a_slice_of_the_report(report, figures):
    for figure in figures:
        assert report.text[figure.start : figure.end] == figure.printed
        assert report.text[slice(*figure.indicator_span)] == figure.indicator
        assert report.text[slice(*figure.subject_span)] == figure.subject
        assert report.text[slice(*figure.period_span)] == figure.period
        sentence = report.by_id[figure.sentence_id]
        assert sentence.start <= figure.start < figure.end <= sentence.end


def test_the_register_is_the_one_reviewed_by_hand(figures):
    with (DATA / "numbers_yanji.tsv").open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE) if row["kind"] != "name"]
    found = [[figure.printed, plain(figure.number), figure.indicator, figure.subject, figure.period] for figure in figures]
    assert found == [[row[key] for key in ("printed", "value", "indicator", "subject", "period")] for row in rows]


@pytest.mark.parametrize(
    ("printed", "indicator"),
    [
        ("91.4%", "满意率"),
        ("2905件", "办结受理“12345”市民服务热线工单"),
        ("293产", "签约"),
        ("6次", "专题学习"),
        ("18项", "社区群众反映突出的民生问题和实事项目"),
        ("87.44%", "18岁以上全程接种人数完成率"),
        ("1928剂次", "接种加强针"),
        ("3个月", "居民区消防隐患排查整治专项行动"),
        ("2667名", "社区孤老和独居老人"),
        ("5013户", "受益居民"),
    ],
)
def test_an_indicator_is_what_the_figure_counts(figures, printed, indicator):
    assert [figure.indicator for figure in by_print(figures, printed)] == [indicator]


def test_enumerations_are_taken_apart(figures):
    lifts = [(figure.printed, figure.subject) for figure in figures if figure.number.unit == "台"]
    assert lifts == [("6台", ""), ("5台", "既有多层住宅电梯"), ("40台", "既有多层住宅电梯"), ("242台", "既有多层住宅电梯")]
    sheds = {figure.printed: figure.indicator for figure in figures if figure.printed in ("52个", "27个", "79个")}
    assert sheds == {"79个": "非机动车棚", "52个": "地面", "27个": "地下"}


def test_signed_households_keep_whose_they_are(figures):
    assert {figure.subject for figure in by_print(figures, "293产")} == {"友谊201街坊"}
    assert {figure.subject for figure in by_print(figures, "237户")} == {"内江大板房"}


def test_a_cut_off_date_goes_with_the_figures_after_it(figures):
    assert by_print(figures, "134716剂次")[0].period == "截止8月31日"
    assert by_print(figures, "1928剂次")[0].period == "截止11月15日"


def test_several_figures_of_one_value_are_all_there(figures):
    assert len(by_print(figures, "624份")) == 2
    assert len(by_print(figures, "100%")) == 2


def test_a_row_says_value_without_exponent(figures):
    row = by_print(figures, "6万余辆")[0].to_json()
    assert (row["value"], row["unit"], row["qualifier"], row["kind"]) == ("60000", "辆", "余", "count")
    assert by_print(figures, "8月31日")[0].to_json()["value"] == "08-31"


def test_a_report_in_old_layout_and_script_is_registered():
    text = "各位代表：\n\n　　我國一九五四年糧食産量達三千三百九十億斤，比上年增長百分之一點六。\n　　棉花９８．５％的\u200b計劃已完成。\n"
    report = split_report(About(report_id="old", title="報告"), text)
    found = [(figure.printed, plain(figure.number), figure.number.unit) for figure in register(report)]
    assert found == [("一九五四年", "1954", "年"), ("三千三百九十億斤", "339000000000", "斤"), ("百分之一點六", "1.6", "%"), ("９８．５％", "98.5", "%")]


def test_a_draft_is_read_as_a_report_is():
    [first, second] = figures_of_text("热线满意率91.4%。签约率为96.38%!")
    assert (first.indicator, second.indicator) == ("热线满意率", "签约率")
    assert (first.sentence_id, second.sentence_id) == ("0", "1")


def test_sentences_of_a_draft_have_no_white_space_around_them():
    text = "  一句。\n\n 又一句"
    assert [text[a:b] for a, b in sentence_spans(text)] == ["一句。", "又一句"]


def test_one_report_is_registered_in_two_seconds(report):
    began = time.perf_counter()
    register(report)
    assert time.perf_counter() - began <= 2


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("满意率：91.4%。", [("91.4%", "满意率", "")]),
        ("助餐点：8家，其中：3家新开。", [("8家", "助餐点", ""), ("3家", "新开", "")]),
        ("指标：满意率，2020年：90.1%，2021年：91.4%。", [("90.1%", "满意率", "2020年"), ("91.4%", "满意率", "2021年")]),
        ("街道：某某，户数：2,905，签约率（%）：96.38。", [("2,905", "户数", ""), ("96.38", "签约率（%）", "")]),
    ],
)
def test_the_words_before_a_colon_say_what_is_counted_and_a_year_in_a_table_does_not(sentence: str, shown: list) -> None:
    figures = [figure for figure in figures_of_text(sentence) if figure.number.kind != "year"]
    assert [(figure.printed, figure.indicator, figure.period) for figure in figures] == shown
