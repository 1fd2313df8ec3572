"""The judged questions and drafts: every offset points at what it should, held places stay apart, no report's words are stored."""

import json
from pathlib import Path

import pytest

from corpus.library import Library
from qa.quality.judged_questions import FOLDER, HELD, JudgedQuestion, read_judged
from qa.quality.labelled_drafts import FOLDER as DRAFTS
from qa.quality.labelled_drafts import read_drafts, scores

MADE_UP = Path(__file__).parent / "data" / "made_up"


@pytest.fixture(scope="module")
def questions() -> list[JudgedQuestion]:
    return list(read_judged(sorted(FOLDER.glob("*.jsonl"))))


@pytest.fixture(scope="module")
def made_up() -> Library:
    return Library(MADE_UP)


def test_there_are_as_many_as_the_scores_say(questions: list[JudgedQuestion]) -> None:
    labels = [question.label for question in questions]
    assert len(questions) > 4000
    assert 0.4 <= labels.count("miss") / (labels.count("miss") + labels.count("answer")) <= 0.5
    assert len({question.place for question in questions if question.held}) == len(HELD) == 15
    assert len({question.report_id for question in questions}) >= 60


def test_offsets_point_into_one_sentence_and_answers_into_their_evidence(questions: list[JudgedQuestion], made_up: Library) -> None:
    there = set(made_up.report_ids())
    seen = 0
    for question in questions:
        if question.report_id not in there or question.label == "off":
            continue
        report = made_up.report(question.report_id)
        for start, end in (*question.evidence, *question.parts):
            assert 0 <= start < end <= len(report.text)
        if question.answer:
            first = question.evidence[0]
            assert first[0] <= question.answer[0] < question.answer[1] <= first[1]
        assert bool(question.answered_by(report)) == (question.label == "answer"), question.question
        seen += 1
    assert seen > 1200


def test_only_offsets_are_stored() -> None:
    allowed = {"report", "question", "label", "style", "evidence", "answer", "slot", "parts"}
    for path in FOLDER.glob("*.jsonl"):
        for line in path.read_text(encoding="utf-8").splitlines():
            assert set(json.loads(line)) <= allowed


def test_the_figures_of_a_draft_stand_where_they_are_said_to(made_up: Library) -> None:
    drafts = [draft for path in sorted(DRAFTS.glob("*.jsonl")) for draft in read_drafts(path)]
    assert sum(len(draft.figures) for draft in drafts) == 1919
    for draft in drafts:
        for figure in draft.figures:
            assert draft.text[figure.start : figure.end] == figure.as_written
            assert figure.verdict in ("supported", "contradicted", "not_found", "ambiguous")


def test_a_check_that_repeats_the_labels_is_right() -> None:
    drafts = read_drafts(DRAFTS / "held.jsonl")
    found = scores(drafts, lambda draft: draft.figures)
    assert (found["figures"], found["right"], found["missed"], found["wrong_called_supported"]) == (869, 1.0, 0, 0.0)
    assert scores(drafts, lambda _: ())["missed"] == 869


def test_every_made_up_report_says_that_it_is_one(made_up: Library) -> None:
    assert len(made_up.report_ids()) >= 20
    for report_id in made_up.report_ids():
        assert "made_up = true" in (MADE_UP / report_id / "about.toml").read_text(encoding="utf-8")
        assert 2000 <= len(made_up.report(report_id).text) <= 4000
