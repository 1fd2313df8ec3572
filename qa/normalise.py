"""A question as typed -> the query that is searched: script, width, spoken words, typos."""

import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from corpus.errors import SettingsError
from corpus.fold import fold
from corpus.numerals import Number, read_numbers
from index.words import frequency, is_word, segment
from qa.questions.pinyin import Pinyin, sounds

WORDS_FILE = Path(__file__).parent.parent / "corpus" / "words.tsv"
_SPACE = re.compile(r"[\s\u200b-\u200d\u2060\ufeff\x00-\x1f\x7f]+")
_MEASURES = frozenset("户台件次家份场个项名条处篇期所支例幢辆人批轮年月日里上下中")
_LEAST_LEFT = 5  # characters that must remain when the year is left out
_SELDOM = 5000  # times that the segmenter's dictionary counts a character alone: 律 2073, 来 161501
_HAN = re.compile(r"[\u3400-\u9fff]")
_PARTICLES = frozenset("的了在是有和与就都也还又很把被给让对从到个这那哪谁我你他她它们么吗呢吧啊呀得地着过不没要会能多少几什")


@dataclass(frozen=True, slots=True)
class Query:
    """A question made ready for search."""

    typed: str
    text: str  # folded, spoken words said the written way, typos mended: what is embedded
    synonyms: str  # written words for everyday ones in it, for lexical search only; "" if none
    numbers: tuple[Number, ...]  # numbers in ``text``, names left out
    mended: tuple[tuple[str, str], ...]  # typos: (as typed, as searched)

    @property
    def lexical(self) -> str:
        """What lexical search looks for."""
        return f"{self.text} {self.synonyms}" if self.synonyms else self.text


class WordList:
    """The words that staff keep in ``corpus/words.tsv``: what people say, and what reports write."""

    def __init__(self, path: Path = WORDS_FILE) -> None:
        """Read the list.

        Raises:
            SettingsError: a line has not three columns, or its kind is unknown; the message names the line.
        """
        self.spoken: dict[str, str] = {}
        self.synonyms: dict[str, str] = {}
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if not line.strip() or line.startswith("#"):
                continue
            said, meant, kind = ([*line.split("\t"), "", ""])[:3]
            if not said or not meant or kind not in ("方言", "简称", "俗称"):
                raise SettingsError(f"{path.name} 第 {number} 行要有三列(说法、意思、类别),用制表符隔开")
            (self.spoken if kind == "方言" else self.synonyms)[fold(said)] = fold(meant)
        self._spoken_pattern = _alternatives(self.spoken)
        self._synonym_pattern = _alternatives(self.synonyms)

    def written(self, text: str) -> str:
        """Spoken words replaced by written ones, longest first."""
        return self._spoken_pattern.sub(lambda match: self.spoken[match.group()], text)

    def synonyms_of(self, text: str) -> str:
        """What else the everyday words in a text are called; words it already holds are left out."""
        found = [self.synonyms[match.group()] for match in self._synonym_pattern.finditer(text)]
        return " ".join(dict.fromkeys(word for words in found for word in words.split() if word not in text))


def _alternatives(table: dict[str, str]) -> re.Pattern[str]:
    ordered = sorted(table, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, ordered)) or r"(?!)")


class Speller:
    """Mends homophones against the words that the reports and the bank use.

    Only a run of single characters that segment into no word is suspect (公种号 -> 公 种 号), or a rare one behind a word
    (满意 律); it is mended when a known word sounds the same (tones and 平翘舌、前后鼻音 aside), so a question in good writing is
    never touched.
    """

    _LENGTHS = (4, 3, 2)

    def __init__(self, vocabulary: Callable[[], Iterable[str]]) -> None:
        """``vocabulary`` gives the known words; it is called at the first suspect run, for most questions have none."""
        self._vocabulary = vocabulary

    @cached_property
    def _by_sound(self) -> dict[tuple[str, ...], str]:
        """The one known word of each sound; a sound that several words share mends nothing."""
        by_sound: dict[tuple[str, ...], set[str]] = defaultdict(set)
        for word in self._vocabulary():
            if len(word) in self._LENGTHS and all(map(_HAN.match, word)):
                by_sound[sounds(word)].add(word)
        return {sound: min(words) for sound, words in by_sound.items() if len(words) == 1}

    def mend(self, text: str) -> tuple[str, tuple[tuple[str, str], ...]]:
        """The text with typos mended, and what was mended."""
        out, mended = text, []
        for run in _suspect_runs(text):
            for wrong, right in self._mend_run(run):
                out = out.replace(wrong, right)
                mended.append((wrong, right))
        for head, tail in _suspect_tails(out):
            whole = head + tail
            meant = self._by_sound.get(sounds(whole), whole)
            if meant != whole and meant.startswith(head):
                out = out.replace(whole, meant)
                mended.append((whole, meant))
        return out, tuple(mended)

    def _mend_run(self, run: str) -> list[tuple[str, str]]:
        found, place = [], 0
        while place < len(run):
            for length in self._LENGTHS:
                piece = run[place : place + length]
                right = self._by_sound.get(sounds(piece)) if len(piece) == length else None
                if right and right != piece and _alike(piece, right):
                    found.append((piece, right))
                    place += length
                    break
            else:
                place += 1
        return found


def _alike(wrong: str, right: str) -> bool:
    """A two-character word must share a character, a longer one half of them: typos change one, not all."""
    return sum(a == b for a, b in zip(wrong, right, strict=True)) * 2 >= len(right)


def _suspect_runs(text: str) -> list[str]:
    """Runs of two or more neighbouring Han characters that the segmenter could not join into known words.

    Particles are never part of one: they stand alone in good writing.
    """
    runs, run = [], ""
    for word in [*segment(text), " "]:
        if _HAN.match(word) and word not in _PARTICLES and (len(word) == 1 or not is_word(word)):
            run += word
            continue
        if len(run) >= 2:
            runs.append(run)
        run = ""
    return runs


def _suspect_tails(text: str) -> list[tuple[str, str]]:
    """Words of two characters or more, each with a single one behind it that seldom stands alone: 满意, 律."""
    return [
        (head, tail)
        for head, tail in itertools.pairwise(segment(text))
        if len(head) >= 2 and len(tail) == 1 and _HAN.match(tail) and tail not in _PARTICLES | _MEASURES and frequency(tail) <= _SELDOM
    ]


def clean(text: str) -> str:
    """Folded; control characters, zero-width marks and runs of white space as one space."""
    return _SPACE.sub(" ", fold(text)).strip()


def well_spelt(text: str) -> bool:
    """Whether every Han character of a text stands in a known word or is a particle: 养老愿 leaves 愿 alone.

    It is strict: it is for choosing what to show, not for judging what was typed.
    """
    single = _PARTICLES | _MEASURES
    return all(word in single or not _HAN.match(word) or (len(word) > 1 and is_word(word)) for word in segment(text))


class Normaliser:
    """Typed questions -> queries."""

    def __init__(self, words: WordList, speller: Speller, pinyin: Pinyin, own_year: int | None = None) -> None:
        """``own_year`` is the year of all reports, when they share one: said in a question, it tells nothing."""
        self._words = words
        self._speller = speller
        self._pinyin = pinyin
        self._own_year = re.compile(rf"{own_year}年度?(?:的|里|中)?" if own_year else r"(?!)")

    def query(self, typed: str) -> Query:
        """Make a question ready for search; any text is fine."""
        cleaned = clean(typed)
        without_year = self._own_year.sub("", cleaned)
        spelt = self._pinyin.written(without_year if len(without_year) >= _LEAST_LEFT else cleaned)
        written = self._words.written(spelt)
        text, mended = self._speller.mend(written)
        numbers = tuple(number for number in read_numbers(text) if number.kind != "name")
        return Query(typed, text, self._words.synonyms_of(text), numbers, mended)
