"""One indicator over the years: every figure as printed, of the year its words say, results apart from aims."""

import csv
import io
import json
import re
import time
from html import unescape
from pathlib import Path

import pytest
from fakes import write_report
from fastapi.testclient import TestClient

from corpus.figures import register
from corpus.report import About, Report
from corpus.split import split_report
from qa.over_years import YearBook, name_words
from qa.over_years_table import rows
from qa.registers import Registers
from qa.service import Service
from qa.settings import Settings
from qa.web.site import create_app
from qa.web.years_chart import charts

DATA = Path(__file__).parent / "data"
INDICATORS = {"城镇新增就业": 1.0, "国内生产总值增长": 0.95, "财政赤字率": 0.94, "粮食产量": 0.91}  # least share of the printed figures found


def lines(name: str) -> list[dict]:
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def a_report(year: int, text: str, title: str | None = None) -> Report:
    title = title or f"{year}年政府工作报告"
    return split_report(About(report_id=f"r{year}", title=title, year=year), f"{title}\n{text}")


def book_of(*reports: Report) -> YearBook:
    return YearBook((report, register(report)) for report in reports)


def said(book: YearBook, indicator: str) -> list[tuple]:
    return [
        (point.figure.printed, point.measure, point.when.role, point.when.year)
        for series in book.years(indicator).series
        for point in series.points
    ]


@pytest.fixture(scope="module")
def national() -> YearBook:
    """The paragraphs of 44 national reports in which the four indicators stand, without the rest."""
    return book_of(*(a_report(row["year"], row["text"].partition("\n")[2], row["title"]) for row in lines("years_excerpts.jsonl")))


@pytest.mark.parametrize(("indicator", "least"), INDICATORS.items())
def test_hand_checked_figures_are_found_with_their_year(national: YearBook, indicator: str, least: float) -> None:
    golden = [row for row in lines("years_golden.jsonl") if row["indicator"] == indicator]
    points = [point for series in national.years(indicator).series for point in series.points]
    if indicator in ("财政赤字率", "粮食产量"):
        points = [point for point in points if point.measure == "level"]
    found, dated, left = 0, 0, list(points)
    for row in golden:
        hits = [
            point
            for point in left
            if point.report.about.year == row["report"]
            and point.report.text[: point.figure.end].endswith(row["quote"].lstrip())
            and point.figure.printed == row["printed"]
        ]
        if hits:
            left.remove(hits[0])
            found += 1
            dated += (hits[0].when.role, hits[0].when.year if row["year"] else None) == (row["role"], row["year"])
    assert found >= least * len(golden)
    assert dated >= 0.95 * found
    assert len(left) <= 0.02 * len(points), [(point.report.report_id, point.figure.printed, point.name) for point in left]


def test_a_result_and_an_aim_of_one_report_are_told_apart() -> None:
    text = "一、2021年工作回顾\n城镇新增就业1269万人。\n二、2022年工作安排\n今年发展主要预期目标是：国内生产总值增长5.5%左右；城镇新增就业1100万人以上。\n"
    book = book_of(a_report(2022, text))
    assert said(book, "城镇新增就业") == [("1269万人", "level", "result", 2021), ("1100万人以上", "level", "aim", 2022)]
    assert said(book, "GDP增长") == [("5.5%左右", "up", "aim", 2022)]


@pytest.mark.parametrize(
    ("text", "role", "year"),
    [
        ("去年粮食产量5亿吨。", "result", 2021),
        ("2019年粮食产量5亿吨。", "result", 2019),
        ("粮食产量比2015年增长。今年粮食产量要稳定在5亿吨。", "aim", 2022),
        ("五年来，农业丰收。粮食产量5亿吨。", "span", None),
        ("到2030年粮食产量5亿吨。", "aim", 2030),
        ("超额完成预期目标，粮食产量5亿吨。", "result", 2021),
        ("粮食产量5亿吨。", "unsaid", None),
    ],
)
def test_the_year_is_read_from_the_words_and_never_guessed(text: str, role: str, year: int | None) -> None:
    [(_, _, *when)] = said(book_of(a_report(2022, text + "\n")), "粮食产量")
    assert when == [role, year]


def test_growth_since_another_year_is_no_yearly_figure() -> None:
    book = book_of(a_report(2008, "2007年，国内生产总值达到24.66万亿元，比2002年增长65.5%，年均增长10.6%。\n"))
    assert said(book, "国内生产总值增长") == [("65.5%", "up", "span", None), ("10.6%", "up", "span", None)]
    assert said(book, "国内生产总值")[0] == ("24.66万亿元", "level", "result", 2007)


def test_another_definition_is_another_indicator() -> None:
    text = "一、工作回顾\n国内生产总值增长8%。人均国内生产总值增长7%。单位国内生产总值能耗下降3%。国民生产总值增长9%。\n"
    years = book_of(a_report(2022, text)).years("国内生产总值增长")
    assert [point.figure.printed for series in years.series for point in series.points] == ["8%"]
    assert {"人均国内生产总值", "单位国内生产总值能耗"} <= {name for name, _ in years.others}


def test_a_text_that_repeats_its_verbs_takes_no_time() -> None:
    text = "粮食产量" + "达到增长的超过从去年" * 400 + "共5亿吨。" + "在到达到" * 2000 + "5亿吨。\n"
    started = time.perf_counter()
    book_of(a_report(2022, text)).years("粮食产量" + "增长" * 40)
    assert time.perf_counter() - started < 5


def test_unlike_units_are_unlike_series() -> None:
    reports = [a_report(2020, "一、工作回顾\n接待群众500人次。\n"), a_report(2021, "一、工作回顾\n接待群众30批。\n")]
    assert [len(series.points) for series in book_of(*reports).years("接待群众").series] == [1, 1]


def test_a_report_of_a_street_tells_of_its_own_year(yanji: Report) -> None:
    assert said(book_of(yanji), "满意率") == [("91.4%", "level", "result", 2021)]


def test_nothing_is_made_up_for_an_unknown_indicator(national: YearBook) -> None:
    for asked in ("地铁里程", "", "  ", "<b>", "增长", "一" * 90):
        assert national.years(asked).series == ()


def test_names_that_differ_in_nothing_are_one() -> None:
    assert name_words("全国粮食总产量") == name_words("粮食产量")
    assert name_words("进出口总额") == name_words("进出口额")
    assert said(book_of(a_report(2022, "去年进出口总额39万亿元。\n")), "进出口总额") == [("39万亿元", "level", "result", 2021)]
    assert name_words("城镇登记失业率") != name_words("城镇调查失业率")


def test_every_point_of_a_chart_is_a_printed_figure(national: YearBook) -> None:
    years = national.years("粮食产量")
    drawn = [point for chart in charts(years.series) for point in chart.points]
    assert drawn
    assert all(point.report.text[point.figure.start : point.figure.end] == point.figure.printed for point in drawn)
    assert {point.when.role for point in drawn} == {"result", "aim"}


def test_no_cell_of_the_table_is_a_formula() -> None:
    [_, row] = rows(book_of(a_report(2022, "粮食产量5亿吨。\n", title="=1+1")).years("粮食产量"))
    assert "'=1+1" in row
    assert not any(str(cell).startswith(("=", "+", "-", "@")) for cell in row)


# ---------- kept registers ----------


def test_a_kept_register_is_the_register(tmp_path: Path, yanji: Report) -> None:
    first = Registers(tmp_path / "kept").of(yanji)
    [kept] = (tmp_path / "kept").iterdir()
    assert Registers(tmp_path / "kept").of(yanji) == first == register(yanji)
    kept.write_text("[[]]", encoding="utf-8")
    assert Registers(tmp_path / "kept").of(yanji) == first


def test_a_register_of_another_text_or_other_rules_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "kept"
    Registers(folder).of(a_report(2021, "粮食产量5亿吨。\n"))
    assert [figure.printed for figure in Registers(folder).of(a_report(2021, "粮食产量6亿吨。\n"))] == ["2021年", "6亿吨"]
    monkeypatch.setattr("qa.registers._rules", lambda: "others")
    Registers(folder).of(a_report(2021, "粮食产量6亿吨。\n"))
    assert len(list(folder.iterdir())) == 3


def test_a_folder_that_cannot_be_written_to_costs_nothing_but_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    assert Registers(tmp_path / "file").of(a_report(2021, "粮食产量5亿吨。\n"))


# ---------- the page ----------


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    folder = tmp_path_factory.mktemp("years")
    for year, count in ((2019, 1361), (2020, 1352), (2021, 1186), (2023, 1206)):
        text = f"{year}年政府工作报告\n一、工作回顾\n城镇新增就业{count}万人。\n二、今年工作\n今年主要预期目标是：城镇新增就业1100万人以上。\n"
        write_report(folder / "reports" / f"r{year}", text, f'title = "{year}年政府工作报告"\nyear = {year}\n')
    service = Service(reports=folder / "reports", index=folder / "index")
    return TestClient(create_app(service, Settings()))


def test_the_page_shows_table_and_chart_with_a_link_for_each(client: TestClient) -> None:
    page = client.get("/years", params={"q": "新增城镇就业"}).text
    cells = re.findall(r'<td class="yj-table__n" role="cell">(.*?)</td>', page)
    assert cells == ["1361万人", "1352万人", "1186万人", "1206万人", *["1100万人以上"] * 4]
    assert page.count("<title>") == 1 + 8
    for link in set(re.findall(r'href="(/report/[^"]+#s[^"]+)"', page)):
        assert f'id="{link.partition("#")[2]}"' in client.get(link.partition("#")[0]).text
    assert "2018年" in page
    assert "没写明，按报告推定" in page


def test_a_gap_between_years_is_not_joined(client: TestClient) -> None:
    page = client.get("/years", params={"q": "城镇新增就业"}).text
    joined = [len(re.findall("yj-chart__j", group)) for group in page.split('<g class="yj-chart__s')[1:] if "<a " in group]
    assert joined == [2, 2]  # results of 2018, 2019, 2020 and 2022; aims of 2019, 2020, 2021 and 2023


def test_downloads_hold_what_the_page_shows(client: TestClient) -> None:
    response = client.get("/years", params={"q": "城镇新增就业", "as": "csv"})
    head, *table = csv.reader(io.StringIO(response.text.removeprefix("\ufeff")))
    assert [row[head.index("原文")] for row in table] == ["1361万人", "1352万人", "1186万人", "1206万人", *["1100万人以上"] * 4]
    assert client.get("/years", params={"q": "城镇新增就业", "as": "xlsx"}).content.startswith(b"PK")


def test_markup_in_the_indicator_stays_text(client: TestClient) -> None:
    typed = '"><script>alert(1)</script>'
    page = client.get("/years", params={"q": typed}).text
    assert typed not in page
    assert typed in unescape(page)


def test_the_tab_is_there_only_with_several_reports(client: TestClient, tmp_path: Path) -> None:
    assert 'href="/years"' in client.get("/figures").text
    assert "城镇新增就业" in client.get("/years").text
    write_report(tmp_path / "reports" / "one-2021", "总结\n就业5人。\n")
    with TestClient(create_app(Service(reports=tmp_path / "reports", index=tmp_path / "index"), Settings())) as alone:
        assert 'href="/years"' not in alone.get("/figures").text
        assert alone.get("/years").status_code == 404
