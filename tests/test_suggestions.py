"""What the log's unanswered questions come near to, for staff to decide on."""

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from fakes import write_report
from staged import Staged

from qa.cli import cli
from qa.commands.opening import Opening
from qa.log import Group, open_log
from qa.records import Answer
from qa.settings import Settings
from qa.upkeep.suggestions import suggestions

NOTHING = Answer("", False, 0.1, "everyday", reason="not_in_report")


def group(*wordings: str) -> Group:
    return Group(len(wordings), tuple((wording, 1) for wording in wordings), "near_only", "2022-04-01T10:00:00+08:00")


def near(question: str) -> Answer:
    found = Staged().ask("热线满意率多少").citations
    return replace(NOTHING, question=question, reason="near_only", near=found) if "乘梯" in question else NOTHING


def test_only_what_comes_near_is_suggested_and_no_more_than_wanted() -> None:
    groups = [group("乘梯卡多少钱", "乘梯卡贵不贵"), group("月亮多大"), group("乘梯要排队吗"), group("乘梯几点停")]
    found = list(suggestions(groups, near, 2))
    assert [one.wordings for one in found] == [("乘梯卡多少钱", "乘梯卡贵不贵"), ("乘梯要排队吗",)]
    assert found[0].count == 2
    assert found[0].to_json()["near"][0]["sentence"] == found[0].nearest[0].sentence


@pytest.mark.model
def test_the_command_shows_the_question_the_sentence_and_how_to_decide(tmp_path: Path) -> None:
    write_report(tmp_path / "reports" / "jia-2021", "工作总结\n一、民生\n办结工单2905件,满意率91.4%。\n设助餐点8家。\n")
    settings = Settings(reports=tmp_path / "reports", index=tmp_path / "index", state=tmp_path / "state")
    log = open_log(settings.state, settings.retention)
    for question in ("助餐点几点关门", "助餐点几点关门呢", "zzzz"):
        log.asked(question, replace(NOTHING, reason="near_only"), 1.0)
    log.close()
    ran = CliRunner().invoke(cli, ["bank", "suggest"], obj=Opening(lambda: settings))
    assert ran.exit_code == 0, ran.output
    assert "2 次  助餐点几点关门" in ran.output
    assert "“设助餐点8家。”" in ran.output
    assert "--reason detail_absent" in ran.output
    assert "zzzz" not in ran.output
