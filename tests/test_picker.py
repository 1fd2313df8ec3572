"""Where to look, in the page: the picker, what it sends, and what is said when it cannot be."""

import html
import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from many import write_library
from staged import Staged

from qa.records import Answer
from qa.settings import Settings
from qa.web import texts
from qa.web.render import Setting, answer_html
from qa.web.site import create_app


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Staged:
    return Staged(reports=write_library(tmp_path_factory.mktemp("several") / "reports"))


@pytest.fixture(scope="module")
def client(staged: Staged) -> Iterator[TestClient]:
    with TestClient(create_app(staged, Settings())) as client:
        yield client


def options(page: str) -> list[tuple[str, str, bool]]:
    found = re.findall(r'<option value="([^"]*)"( selected)?>(.*?)</option>', page)
    return [(value, html.unescape(re.sub("<[^>]+>", "", label)), bool(selected)) for value, selected, label in found]


def test_a_single_report_leaves_nothing_to_choose() -> None:
    with TestClient(create_app(Staged(), Settings())) as client:
        assert options(client.get("/").text) == []


def test_the_picker_offers_all_each_and_the_years_that_several_share(client: TestClient) -> None:
    assert options(client.get("/").text) == [
        ("", "全部报告", True),
        ("yanji-2021", "延吉新村街道 2021年", False),
        ("yanji-2020", "延吉新村街道 2020年", False),
        ("guowuyuan-2021", "国务院 2021年", False),
        ("guowuyuan-2019", "国务院 2019年", False),
        (":2021", "2021年的全部报告", False),
    ]


@pytest.mark.parametrize(
    ("choice", "within"),
    [("", ()), ("guowuyuan-2019", ("guowuyuan-2019",)), (":2021", ("yanji-2021", "guowuyuan-2021"))],
)
def test_what_is_chosen_goes_to_the_service_with_and_without_a_script(
    client: TestClient, staged: Staged, choice: str, within: tuple[str, ...]
) -> None:
    page = client.get("/", params={"q": "热线满意率多少", "report": choice}).text
    assert staged.within[-1] == within
    assert [value for value, _, selected in options(page) if selected] == [choice]
    assert client.post("/chat/answer", json={"question": "热线满意率多少", "report": choice}).status_code == 200
    assert staged.within[-1] == within


@pytest.mark.parametrize("choice", ["guowuyuan-1900", ":1900", "../etc", "<b>"])
def test_a_report_that_is_gone_is_said_in_one_line(client: TestClient, staged: Staged, choice: str) -> None:
    asked = len(staged.asked)
    page = client.get("/", params={"q": "热线满意率多少", "report": choice}).text
    assert texts.NO_SUCH_CHOICE in html.unescape(page)
    assert len(staged.asked) == asked


def test_suggestions_keep_to_what_was_chosen_and_a_refusal_leads_out_of_it(client: TestClient) -> None:
    page = client.get("/", params={"q": "一客饭多少钱", "report": "guowuyuan-2019"}).text
    links = [html.unescape(link) for link in re.findall(r'class="yj-rephrase" href="([^"]+)"', page)]
    assert links[0].endswith("&report=")
    assert links[1].endswith("&report=guowuyuan-2019")


def test_a_year_that_is_not_there_says_which_are_and_where_else() -> None:
    says = "没有延吉新村街道2019年的报告。延吉新村街道的报告有2020、2021年的。"
    answer = Answer("2019年热线", False, 0.0, "figure", message=says, reason="not_in_report", missing="其他年份的数据", years=(2020, 2021))
    page = answer_html(answer, Setting(titles={"guowuyuan-2019": "国务院报告"}))
    assert "没有延吉新村街道2019年的报告。" in page
    assert "2020、2021年" in re.sub("<[^>]+>", "", page)
    assert answer.to_json()["years"] == [2020, 2021]


def test_citations_carry_their_title_where_there_are_several_reports(client: TestClient) -> None:
    page = client.get("/", params={"q": "热线满意率多少"}).text
    assert "《延吉新村街道2021年度工作总结》" in re.sub("<[^>]+>", "", page.split('class="yj-src"')[1])
