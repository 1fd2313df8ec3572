"""No pattern of ours can be made slow: its time on texts made against it grows with their square at most, on any machine."""

import re
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial

import pytest
from regexes import Attack, drawn_out, patterns

from corpus.errors import InputError
from corpus.figures import figures_of_text, sentence_spans
from corpus.report import Report
from qa.check import check_draft
from qa.known import Known

FOUND = patterns()
SHORT, LONG = 200, 5_000  # characters
STEEPEST = 6.0  # times as long for twice the text: 4 for a square, 8 for a cube
TELLS = 0.05  # seconds; less is too short to be compared
GIVE_UP = 60.0  # seconds; only what has no end takes so long


class TooSlowError(Exception):
    """The clock has run out."""


@contextmanager
def clock(seconds: float) -> Iterator[None]:
    """Seconds of this process's own work, however busy the machine is."""

    def ring(*_: object) -> None:
        raise TooSlowError

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def seconds(pattern: object, text: str) -> float:
    started = time.process_time()
    for _ in pattern.finditer(text):
        pass
    pattern.fullmatch(text)
    return time.process_time() - started


def on_text(pattern: object, way: object, size: int) -> float:
    return seconds(pattern, drawn_out(way, size))


def growth(work: Callable[[int], float], size: int) -> float:
    """How many times as long twice the size takes, at best of three; 0.0 where it is too short to be measured."""
    half, whole = (min(work(length) for _ in range(3 if length < size or work(size) < 1 else 1)) for length in (size // 2, size))
    return whole / max(half, 1e-9) if whole > TELLS else 0.0


def test_the_patterns_are_found() -> None:
    assert len(FOUND) > 60
    where = set(FOUND.values())
    for module in ("corpus.split", "corpus.numerals", "qa.masking", "qa.web.gate", "corpus.library", "qa.normalise"):
        assert any(place.startswith(module) for place in where), module


def test_a_pattern_that_can_be_made_slow_would_be_noticed() -> None:
    pattern = re.compile(r"(\d+,?)+件")
    texts = [drawn_out(way, 60) for way in Attack(pattern).ways()]
    with pytest.raises(TooSlowError), clock(0.5):
        deque(map(partial(seconds, pattern), texts), maxlen=0)


def test_no_text_makes_any_pattern_slow() -> None:
    slow = {}
    for pattern, where in FOUND.items():
        try:
            with clock(GIVE_UP):
                timed = [(seconds(pattern, drawn_out(way, SHORT)), way) for way in Attack(pattern).ways()]
                steps = [growth(partial(on_text, pattern, way), LONG) for _, way in sorted(timed)[-3:]]
        except TooSlowError:
            steps = [float("inf")]
        if max(steps, default=0.0) > STEEPEST:
            slow[where] = (steps, pattern.pattern[:60])
    assert slow == {}


# ---------- texts that are hard for more than one pattern ----------


@pytest.mark.parametrize("unit", ["共有", "5件", "5和", "1-", "，5", "、", "(", "比上年增长5%,", "热线工单2905件 "])
def test_a_draft_of_one_thing_over_and_over_is_checked_in_time(unit: str, yanji: Report) -> None:
    known = Known.of(yanji)

    def check(size: int) -> float:
        draft = "共" + (unit * size)[:size] + "人5件"
        started = time.process_time()
        with suppress(InputError):
            check_draft(draft, [known])
        return time.process_time() - started

    with clock(GIVE_UP):  # 共有 took longer than anyone waited, 5件 half a minute
        assert growth(check, 2000) <= STEEPEST


def test_more_figures_than_any_draft_has_are_refused_in_one_line(yanji: Report) -> None:
    with pytest.raises(InputError, match="请分成几份"):
        check_draft("5件," * 1200, [Known.of(yanji)])


def test_a_sentence_that_is_cut_for_its_length_loses_no_character() -> None:
    draft = "其中,".join(f"第{number}个小区办结工单{number}件" for number in range(1, 300))
    spans = list(sentence_spans(draft))
    assert len(spans) > 4
    assert "".join(draft[start:end] for start, end in spans) == draft
    assert all(end - start <= 600 for start, end in spans)
    assert len(figures_of_text(draft)) >= 299
