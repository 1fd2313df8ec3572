"""Looking a figure up in the real report: the very figure or none, how often it stands there, numbers inside names."""

import json

import pytest
from click.testing import CliRunner

from qa.cli import cli
from qa.commands.opening import Opening
from qa.service import Service
from qa.settings import Settings
from qa.web.render import Setting, answer_html

pytestmark = pytest.mark.model


@pytest.mark.parametrize(
    ("asked", "near"),
    [("281件", "281项"), ("8月30日", "8月31日"), ("不足六万辆", "6万余辆"), ("6万辆以下", "6万余辆"),
    ("18岁以下", "18岁以上"), ("满意率95%的那句话", "91.4%"), ("281件是什么", "281项")],
)
def test_another_figure_is_a_false_premise_with_what_is_printed_beside(real_service: Service, asked: str, near: str) -> None:
    answer = real_service.ask(asked)
    assert (answer.answered, answer.reason) == (False, "false_premise")
    assert near in answer.near[0].sentence


@pytest.mark.parametrize(("asked", "printed"), [("18项", "18项"), ("3个", "3个"), ("六万辆", "6万余辆"), ("16名", "16人"), ("8月31日", "8月31日")])
def test_the_figure_itself_is_marked(real_service: Service, asked: str, printed: str) -> None:
    answer = real_service.ask(asked)
    assert answer.occurrences == 1
    [cited] = answer.citations
    assert [cited.sentence[a - cited.start : b - cited.start] for a, b in cited.highlights] == [printed]


def test_a_minus_is_not_passed_over(real_service: Service) -> None:
    assert real_service.ask("-5").reason == "false_premise"


def test_how_often_a_figure_stands_there_is_said_though_fewer_are_shown(real_service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = real_service.ask("2021")
    holding = [s for s in real_service.home().sentences if "2021" in s.text]
    assert (answer.occurrences, len(answer.citations)) == (len(holding), 3) == (7, 3)
    assert answer.to_json()["occurrences"] == len(holding)
    page = answer_html(answer, Setting())
    assert "报告里有 7 处写到，先列 3 处：" in page
    assert "/figures?q=2021&amp;report=yanji-2021" in page
    monkeypatch.setattr("qa.commands.opening.Opening.service", lambda *_, **__: real_service)
    run = CliRunner().invoke
    opening = Opening(Settings)
    assert run(cli, ["ask", "2021"], obj=opening).output.startswith("报告里有 7 处写到,先列 3 处,用 --k 20 可以多列:\n")
    assert len(json.loads(run(cli, ["ask", "2021", "--json", "--k", "20"], obj=opening).output)["citations"]) == len(holding)


def test_all_that_is_shown_needs_no_way_to_more(real_service: Service) -> None:
    answer = real_service.ask("281项")
    assert answer.occurrences == 1
    assert "/figures" not in answer_html(answer, Setting())
    assert "occurrences" not in real_service.ask("热线满意率多少").to_json()


def test_a_number_printed_only_in_a_name_is_shown_and_said_to_be_one(real_service: Service) -> None:
    answer = real_service.ask("201")
    assert answer.answered
    assert all("友谊201街坊" in citation.sentence for citation in answer.citations)
    assert answer.message == "报告里的“201”只是名称的一部分,不是数目。"
    assert "报告里的“201”只是名称的一部分，不是数目。" in answer_html(answer, Setting())
    assert real_service.ask("202").reason == "false_premise"
    assert real_service.ask("201件").reason == "false_premise"


def test_what_is_marked_follows_the_mended_question(real_service: Service) -> None:
    [cited] = real_service.ask("热线满意律多少").citations[:1]
    assert [cited.sentence[a - cited.start : b - cited.start] for a, b in cited.highlights] == ["91.4%"]
