"""How alike the words around two figures are: does a figure in a draft speak of the same thing as one of the report?

Words are weighed by how rare they are in the report. A word of the draft counts in full where the report's figure has it in its own
segment, less in the rest of its sentence, least in its paragraph and headings; and the other way round.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from math import log
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.figures import Figure, clause_spans
from corpus.fold import fold
from corpus.numerals import Number, read_numbers
from corpus.report import Report
from index.words import plain_segment, says_how

Floats = NDArray[np.float32]
OWN, NEAR, SENTENCE, AROUND = 1.0, 0.95, 0.55, 0.3  # worth of a draft word found in the segment, subject, sentence, paragraph
_OTHER_FORM = 0.9  # worth of another word for it, as a share
_IN_PARTS = 0.8  # worth of a long word whose halves are found
_UNKNOWN = 0.6  # weight of a word the report never uses, as a share of the rarest: it may be another way to say a thing
_UNKNOWN_VERB = 0.2  # the same for a verb or an adjective: 揪出 and 查出 can be said of the same thing, another noun is another thing

_KEPT = 4096  # texts whose words are remembered

_WORD = re.compile(r"[\u3400-\u9fffa-z0-9]+")
_NUMERAL_WORD = re.compile(r"[0-9.%一二三四五六七八九十百千万亿两]+")
_AGE_WORD = re.compile(r"(?<!\d)\d+岁\S*")
_SINGLE = frozenset("女男老电水路桥树灯车房楼厕井")
STOP = frozenset(
    line.strip() for line in (Path(__file__).parent / "stop_words.txt").read_text(encoding="utf-8").splitlines() if line[:1] != "#"
)


@lru_cache(maxsize=1)
def _same_words() -> dict[str, tuple[str, ...]]:
    """Other words for a word, from ``same_words.tsv``."""
    table: dict[str, set[str]] = {}
    for line in (Path(__file__).parent / "same_words.tsv").read_text(encoding="utf-8").splitlines():
        group = [] if line.startswith("#") else line.split("\t")
        for word in group:
            table.setdefault(word, set()).update(other for other in group if other != word)
    return {word: tuple(sorted(others)) for word, others in table.items()}


@lru_cache(maxsize=8192)
def plain_words(text: str) -> str:
    """A folded text without its numbers; an age group stays as one word (18岁以上), so that it can be told from another."""
    folded = fold(text)
    parts, place = [], 0
    for number in read_numbers(text):
        if number.kind == "name":
            continue
        parts.append(folded[place : number.start])
        parts.append(f" {age_word(number)} " if number.kind == "age" else " ")
        place = number.end
    return "".join([*parts, folded[place:]])


def age_word(number: Number) -> str:
    """One spelling for an age group: 18周岁以上 and 十八岁以上 are 18岁以上."""
    return f"{number.value:f}岁{number.qualifier}"


@lru_cache(maxsize=8192)
def content_words(text: str) -> tuple[str, ...]:
    """Words that carry meaning, in order, without numbers and without doubles.

    >>> content_words("办结热线工单2905件")
    ('办结', '热线', '工单')
    """
    found: list[str] = []
    for part in (text if _AGE_WORD.search(text) else plain_words(text)).split():
        if _AGE_WORD.fullmatch(part):
            found.append(part)
            continue
        words = [
            word
            for word in _with_rates(plain_segment(_RATE_IS.sub(r"\1 \2", part)))
            if _WORD.fullmatch(word) and not _NUMERAL_WORD.fullmatch(word)
        ]
        found += [word for word in words if word not in STOP and (len(word) > 1 or word in _SINGLE or word in _same_words())]
    return tuple(dict.fromkeys(found))


_RATE_IS = re.compile(r"([率数额量度])([为达是占])")  # the dictionary cuts 处置率为 into 处置 and 率为


def _with_rates(words: list[str]) -> list[str]:
    """处置, 率 as 处置率: a rate is not the thing it is a rate of."""
    joined: list[str] = []
    for word in words:
        if word == "率" and joined:
            joined[-1] += word
        else:
            joined.append(word)
    return joined


def in_some_form(word: str, text: str) -> bool:
    """Whether a text has a word or another word for it."""
    if word in text:
        return True
    others = _same_words().get(word)
    return (others is not None and any(other in text for other in others)) or abbreviates(word, text)


def abbreviates(word: str, text: str) -> bool:
    """Whether a word is made of the first characters of words that follow one another in a text, one of them left out at most.

    >>> abbreviates("自发", "自行发现的案件"), abbreviates("安监", "安全生产监督监察队"), abbreviates("安队", "安全生产监督监察队")
    (True, True, False)
    """
    return len(word) > 1 and word[0] in text and re.search(".?".join(map(re.escape, word)), _initials(text)) is not None


@lru_cache(maxsize=8192)
def _initials(text: str) -> str:
    """First characters of the words of a text, a blank for words of one character."""
    return "".join(word[0] if len(word) > 1 else " " for word in plain_segment(text))


@dataclass(frozen=True, slots=True)
class Place:
    """The words around one figure, folded: of its segment, its subject, its sentence, and what surrounds that."""

    own: str  # without numbers
    near: str
    sentence: str
    around: str


class Likeness:
    """The words around every figure of one report, and how alike a draft's are to them."""

    def __init__(self, report: Report, figures: tuple[Figure, ...]) -> None:
        crowded = crowded_segments(figures)
        self.places = [_place(report, figure, crowded=figure.segment_span in crowded) for figure in figures]
        self.text = fold(report.text + report.about.title + report.about.publisher)
        self._sentences = list(dict.fromkeys(place.sentence for place in self.places))
        rows = {sentence: row for row, sentence in enumerate(self._sentences)}
        self._sentence_of = np.array([rows[place.sentence] for place in self.places], dtype=np.int64)
        self._around = list(dict.fromkeys(place.around for place in self.places))
        around_rows = {around: row for row, around in enumerate(self._around)}
        self._around_of = np.array([around_rows[place.around] for place in self.places], dtype=np.int64)
        self._counted = [fold(sentence.text) for sentence in report.sentences]
        self._worth: dict[str, Floats] = {}
        self._weights: dict[str, float] = {}
        self._seen: dict[str, NDArray[np.bool_]] = {}
        self._own_words = [content_words(place.own) for place in self.places]
        self._vocabulary, self._table = self._own_table()

    def weight(self, word: str) -> float:
        """How much a word says: rare ones more; one the report never uses may be another way to say a thing, so less."""
        if word not in self._weights:
            holding = sum(word in sentence for sentence in self._counted)
            most = log(1 + len(self._counted))
            unknown = (_UNKNOWN_VERB if says_how(word) else _UNKNOWN) * most
            self._weights[word] = log(1 + len(self._counted) / holding) if holding else unknown
        return self._weights[word]

    def worth(self, word: str) -> Floats:
        """What a draft word is worth at every figure, shape (figures,), 0 to 1."""
        if word not in self._worth:
            found = self._found(word)
            for other in _same_words().get(word, ()):
                found = np.maximum(found, _OTHER_FORM * self._found(other))
            if len(word) > 1 and word not in self.text:
                found = np.maximum(found, _IN_PARTS * self._abbreviated(word))
            if len(word) > 2 and not _AGE_WORD.fullmatch(word):
                found = np.maximum(found, _IN_PARTS * (self._found(word[:2]) + self._found(word[-2:])) / 2)
            self._worth[word] = found
        return self._worth[word]

    def _found(self, word: str) -> Floats:
        in_sentence = np.array([word in sentence for sentence in self._sentences], dtype=bool)[self._sentence_of]
        in_around = np.array([word in around for around in self._around], dtype=bool)[self._around_of]
        worth = np.where(in_sentence, SENTENCE, np.where(in_around, AROUND, 0.0)).astype(np.float32)
        for row, place in enumerate(self.places):
            if word in place.own:
                worth[row] = OWN
            elif word in place.near:
                worth[row] = NEAR
        return worth

    def _abbreviated(self, word: str) -> Floats:
        """Whether a word is made of the first characters of a figure's own words, or of its sentence's. Shape (figures,)."""
        in_sentence = np.array([abbreviates(word, sentence) for sentence in self._sentences], dtype=bool)[self._sentence_of]
        in_own = np.array([abbreviates(word, place.own) for place in self.places], dtype=bool)
        return np.where(in_own, OWN, np.where(in_sentence, SENTENCE, 0.0)).astype(np.float32)

    def forward(self, words: tuple[str, ...]) -> Floats:
        """Share of a draft's words found at every figure, by weight; zeros when there are no words. Shape (figures,)."""
        if not words:
            return np.zeros(len(self.places), dtype=np.float32)
        weights = np.array([self.weight(word) for word in words], dtype=np.float32)
        return np.asarray(weights @ np.stack([self.worth(word) for word in words]) / weights.sum(), dtype=np.float32)

    def backward(self, own: str, sentence: str, before: str) -> Floats:
        """Share of each figure's own words that the draft has: in the segment, the sentence, or the one before. Shape (figures,)."""
        worth = np.zeros(len(self._vocabulary), dtype=np.float32)
        for text, value in ((before, 0.3), (sentence, 0.7), (own, 1.0)):
            worth[self._held(text)] = value
        return np.asarray(self._table @ worth, dtype=np.float32)

    def _held(self, text: str) -> NDArray[np.bool_]:
        """Which words of the figures a text has in some form, shape (words,); kept, for the figures of one sentence ask again."""
        if text not in self._seen:
            if len(self._seen) > _KEPT:
                self._seen.clear()
            self._seen[text] = np.array([in_some_form(word, text) for word in self._vocabulary], dtype=bool)
        return self._seen[text]

    def missing(self, row: int, text: str) -> float:
        """Weight of a figure's own words that a text has in no form."""
        return sum(self.weight(word) for word in self._own_words[row] if not in_some_form(word, text))

    def is_told(self, row: int, text: str) -> bool:
        """Whether a text has all of a figure's own words, in some form; no figure without words is told."""
        return bool(self._own_words[row]) and all(in_some_form(word, text) for word in self._own_words[row])

    def named(self, words: tuple[str, ...], row: int) -> float:
        """How much of some words a figure's words cover, by weight, 0 to 1; 0 for no words."""
        total = sum(self.weight(word) for word in words)
        return sum(self.weight(word) * float(self.worth(word)[row]) for word in words) / total if total else 0.0

    def _own_table(self) -> tuple[list[str], Floats]:
        """Words of all figures, and each figure's weights over them, which sum to 1 in a row. Shape (figures, words)."""
        vocabulary = sorted({word for words in self._own_words for word in words})
        column = {word: place for place, word in enumerate(vocabulary)}
        table = np.zeros((len(self.places), len(vocabulary)), dtype=np.float32)
        for row, words in enumerate(self._own_words):
            for word in words:
                table[row, column[word]] = self.weight(word)
        return vocabulary, np.asarray(table / np.maximum(table.sum(axis=1, keepdims=True), 1e-9), dtype=np.float32)


def _place(report: Report, figure: Figure, *, crowded: bool) -> Place:
    sentence = report.by_id[figure.sentence_id]
    around = [sentence.item, *sentence.section, report.passages[sentence.passage].text]
    own = own_text(report.text, (sentence.start, sentence.end), figure, crowded=crowded)
    return Place(plain_words(own), plain_words(figure.subject), fold(sentence.text), fold(" ".join(around)))


def own_text(text: str, span: tuple[int, int], figure: Figure, *, crowded: bool) -> str:
    """The words of one figure: its segment and indicator; only the indicator where several figures share the segment.

    A date's words are those of the clause it opens, however it is cut off by a comma.
    """
    if figure.number.kind in ("date", "time"):
        after = text[figure.end : figure.segment_span[1]]
        if not content_words(after):
            clause = next((one for one in clause_spans(fold(text[figure.segment_span[1] : span[1]]), figure.segment_span[1])), None)
            after += " " + text[slice(*clause)] if clause else ""
        return f"{text[figure.segment_span[0] : figure.start]} {after}"
    if crowded:
        return figure.indicator
    return f"{text[slice(*figure.segment_span)]} {figure.indicator}"


def crowded_segments(figures: tuple[Figure, ...] | list[Figure]) -> set[tuple[int, int]]:
    """Spans of the segments that hold more than one count."""
    seen: set[tuple[int, int]] = set()
    crowded: set[tuple[int, int]] = set()
    for figure in figures:
        if figure.number.kind not in ("age", "ordinal", "year", "date"):
            (crowded if figure.segment_span in seen else seen).add(figure.segment_span)
    return crowded
