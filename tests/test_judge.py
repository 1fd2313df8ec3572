"""The judge: features by name, a probability from them, thresholds in order, and what is said to be missing."""

import json
from pathlib import Path

import numpy as np
import pytest

from qa.judging.features import FEATURES, GRADED
from qa.judging.judge import WEIGHTS_FILE, Judge, Judgement, Model, default_judge
from qa.quality.logistic import curve_area, fit_logistic
from qa.service import Service


def test_the_weights_name_every_feature_and_say_what_they_were_fitted_on() -> None:
    stored = json.loads(WEIGHTS_FILE.read_text(encoding="utf-8"))
    for sort in ("with_bank", "without_bank"):
        assert set(stored[sort]["answers"]["linear"]) == set(FEATURES)
        assert set(stored[sort]["answers"]["knots"]) == set(GRADED)
        assert stored[sort]["left_out"]["questions"] > 1500
    assert stored["held"]["questions"]["answer"] > 500
    assert stored["held"]["curve"] == sorted(stored["held"]["curve"])


def test_a_missing_or_unknown_feature_is_an_error_at_once(tmp_path: Path) -> None:
    stored = json.loads(WEIGHTS_FILE.read_text(encoding="utf-8"))
    del stored["with_bank"]["answers"]["linear"]["margin"]
    path = tmp_path / "weights.json"
    path.write_text(json.dumps(stored))
    with pytest.raises(KeyError, match="margin"):
        Judge.load(path)


def test_a_report_that_nobody_named_must_be_surer() -> None:
    for weights in (default_judge().with_bank, default_judge().without_bank):
        assert 0 < weights.answered < weights.sure < 1
        assert 0 < weights.near < 1


def test_nothing_found_is_no_answer() -> None:
    assert Judgement((), 0.0, {}).probability == 0.0


def test_a_fit_finds_what_tells_right_from_wrong() -> None:
    rng = np.random.default_rng(0)
    table = rng.normal(size=(400, 3))
    right = (table[:, 0] > 0.2).astype(float)
    stored = fit_logistic(table, right, np.ones(400), ("near", "noise", "flag"), 2, 1.0)
    assert abs(stored["linear"]["near"]) > 3 * abs(stored["linear"]["noise"])
    assert set(stored["hinges"]) == {"near", "noise"}
    assert curve_area(right, table[:, 0]) == 1.0


def test_the_probability_of_a_row_is_that_of_the_row_alone() -> None:
    model: Model = default_judge().without_bank.answers
    rows = np.random.default_rng(1).random((5, len(FEATURES)))
    together = model.probabilities(rows)
    assert together == pytest.approx([float(model.probabilities(row[np.newaxis])[0]) for row in rows])
    assert ((together >= 0) & (together <= 1)).all()


@pytest.mark.model
def test_a_near_answer_names_what_is_missing_marks_nothing_and_supports_nothing(real_service: Service) -> None:
    answer = real_service.ask("打疫苗死了几个人")
    assert (answer.answered, answer.reason, answer.citations) == (False, "near_only", ())
    assert "疫苗" in answer.near[0].sentence
    assert 1 <= len(answer.near) <= 3
    body = answer.to_json()
    assert all(near["supports"] is False and near["highlights"] == [] for near in body["near"])
    assert body["message"].startswith("报告里没有直接写到")


@pytest.mark.model
def test_another_subject_is_not_near(real_service: Service) -> None:
    answer = real_service.ask("今天天气怎么样")
    assert (answer.answered, answer.near, answer.to_json()["near"]) == (False, (), [])
