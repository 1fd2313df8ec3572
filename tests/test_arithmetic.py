"""The report's own sums, ratios and counts, computed again."""

from pathlib import Path

import pytest

from corpus.read import read_report
from corpus.report import About
from corpus.split import split_report
from qa.arithmetic import recompute


@pytest.fixture(scope="module")
def report():
    return read_report(Path(__file__).parent.parent / "corpus" / "reports" / "yanji-2021")


@pytest.fixture(scope="module")
def computed(report):
    return [(one.kind, one.expression, one.stated, one.computed, one.verdict) for one in recompute(report)]


def of(text):
    report = split_report(About(report_id="t", title="报告"), f"报告\n一、工作\n{text}\n")
    return [(one.kind, one.expression, one.stated, one.computed, one.verdict) for one in recompute(report)]


@pytest.mark.parametrize(
    "row",
    [
        ("ratio", "293 / 304", "96.38%", "96.38%", "holds"),
        ("ratio", "10985 / 11250", "97%", "97.64%", "does_not_hold"),
        ("ratio", "18356 / 18356", "100%", "100%", "holds"),
        ("ratio", "624 / 624", "100%", "100%", "holds"),
        ("ratio", "237 / 240", "95%以上", "98.75%", "holds"),
        ("ratio", "", "91.4%", "", "cannot_tell"),
        ("ratio", "", "87.44%", "", "cannot_tell"),
        ("sum", "52 + 27", "79个", "79个", "holds"),
        ("sum", "9 + 3", "12件", "12件", "holds"),
        ("count", "列出 3 项", "三个行动", "3", "holds"),
        ("count", "列出 2 项", "两个常态", "2", "holds"),
        ("count", "列出 2 项", "2项", "2", "holds"),
        ("count", "列出 3 项", "3个", "3", "holds"),
    ],
)
def test_the_reports_arithmetic_is_found(computed, row):
    assert row in computed


def test_only_the_rate_of_cases_does_not_hold(computed):
    assert [row[1] for row in computed if row[4] == "does_not_hold"] == ["10985 / 11250"]


def test_no_total_is_invented(computed):
    sums = [row for row in computed if row[0] == "sum"]
    assert len(sums) == 2


def test_a_list_that_ends_in_and_so_on_cannot_be_counted(computed):
    assert ("count", "列出 3 项", "14项", "", "cannot_tell") in computed


def test_every_computation_cites_its_sentences_to_the_character(report):
    for one in recompute(report):
        assert one.citations
        for citation in one.citations:
            assert report.text[citation.start : citation.end] == citation.sentence
            assert all(citation.start <= a < b <= citation.end for a, b in citation.highlights)


def test_parts_that_do_not_add_up_are_said_so():
    assert of("辖区有车棚80个(地面52个、地下27个),都已登记。") == [("sum", "52 + 27", "80个", "79个", "does_not_hold")]


def test_a_rate_that_rounds_is_held_and_one_that_was_cut_is_not():
    assert of("发现案件900件,处置857件,处置率95.2%。")[0][4] == "holds"
    assert of("发现案件900件,处置857件,处置率96.2%。")[0][4] == "does_not_hold"


def test_an_announced_number_with_another_list_does_not_hold():
    assert of("今年推出3项应用,分别是停车治理、高空抛物检测。") == [("count", "列出 2 项", "3项", "2", "does_not_hold")]


def test_what_a_number_includes_need_not_be_all_of_it():
    assert of("今年推出3项应用,包括停车治理、高空抛物检测。") == [("count", "列出 2 项", "3项", "", "cannot_tell")]


def test_two_counts_far_from_a_rate_are_not_what_it_is_of():
    assert of("赤字2000亿元,比上年赤字减少1500亿元,赤字率下降到2%。")[0][4] == "cannot_tell"


def test_half_is_rounded_to_even():
    assert of("受理案件800件,办结5件,办结率0.62%。")[0][3:] == ("0.62%", "holds")


def test_json_has_the_keys_of_the_contract(report):
    row = recompute(report)[0].to_json()
    assert {"kind", "expression", "stated", "computed", "verdict", "citations"} <= set(row)


def test_an_empty_stretch_has_nothing_to_compute():
    assert of("没有数字。") == []
