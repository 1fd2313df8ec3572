"""A question costs little beside the model; what is skipped to make it so changes nothing."""

import json
import time
from pathlib import Path

import numpy as np
import pytest

from qa.retrieve import best_places

QUESTIONS = Path(__file__).parent / "data" / "dev.jsonl"
_MOST = 2.0  # times the forward pass alone, in processor time, measured side by side; it is about 1.4


@pytest.mark.parametrize("seed", range(20))
def test_the_best_places_are_those_of_a_full_sort(seed: int) -> None:
    chance = np.random.default_rng(seed)
    scores = chance.integers(0, 40, chance.integers(1, 400)).astype(np.float32) * (chance.random() > 0.1)
    expected = [place for place in np.argsort(-scores, kind="stable")[:64] if scores[place] > 0]
    assert best_places(scores, 64).tolist() == expected


@pytest.mark.model
def test_a_question_costs_little_beside_the_model(real_service) -> None:
    texts = [json.loads(line)["question"] for line in QUESTIONS.read_text(encoding="utf-8").splitlines()[:12]]
    model = real_service.encoder._model()
    ratios = []
    for text in texts:
        real_service.ask(text)
        real_service.encoder._kept._vectors.clear()
        forward = min(_seconds(lambda text=text: model.encode([f"query: {text}"])) for _ in range(3))
        asked = []
        for _ in range(3):
            real_service.encoder._kept._vectors.clear()
            asked.append(_seconds(lambda text=text: real_service.ask(text)))
        ratios.append(min(asked) / forward)
    assert float(np.median(ratios)) < _MOST


def _seconds(work) -> float:
    started = time.thread_time()
    work()
    return time.thread_time() - started
