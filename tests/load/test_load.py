"""A short load: the long one is ``python -m tests.load``."""

import pytest
from loading import ROOT, Outcome, questions_of, run


@pytest.mark.model
def test_visitors_at_once_get_what_each_would_get_alone() -> None:
    questions = questions_of(ROOT / "tests" / "data" / "dev.jsonl")[::16]
    found = run(visitors=16, seconds=8, workers=2, questions=questions, least=0.2, most=1.0)
    assert found.failures == ()
    assert found.named("ask").count >= 10
    assert found.named("ask on the page").count >= 3
    assert len(found.memory) >= 3
    assert all(100 < size < 5000 for _, size in found.memory)
    assert found.status == 0


def test_growth_is_by_the_minute_and_without_the_beginning() -> None:
    memory = ((0.0, 500.0), (30.0, 900.0), (60.0, 1000.0), (120.0, 1002.0), (180.0, 1004.0))
    assert Outcome((), (), memory, 0).slope(60) == pytest.approx(2.0)
    assert Outcome((), (), memory[:1], 0).slope(0) == 0
