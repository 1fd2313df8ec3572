"""Pinyin typed in a question -> the words it most likely stands for: lao jiu xiao qu is 老旧小区, with gaps or without, toneless.

A run of letters that cuts whole into syllables is read as the likeliest sequence of words (a unigram model: how often the
segmenter's dictionary counts a word), what stands in the reports at hand counting more. Anything else, such as WiFi or target,
stays as typed.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, lru_cache

from corpus.fold import fold
from index.words import common_words

_RUN = re.compile(r"[a-zü]+(?:[ '’]+[a-zü]+)*")
_HAN = re.compile(r"[\u3400-\u9fff]+")
_SEEN = 1000  # times that the dictionary must count a word for it to be thought of: some eight thousand words
_OWN = math.log(1000)  # what the reports print counts as if it were so many times as frequent; 30 and 10,000 read questions alike
_TOTAL = math.log(60_000_000)  # all that the dictionary counts
_LONGEST = 6  # syllables of a word
_FEWEST = 3  # syllables of a run; two must be a word of the reports: make and size cut into syllables, too
_STRETCHES = range(2, 5)  # characters of what is taken from a report
_FUZZY = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ing", "in"), ("eng", "en"), ("ang", "an"))

Sounds = tuple[str, ...]
Likely = Mapping[Sounds, tuple[float, str]]  # the likeliest word of each sound, and its logarithm


@lru_cache(maxsize=65_536)
def sounds(word: str) -> Sounds:
    """Syllables of a word without tones; 平翘舌 and 前后鼻音 as one.

    >>> sounds("公种号") == sounds("公众号")
    True
    """
    from pypinyin import lazy_pinyin

    return tuple(map(_plain, lazy_pinyin(word)))


def _plain(syllable: str) -> str:
    for long, short in _FUZZY:
        syllable = syllable.replace(long, short)
    return syllable


class Pinyin:
    """Reads pinyin by the texts of some reports; what it needs is made at the first run of letters that may be pinyin."""

    def __init__(self, texts: Callable[[], Iterable[str]]) -> None:
        """``texts`` gives the reports, and what else is known to be asked of them."""
        self._texts = texts

    def written(self, text: str) -> str:
        """A folded text with its pinyin as words."""
        return _RUN.sub(lambda run: self._words(run.group()) or run.group(), text)

    def _words(self, run: str) -> str:
        """The likeliest words of a run, joined; "" when it is no pinyin."""
        cut = syllables(run)
        if len(cut) < _FEWEST:
            return self._own[cut][1] if len(cut) == _FEWEST - 1 and cut in self._own else ""
        best: list[tuple[float, str]] = [(0.0, "")]  # of the first n syllables
        for end in range(1, len(cut) + 1):
            tries = (
                (best[start][0] + found[0], best[start][1] + found[1])
                for start in range(max(0, end - _LONGEST), end)
                if (found := self._likely(cut[start:end])) is not None
            )
            best.append(max(tries, default=(-math.inf, "")))
        return best[-1][1]

    def _likely(self, of: Sounds) -> tuple[float, str] | None:
        found = [table[of] for table in (self._own, _common()) if of in table]
        return max(found, default=None)

    @cached_property
    def _own(self) -> Likely:
        printed = Counter(stretch for text in self._texts() for stretch in _stretches(fold(text)))
        return _table(printed, _OWN)


@lru_cache(maxsize=1)
def _common() -> Likely:
    return _table({word: count for word, count in common_words(_SEEN).items() if _HAN.fullmatch(word)}, 0.0)


def _stretches(text: str) -> Iterator[str]:
    """Every stretch of a few Han characters."""
    for run in _HAN.findall(text):
        for length in _STRETCHES:
            yield from (run[start : start + length] for start in range(len(run) - length + 1))


def _table(counts: Mapping[str, int], more: float) -> Likely:
    table: dict[Sounds, tuple[float, str]] = defaultdict(lambda: (-math.inf, ""))
    for word, count in counts.items():
        of = sounds(word)
        table[of] = max(table[of], (math.log(count) + more - _TOTAL, word))
    return dict(table)


@lru_cache(maxsize=1)
def _syllables() -> frozenset[str]:
    """Every syllable of standard Chinese, as typed and with sounds that are confused made one."""
    from pypinyin.constants import PINYIN_DICT

    marked = {reading for readings in PINYIN_DICT.values() for reading in readings.split(",")}
    return frozenset(syllable for syllable in map(_toneless, marked) if re.fullmatch("[ae]|[a-z]*[aeiouv][a-z]*(?<!^.)", syllable))


def _toneless(syllable: str) -> str:
    from pypinyin.contrib.tone_convert import to_normal

    return str(to_normal(syllable)).replace("ü", "v")


def syllables(run: str) -> Sounds:
    """A run of letters cut into the fewest syllables, gaps kept as cuts; () when it does not cut whole.

    >>> syllables("wenhua hui"), syllables("target")
    (('wen', 'hua', 'hui'), ())
    """
    cut: list[str] = []
    for chunk in re.split(r"[ '’]+", run.replace("ü", "v")):
        best: list[list[str] | None] = [[]]
        for end in range(1, len(chunk) + 1):
            tries = [
                [*before, chunk[start:end]]
                for start in range(max(0, end - 6), end)
                if (before := best[start]) is not None and chunk[start:end] in _syllables()
            ]
            best.append(min(tries, key=len, default=None))
        last = best[-1]
        if not last:
            return ()
        cut += last
    return tuple(map(_plain, cut))
