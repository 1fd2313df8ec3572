"""Text -> sections, sentences, passages. Loses no character, cuts no figure, keeps closing quotes.

What ends a sentence: 。！？； and their half-width forms, and a line end. A half-width mark between letters or digits
(a URL, ``5!=120``) ends nothing, a full stop is never a decimal point, a closing quote or bracket stays with its
sentence, and nothing ends inside 《》 or inside brackets.

>>> split_sentences("满意率91.4%。是“无烟”单位!详见a.cn/x?id=1")
['满意率91.4%。', '是“无烟”单位!', '详见a.cn/x?id=1']
"""

import hashlib
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from corpus.report import About, Passage, Report, Role, Section, Sentence

_CLOSERS = "”’」』】》〉）)]］"
_ENDERS = "。！？；｡!?;"
_ASCII_ENDERS = "!?;"
_BRACKETS = {"(": ")", "（": "）", "《": "》", "〈": "〉", "[": "]", "【": "】"}
_CLOSING = {close: opening for opening, close in _BRACKETS.items()}
_CONTINUES = ",，、:："  # after an end these go on with the sentence
_CONTINUES_QUOTE = "的等这之"  # after 。” these do too: “为什么?”的问题; but 。这些 begins a new one
_LONGEST_BRACKET = 200  # characters; an opening bracket that nothing closes must not swallow the report

_NUMERAL = "一二三四五六七八九十百零〇"
_PART = re.compile(rf"[ \t\u3000]*(?:[{_NUMERAL}]{{1,4}}、|第[{_NUMERAL}]{{1,4}}(?:部分|章)[ \u3000、:：]?)")
_SUBSECTION = re.compile(rf"[ \t\u3000]*[(（][{_NUMERAL}]{{1,4}}[)）]")
_ITEM = re.compile(rf"(?:[{_NUMERAL}]{{1,3}}是|第[{_NUMERAL}]{{1,3}}[,，、])")
_ASIDE = re.compile(r"此外[,，]")
_LONGEST_HEADING = 60  # characters; a longer line is a paragraph that happens to begin like a heading
_FOOTER = re.compile(r"查看视频解读|视频解读[:：]|https?://|责任编辑|扫一扫|^- ")
_BLANK = " \t\r\n\u3000\u00a0\u200b\u200c\u200d\u2060\ufeff"


def split_sentences(text: str) -> list[str]:
    """Cut text after every sentence end; the pieces joined give the text back.

    White space after an end stays with the piece before it.
    """
    cuts = [0, *_cuts(text), len(text)]
    return [text[a:b] for a, b in pairwise(cuts) if a < b]


def _cuts(text: str) -> Iterator[int]:
    """Offsets right after each sentence end and its closers and white space, ascending."""
    place, size = 0, len(text)
    protected_to = -1
    while place < size:
        char = text[place]
        if char in _BRACKETS and place > protected_to:
            protected_to = _bracket_end(text, place)
        place += 1
        if char == "\n":
            place = _skip(text, place, _BLANK)
            yield place
        elif char in _ENDERS and place > protected_to and not _inside_token(text, place - 1):
            end = _skip(text, place, _CLOSERS + _ENDERS)
            goes_on = _CONTINUES + _CONTINUES_QUOTE if text[end - 1] in _CLOSERS else _CONTINUES
            if end == size or text[end] not in goes_on:
                place = _skip(text, end, _BLANK)
                yield place


def _skip(text: str, place: int, chars: str) -> int:
    while place < len(text) and text[place] in chars:
        place += 1
    return place


def _bracket_end(text: str, opening: int) -> int:
    """Where the bracket opened here closes; -1 when it does not close on this line or not soon."""
    depth, close = 0, _BRACKETS[text[opening]]
    for place in range(opening, min(len(text), opening + _LONGEST_BRACKET)):
        if text[place] == text[opening]:
            depth += 1
        elif text[place] == close:
            depth -= 1
            if depth == 0:
                return place
        elif text[place] == "\n":
            return -1
    return -1


def _inside_token(text: str, place: int) -> bool:
    """A half-width mark with a letter, digit or URL character right behind it: a URL, not a sentence end."""
    if text[place] not in _ASCII_ENDERS:
        return False
    behind = text[place + 1 : place + 2]
    return bool(behind) and behind.isascii() and (behind.isalnum() or behind in "=&/%#-_")


def sentence_id(text: str, occurrence: int) -> str:
    """A name that lasts: from the sentence's own text and which occurrence of it this is (from 1).

    >>> sentence_id("满意率91.4%。", 1) == sentence_id("满意率91.4%。", 1)
    True
    """
    digest = hashlib.sha256(f"{text}\n{occurrence}".encode()).hexdigest()
    return f"s{digest[:8]}"


def split_report(about: About, text: str) -> Report:
    """Find every section, sentence and passage of a report's text."""
    spans = list(_sentence_spans(text))
    headings = _headings(text, spans)
    sections = _close_sections(headings, len(text))
    outline = _Outline(sections)
    passages = tuple(_passages(about.report_id, text, spans, outline))
    sentences = tuple(_sentences(about, text, spans, outline, passages))
    return Report(about=about, text=text, sections=sections, sentences=sentences, passages=passages)


def _sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """Sentences without the white space around them."""
    place = 0
    for piece in split_sentences(text):
        start = place + len(piece) - len(piece.lstrip(_BLANK))
        end = place + len(piece.rstrip(_BLANK))
        place += len(piece)
        if start < end:
            yield start, end


def _headings(text: str, spans: list[tuple[int, int]]) -> list[Section]:
    """Sections with their end still open (end == heading_end)."""
    found = []
    for start, end in spans:
        level = _heading_level(text, start, end)
        if level == 3 and end - start > _LONGEST_HEADING:
            end = _first_comma(text, start, end)  # 一是推进…封闭式管理,编制…: the first clause names the item
        if level:
            found.append(Section(level, text[start:end], start, end, start, end))
    return found


def _first_comma(text: str, start: int, end: int) -> int:
    return min((place for mark in ",，" if (place := text.find(mark, start, end)) > 0), default=end)


def _heading_level(text: str, start: int, end: int) -> int:
    """0 for no heading, 1 part, 2 subsection, 3 item."""
    at_line_start = not text[text.rfind("\n", 0, start) + 1 : start].strip(_BLANK)
    short = end - start <= _LONGEST_HEADING
    if at_line_start and short and _SUBSECTION.match(text, start):
        return 2
    ends_line = text[end : end + 1] in ("", "\n", "\r")
    if at_line_start and short and ends_line and _PART.match(text, start):
        return 1
    if _ITEM.match(text, start):
        return 3
    return 0


def _close_sections(open_sections: list[Section], size: int) -> tuple[Section, ...]:
    """Each section runs to the next heading of its level or above."""
    closed = []
    following = {1: size, 2: size, 3: size}  # where the next heading of this level or above starts
    for section in reversed(open_sections):
        end = following[section.level]
        closed.append(Section(section.level, section.heading, section.start, section.heading_end, section.start, end))
        following |= dict.fromkeys(range(section.level, 4), section.start)
    return tuple(reversed(closed))


class _Outline:
    """Sections by offset, found without walking through all of them."""

    def __init__(self, sections: tuple[Section, ...]) -> None:
        self.levels = {(section.start, section.heading_end): section.level for section in sections}
        self.items = {section.start: section for section in sections if section.level == 3}
        self._chains: list[tuple[Section, ...]] = []  # each part and subsection, with the part it stands in before it
        for section in sections:
            if section.level < 3:
                over = self._chains[-1] if self._chains else ()
                self._chains.append((*(above for above in over if above.level < section.level), section))
        self._heading_ends = [chain[-1].heading_end for chain in self._chains]

    def path(self, offset: int) -> tuple[str, ...]:
        """Headings of part and subsection over this offset; a heading is not under itself."""
        place = bisect_right(self._heading_ends, offset) - 1
        return tuple(section.heading for section in self._chains[place] if offset < section.end) if place >= 0 else ()

    def item(self, passage: Passage, offset: int) -> str:
        """Heading of the item whose passage this is; "" for none. An item begins a passage and ends with it."""
        section = self.items.get(passage.start)
        return section.heading if section and section.heading_end <= offset else ""


def _passages(report_id: str, text: str, spans: list[tuple[int, int]], outline: _Outline) -> Iterator[Passage]:
    """Lines, cut again before each item and 此外: no passage holds two items."""
    group: list[tuple[int, int]] = []
    number = 0
    for span in spans:
        new_line = bool(group) and "\n" in text[group[-1][1] : span[0]]
        if group and (new_line or span[0] in outline.items or _ASIDE.match(text, span[0])):
            number += 1
            yield _passage(report_id, text, group, outline, number)
            group = []
        group.append(span)
    if group:
        yield _passage(report_id, text, group, outline, number + 1)


def _passage(report_id: str, text: str, group: list[tuple[int, int]], outline: _Outline, number: int) -> Passage:
    start, end = group[0][0], group[-1][1]
    return Passage(f"{report_id}-p{number:03d}", report_id, text[start:end], start, end, outline.path(start))


def _sentences(
    about: About, text: str, spans: list[tuple[int, int]], outline: _Outline, passages: tuple[Passage, ...]
) -> Iterator[Sentence]:
    seen: Counter[str] = Counter()
    taken: set[str] = set()
    place = 0
    for start, end in spans:
        while passages[place].end <= start:
            place += 1
        printed = text[start:end]
        seen[printed] += 1
        role = _role(about, text, start, end, outline.levels.get((start, end), 0))
        yield Sentence(
            sentence_id=_free_id(printed, seen[printed], taken),
            report_id=about.report_id,
            text=printed,
            start=start,
            end=end,
            role=role,
            section=() if role == "footer" else outline.path(start),
            item=outline.item(passages[place], start),
            passage=place,
        )


def _free_id(printed: str, occurrence: int, taken: set[str]) -> str:
    """``sentence_id``; on the rare clash of two texts the later one is hashed once more."""
    name = sentence_id(printed, occurrence)
    while name in taken:
        name = sentence_id(name + printed, occurrence)
    taken.add(name)
    return name


def _role(about: About, text: str, start: int, end: int, level: int) -> Role:
    printed = text[start:end]
    if level:
        return "item" if level == 3 else "heading"
    if printed == about.title or (start < 200 and about.title and printed.startswith(about.title) and end - start < 60):
        return "title"
    if _FOOTER.search(printed) and len(text) - start < 400:
        return "footer"
    return "text"
