"""No pattern of ours can be made slow: each is timed on texts made against it, long enough to show, short enough to end."""

import re
import signal
import time
from collections import deque
from collections.abc import Iterator
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
MOST = 2.0  # seconds that the worst text may take; ours take up to 0.2
GIVE_UP = 10.0  # seconds


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
                took = max((seconds(pattern, drawn_out(way, LONG)) for _, way in sorted(timed)[-3:]), default=0.0)
        except TooSlowError:
            took = float("inf")
        if took > MOST:
            slow[where] = (took, pattern.pattern[:60])
    assert slow == {}


# ---------- texts that are hard for more than one pattern ----------


@pytest.mark.parametrize("unit", ["共有", "5件", "5和", "1-", "，5", "、", "(", "比上年增长5%,", "热线工单2905件 "])
def test_a_draft_of_one_thing_over_and_over_takes_seconds(unit: str, yanji: Report) -> None:
    known = Known.of(yanji)
    draft = "共" + (unit * 2000)[:2000] + "人5件"
    started = time.process_time()
    with suppress(InputError):
        check_draft(draft, [known])
    assert time.process_time() - started < 4  # 共有 took longer than anyone waited, 5件 half a minute


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
