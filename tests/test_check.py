"""A draft is checked figure by figure; a wrong figure is never called supported."""

import json
import random
import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.figures import register
from corpus.library import Library
from corpus.numerals import read_numbers
from corpus.read import read_report
from corpus.report import About
from corpus.split import split_report
from index.words import learn_names
from qa.check import Known, check_draft
from qa.claims import read_claims
from qa.compare import agree
from qa.likeness import content_words
from qa.shortlist import MOST, Shortlist

DATA = Path(__file__).parent / "data"
REPORTS = Path(__file__).parent.parent / "corpus" / "reports"


@pytest.fixture(scope="module")
def known():
    return Known.of(read_report(REPORTS / "yanji-2021"))


def claims(name):
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def verdicts(text, known):
    return {one.as_written: one.verdict for one in check_draft(text, [known])}


def found_for(figure, text, checked):
    """What was checked where a labelled figure is written; a print that occurs twice is the first one not yet taken."""
    places = [found.start() for found in re.finditer(re.escape(figure["as_written"]), text)]
    hits = [one for one in checked if any(one.start < place + len(figure["as_written"]) and place < one.end for place in places)]
    hits.sort(key=lambda one: one.as_written != figure["as_written"])
    return hits[0] if hits else None


def score(name, known):
    """(right, all), false supports, false alarms, missed figures."""
    right = total = 0
    false_support, false_alarm, missed = [], [], []
    for row in claims(name):
        checked = list(check_draft(row["text"], [known]))
        for figure in row["figures"]:
            total += 1
            one = found_for(figure, row["text"], checked)
            where = f"{row['id']} {figure['as_written']}"
            if one is None:
                missed.append(where)
                continue
            checked.remove(one)
            right += one.verdict == figure["verdict"]
            if one.verdict == "supported" != figure["verdict"]:
                false_support.append(where)
            if one.verdict == "contradicted" and figure["verdict"] == "supported":
                false_alarm.append(where)
    return (right, total), false_support, false_alarm, missed


@pytest.mark.parametrize(
    ("name", "least"),
    [("dev", 0.95), ("own", 0.95), ("more", 0.95), ("blind", 0.95), ("fresh", 0.95), ("second", 0.93), ("third", 0.95)],
)
def test_labelled_claims_are_judged_as_labelled(known, name, least):
    (right, total), false_support, false_alarm, missed = score(f"claims_{name}.jsonl", known)
    assert false_support == []
    assert missed == []
    assert len(false_alarm) <= 0.02 * total
    assert right / total >= least


@pytest.mark.parametrize(("text", "said"), [("友谊201街坊签约率96.4%。", True), ("友谊201街坊签约率96.3%。", False), ("友谊201街坊签约率96.83%。", False)])
def test_a_figure_rounded_without_saying_so_is_wrong_and_told_why(known, text, said):
    [one] = [one for one in check_draft(text, [known]) if one.as_written.endswith("%")]
    assert one.verdict == "contradicted"
    assert ("四舍五入" in one.note) == said


@pytest.mark.parametrize("name", ["claims_twisted.jsonl", "claims_twisted_second.jsonl"])
def test_a_denial_a_part_of_the_year_a_rate_a_change_a_unit_or_another_place_makes_a_figure_false(known, name):
    (right, total), false_support, _, missed = score(name, known)
    assert (false_support, missed) == ([], [])
    assert right >= 0.95 * total


def test_verbs_of_leaving_in_other_words_are_no_support_either(known):
    (right, total), false_support, _, missed = score("claims_twisted_third.jsonl", known)
    assert missed == []
    assert false_support == ["w005 16399余人"]  # 走了: one character, and as often said of a visit (走了524家企业)
    assert right == total - 1


@pytest.mark.parametrize("name", ["claims_everyday.jsonl", "claims_everyday_second.jsonl", "claims_everyday_third.jsonl"])
def test_right_claims_in_everyday_words_stay_right(known, name):
    (right, total), false_support, false_alarm, missed = score(name, known)
    assert (false_support, false_alarm, missed) == ([], [], [])
    assert right >= 0.92 * total


def test_a_rate_is_taken_from_its_own_total(known):
    [one] = check_draft("内江大板房签约率96.38%。", [known])
    [part] = check_draft("抽户居民签约率97.5%。", [known])
    assert (one.verdict, one.note) == ("contradicted", "237 ÷ 240 = 98.75%")
    assert (part.verdict, part.note) == ("supported", "78 ÷ 80 = 97.5%")


def test_what_has_another_unit_is_no_contradiction_unless_its_digits_agree(known):
    assert verdicts("友谊201街坊签约293产,共16399辆。", known) == {"293产": "supported", "16399辆": "not_found"}
    assert verdicts("审议“三重一大”事项281件。", known) == {"281件": "contradicted"}


def test_a_minus_is_part_of_a_figure_and_a_list_mark_is_none(known):
    [one] = check_draft("热线满意率-91.4%。", [known])
    assert (one.as_written, one.verdict, one.report_value) == ("-91.4%", "contradicted", "91.4%")
    assert list(verdicts("- 走访企业524家\n-处理舆情18件\n", known).values()) == ["supported"] * 2


def test_the_report_bears_out_itself(known):
    checked = check_draft(known.report.text, [known])
    assert len(checked) > 150
    assert [one.as_written for one in checked if one.verdict != "supported"] == []


def changed_figures(known):
    """Every sentence of the report with one figure changed by a digit, or ten times; and with two neighbours swapped."""
    rng = random.Random(7)
    for figure in known.figures:
        sentence = known.report.by_id[figure.sentence_id]
        found = re.search(r"\d+(?:\.\d+)?", figure.printed)
        if found is None or figure.number.kind in ("year", "age"):
            continue
        at = figure.start - sentence.start + found.start()
        digits = found[0]
        place = rng.choice([i for i, char in enumerate(digits) if char.isdigit()])
        other = digits[:place] + str((int(digits[place]) + rng.randint(1, 8)) % 9 + 1) + digits[place + 1 :]
        for wrong in {other, digits + "0" if "." not in digits else digits.replace(".", "")} - {digits}:
            yield sentence.text[:at] + wrong + sentence.text[at + len(digits) :], at


def swapped_figures(known):
    for one, other in zip(known.figures, known.figures[1:], strict=False):
        prints = [re.match(r"\d+(?:\.\d+)?", figure.printed) for figure in (one, other)]
        alike = one.sentence_id == other.sentence_id and one.number.unit == other.number.unit and one.number.kind == other.number.kind
        if not alike or not all(prints) or prints[0][0] == prints[1][0]:
            continue
        sentence = known.report.by_id[one.sentence_id]
        a, b = one.start - sentence.start, other.start - sentence.start
        left, right = prints[0][0], prints[1][0]
        text = sentence.text[:a] + right + sentence.text[a + len(left) : b] + left + sentence.text[b + len(right) :]
        yield text, a
        yield text, b + len(right) - len(left)


def test_no_changed_figure_of_the_report_is_supported(known):
    cases = [*changed_figures(known), *swapped_figures(known)]
    wrong = [
        (text[max(0, place - 20) : place + 15], one.as_written)
        for text, place in cases
        for one in check_draft(text, [known])
        if one.start <= place < one.end and one.verdict == "supported"
    ]
    assert len(cases) > 250
    assert wrong == []


def misnamed_figures(known):
    """A figure of a sentence as printed, then another of its values given to an indicator of another sentence."""
    rng = random.Random(3)
    kinds = ("year", "date", "age", "ordinal", "time")
    named = [figure for figure in known.figures if figure.number.kind not in kinds and len(figure.indicator) > 2]
    pairs = [(one, two) for one in named for two in named if one is not two and one.sentence_id == two.sentence_id]
    for one, two in rng.sample(pairs, 120):
        other = rng.choice([x for x in named if x.sentence_id != one.sentence_id and not agree(two.number, x.number).holds])
        said = f"{one.subject}{known.report.text[slice(*one.segment_span)]},{other.subject}{other.indicator}"
        yield f"{said}{two.printed}。", len(said)


def test_a_value_given_to_another_indicator_is_seldom_supported_beside_a_right_figure(known):
    cases = list(misnamed_figures(known))
    wrong = [
        text for text, place in cases for one in check_draft(text, [known]) if one.start <= place < one.end and one.verdict == "supported"
    ]
    assert len(wrong) <= 0.01 * len(cases), wrong


@pytest.mark.parametrize(
    ("claimed", "stated", "holds"),
    [
        ("60000多辆", "6万余辆", True),
        ("不足六万辆", "6万余辆", False),
        ("6万辆", "6万余辆", False),
        ("约13.5万剂次", "134716剂次", True),
        ("约14万剂次", "134716剂次", False),
        ("约13万剂次", "134716剂次", False),
        ("134716人", "134716剂次", False),
        ("66人", "60余名", False),
        ("突破1.6万人", "16399余人", True),
        ("超过九成", "91.4%", True),
        ("接近九成", "91.4%", False),
        ("91%", "91.4%", False),
        ("60厘米", "60毫米", False),
        ("6厘米", "60毫米", True),
        ("95%", "95%以上", False),
        ("35%以上", "95%以上", False),
        ("超过100小时", "100小时以上", False),
        ("2.8万人次", "约2.8万人次", False),
        ("近7万人", "69281人", True),
        ("第八", "第八位", True),
        ("2021年8月31日", "8月31日", True),
        ("8月13日", "8月31日", False),
    ],
)
def test_bounds_rounding_and_units(claimed, stated, holds):
    assert agree(read_numbers(claimed)[0], read_numbers(stated)[0]).holds is holds


def test_a_swapped_total_is_contradicted_by_the_total(known):
    [first, second] = check_draft("友谊201街坊一共293产,签约率达96.38%。", [known])
    assert (first.verdict, first.report_value) == ("contradicted", "304产")
    assert second.verdict == "supported"


def test_what_is_left_is_computed_and_the_sum_is_shown(known):
    one = check_draft("友谊201街坊共304产,已签约293产,还有11产没有签约。", [known])[2]
    assert (one.verdict, one.note, one.report_value) == ("supported", "304 − 293 = 11", "304产−293产")


def test_a_share_is_computed_and_a_wrong_one_contradicted(known):
    [right] = check_draft("内江大板房要抽户的居民,占了总户数的三分之一。", [known])
    [wrong] = check_draft("居民区新一届“两委班子”里,女性只占三分之一。", [known])
    assert (right.verdict, right.report_value, right.note) == ("supported", "80户/240户", "80 ÷ 240 = 33.33%")
    assert (wrong.verdict, wrong.report_value) == ("contradicted", "139人/215人")
    assert len(wrong.others) == 1  # the total stands in another sentence


def test_parts_of_one_enumeration_add_up_and_others_do_not(known):
    assert verdicts("已改造完成14个车棚。", known) == {"14个": "supported"}
    assert verdicts("街道现有养老院8家。", known) == {"8家": "contradicted"}


def test_another_year_place_age_or_body_is_not_found_rather_than_contradicted(known):
    texts = ["2020年街道热线满意率为91.4%。", "控江路街道热线满意率为91.4%。", "60岁以上老人全程接种完成率87.44%。", "全区加装电梯6台。", "街道计划2022年加装电梯6台。"]
    assert [list(verdicts(text, known).values()) for text in texts] == [["not_found"]] * 5


def test_two_indicators_that_fit_are_both_listed(known):
    [one] = check_draft("问题全部整改处置,比例为100%。", [known])
    assert one.verdict == "ambiguous"
    assert len(one.others) >= 1
    assert "处置率" in one.note
    assert "整改率" in one.note


def test_verdicts_do_not_depend_on_the_names_that_other_work_has_taught(known):
    texts = [row["text"] for row in claims("claims_second.jsonl")]
    before = [verdicts(text, known) for text in texts]
    learn_names(Library(REPORTS).names_of("yanji-2021"))
    content_words.cache_clear()
    fresh = Known.of(read_report(REPORTS / "yanji-2021"))
    assert [verdicts(text, fresh) for text in texts] == before


def test_negation_turns_a_figure_around(known):
    assert verdicts("街道重复信访事项12件,未化解9件。", known) == {"12件": "supported", "9件": "contradicted"}
    assert verdicts("街道重复信访事项还有三件没有化解。", known) == {"三件": "supported"}


def test_same_prints_in_one_sentence_are_told_apart_by_their_nouns(known):
    checked = check_draft("街道改建了10个健身场地,维护了10个老旧健身苑点。", [known])
    assert [(one.as_written, one.verdict) for one in checked] == [("10个健身场地", "contradicted"), ("10个老旧健身苑点", "supported")]


def test_names_years_and_ages_are_no_claims():
    assert [claim.figure.printed for claim in read_claims("2021年,“12345”热线和一网统管服务18岁以上居民,友谊201街坊旧改生效。")] == []


def test_what_comes_back_is_the_contract(known):
    text = "热线共办结工单2,905件。"
    [one] = [figure.to_json() for figure in check_draft(text, [known])]
    assert text[one["start"] : one["end"]] == one["as_written"] == "2,905件"
    assert (one["value"], one["unit"], one["qualifier"], one["verdict"], one["report_value"]) == ("2905", "件", "", "supported", "2905件")
    citation = one["citation"]
    assert known.report.text[citation["start"] : citation["end"]] == citation["sentence"]
    [[a, b]] = citation["highlights"]
    assert known.report.text[a:b] == "2905件"
    [absent] = [figure.to_json() for figure in check_draft("常住人口约9.3万人。", [known])]
    assert (absent["verdict"], absent["citation"], absent["report_value"]) == ("not_found", None, "")


def test_several_reports_are_told_apart_by_their_year(known):
    text = "街道2022年工作总结\n一、工作\n全年共办结12345热线工单3100件,满意率92.5%。\n"
    later = Known.of(split_report(About(report_id="y2022", title="街道2022年工作总结", year=2022), text))
    [old] = check_draft("2021年热线满意率91.4%。", [known, later])
    [new] = check_draft("2022年热线满意率92.5%。", [known, later])
    [wrong] = check_draft("2022年热线满意率91.4%。", [known, later])
    assert (old.verdict, old.citation.report_id) == ("supported", known.report.report_id)
    assert (new.verdict, new.citation.report_id) == ("supported", "y2022")
    assert (wrong.verdict, wrong.report_value) == ("contradicted", "92.5%")


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet="满意率签约未占比约近超9三十百万%件人户年月日,。0123456789.一二《》“”() \n其中还有", max_size=60))
def test_any_draft_is_checked_without_an_error(known, text):
    last = -1
    for one in check_draft(text, [known]):
        assert text[one.start : one.end] == one.as_written
        assert one.start > last
        last = one.start


def test_an_empty_draft_has_no_figures(known):
    assert check_draft("", [known]) == ()
    assert check_draft("没有数字。", [known]) == ()


def test_three_thousand_characters_are_checked_in_a_second_and_a_half(known):
    text = "".join(row["text"] for name in ("claims_own.jsonl", "claims_more.jsonl") for row in claims(name))[:3000]
    check_draft("热线满意率91.4%。", [known])  # the dictionary is read once
    began = time.perf_counter()
    check_draft(text, [known])
    assert time.perf_counter() - began <= 1.5


def work_report(year, text):
    title = f"{year}年国务院政府工作报告"
    return split_report(About(report_id=f"r{year}", title=title, year=year), f"{title}\n{text}\n")


@pytest.fixture(scope="module")
def work_reports():
    counts = {2021: 1186, 2022: 1269, 2023: 1206, 2024: 1244, 2025: 1256, 2019: 1361, 2018: 1351, 2017: 1314}
    return [
        work_report(
            year,
            f"一、工作回顾\n去年城镇新增就业{count}万人,社会大局稳定。\n二、今年工作\n今年发展主要预期目标是:城镇新增就业{count - 100}万人以上。",
        )
        for year, count in counts.items()
    ]


def test_a_work_report_bears_out_the_year_before_it(work_reports):
    both = [Known.of(report) for report in work_reports[:2]]
    [right] = check_draft("2021年全国城镇新增就业1269万人。", both)
    [wrong] = check_draft("2020年全国城镇新增就业1269万人。", both)
    [aim] = check_draft("2022年城镇新增就业目标是1169万人以上。", both)
    assert (right.verdict, right.citation.report_id) == ("supported", "r2022")
    assert (wrong.verdict, wrong.report_value) == ("contradicted", "1186万人")
    assert (aim.verdict, aim.citation.report_id) == ("supported", "r2022")


def test_of_many_reports_only_those_that_a_sentence_may_mean_are_looked_at(work_reports, known):
    shortlist = Shortlist((report, register(report)) for report in [*work_reports, known.report])
    text = "城镇新增就业1256万人。\n街道12345热线办结工单2905件。"
    looked_at = shortlist.of(read_claims(text))
    assert "r2025" in looked_at[0]
    assert looked_at[1] == {known.report.report_id}
    assert all(len(meant) <= MOST for meant in looked_at.values())
    reports = [*(Known.of(report) for report in work_reports), known]
    assert [(one.verdict, one.citation.report_id) for one in check_draft(text, reports, looked_at=looked_at)] == [
        ("supported", "r2025"),
        ("supported", known.report.report_id),
    ]
