"""The figures of a draft, each with the words it is read in."""

import re
from dataclasses import dataclass, replace

from corpus.figures import Figure, figures_of_text, sentence_spans
from corpus.fold import fold
from index.words import plain_segment as words_of
from index.words import says_how
from qa.likeness import content_words, crowded_segments, own_text, plain_words

Span = tuple[int, int]
_NO_CLAIM = frozenset({"year", "age"})
_YEAR = re.compile(r"((?:19|20)\d\d)\s?年")
_LATER = re.compile(r"明年|来年|下一?年度")


@dataclass(frozen=True, slots=True)
class Claim:
    """A figure of the draft with its words, folded and without numbers."""

    figure: Figure
    row: int  # number of its sentence in the draft
    own: str  # its segment; the segment before where its own says nothing
    bare: bool  # whether its own segment says nothing
    doing: str  # its own, and before it the verb it shares with others: 关停 of 关停食堂2家、浴室3家
    segment: str  # its own segment, also where that says nothing
    sentence: str  # the whole sentence
    lead: str  # the sentence up to the figure
    before: str  # the sentence before, for what is left unsaid
    year: int | None  # the year it is said to be of
    later: bool  # of a year to come
    said: str  # the whole sentence, folded, with its numbers
    at: int  # offset of the figure in it


def read_claims(text: str) -> list[Claim]:
    """The figures of a draft that can be checked; bare years, ages and spans like 五年来 are context and left out."""
    figures = figures_of_text(text)
    spans = list(sentence_spans(text))
    by_row: dict[int, list[Figure]] = {}
    for figure in figures:
        by_row.setdefault(int(figure.sentence_id), []).append(figure)
    claims: list[Claim] = []
    year: int | None = None
    for row, span in enumerate(spans):
        joined = row > 0 and "\n" not in text[spans[row - 1][1] : span[0]]
        before = text[slice(*spans[row - 1])] if joined else ""
        inherited = year if joined else None
        for figure in by_row.get(row, []):
            year = _year_of(text, span, figure.start) or inherited
            if figure.number.kind not in _NO_CLAIM and not _is_span_of_time(figure, text):
                claims.append(_claim(text, row, span, figure, by_row[row], before, year))
    return claims


def _is_span_of_time(figure: Figure, text: str) -> bool:
    """五年来 says when; 为期三个月 is a figure."""
    return figure.number.kind == "duration" and figure.number.unit == "年" and text[figure.end : figure.end + 1] in ("来", "前", "后")


def _year_of(text: str, span: Span, place: int) -> int | None:
    """The last year named before a place in its sentence, else the first one named in it."""
    named = [(found.start(), int(found[1])) for found in _YEAR.finditer(fold(text[span[0] : span[1]]))]
    earlier = [year for start, year in named if start <= place - span[0]]
    return earlier[-1] if earlier else named[0][1] if named else None


def _claim(text: str, row: int, span: Span, figure: Figure, inside: list[Figure], before: str, year: int | None) -> Claim:
    own = own_text(text, span, figure, crowded=figure.segment_span in crowded_segments(inside))
    bare = not content_words(own)
    figure = _signed(text, figure)
    segment = plain_words(own)
    if bare:
        own = _segment_before(text, span, figure) + " " + figure.indicator
    sentence = text[slice(*span)]
    lead = text[span[0] : figure.start]
    if _ABOUT.search(lead) and not figure.number.qualifier:
        figure = replace(figure, number=replace(figure.number, qualifier="约"))
    return Claim(
        figure,
        row,
        plain_words(own),
        bare,
        f"{_shared_verb(text, span, figure, segment)} {plain_words(own)}",
        segment,
        plain_words(sentence),
        plain_words(lead),
        plain_words(before),
        year,
        bool(_LATER.search(sentence)),
        fold(sentence),
        figure.start - span[0],
    )


def _shared_verb(text: str, span: Span, figure: Figure, segment: str) -> str:
    """The words that begin a figure's enumeration, where its own segment has no verb; a label before a colon (取消的有:) too."""
    start = max(fold(text[span[0] : figure.start]).rfind(mark) for mark in ",;。") + 1
    before = plain_words(text[span[0] + start : figure.start])
    label, colon, _ = before.partition(":")
    if colon:
        return label if label[-1:] in ("的", "有", "是", "了") else ""
    if any(says_how(word) for word in words_of(segment)):
        return ""
    return before.split(" ")[0] if " " in before.strip() else ""


_ABOUT = re.compile(r"约(?:占|有|达|合)(?:总数的?|全部的?|其中的?)?$")  # 约占三分之二: the bound stands before the verb
_MINUS = re.compile(r"(?:(?<![\da-zA-Z%％‰)）\s年月日号点时])(?<!\d[\u4e00-\u9fff])[-−－﹣]|(?<![自肩担胜背身欺抱辜])负)$")  # not 3-5, 1月-3月, a list's "- 3"


def _signed(text: str, figure: Figure) -> Figure:
    """A figure with the minus that stands before it: 满意率-91.4%, 负91.4%."""
    number = figure.number
    found = _MINUS.search(text[: figure.start].rpartition("\n")[2])
    if found is None or number.kind not in ("count", "money", "measure", "percent", "points", "multiple") or number.upper is not None:
        return figure
    if not text[: figure.start - 1].rpartition("\n")[2].strip():
        return figure  # a list's mark
    start = figure.start - 1
    signed = replace(number, printed=text[start : figure.end], start=start, value=-number.value)
    return replace(figure, number=signed)


_BREAK = re.compile(r"[,;:、。()]")


def _segment_before(text: str, span: Span, figure: Figure) -> str:
    """The nearest stretch before a figure that holds words."""
    folded = fold(text[span[0] : figure.start])
    cuts = [0, *(found.end() for found in _BREAK.finditer(folded))]
    for cut in reversed(cuts):
        if content_words(folded[cut:]):
            return folded[cut:]
    return folded
