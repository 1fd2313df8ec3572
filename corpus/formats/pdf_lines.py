"""Printed lines -> paragraphs: what the page broke is joined, page numbers and running heads are put aside."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

_PAGE_NUMBER = re.compile(r"[-—–－·\s]*(?:第?\s*\d{1,4}\s*页?(?:\s*[/／共]\s*(?:共\s*)?\d{1,4}\s*页?)?)[-—–－·\s]*")
_HEADING = re.compile(
    r"[ \u3000]*(?:[一二三四五六七八九十]{1,3}、|[(（][一二三四五六七八九十]{1,3}[)）]|第[一二三四五六七八九十百]{1,4}[章节条部])"
)
_ENDS = tuple("。！？；：!?;:”）)")
_MARGIN = 0.09  # share of the page's height, at top and bottom, where running lines stand
_SHORT = 1.5  # letters: a sentence that ends so far before the edge ends its paragraph
_FAR = 0.2  # share of the line: whatever ends so far before the edge ends its paragraph
_REPEATED = 3  # pages on which a line stands to be a running one

Rows = list[list[str]]


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line; lengths in points."""

    text: str
    left: float
    right: float
    top: float
    bottom: float
    edge: float  # where the longest line of its page ends
    height: float  # of its page


def without_running_lines(pages: Sequence[Sequence[Line | Rows]]) -> tuple[list[list[Line | Rows]], list[str]]:
    """Pages without page numbers and without lines that stand at the edge of several pages; and those lines."""
    edges = Counter(key for page in pages for key in {_key(piece) for piece in page if isinstance(piece, Line) and _at_edge(piece)})
    running: list[str] = []
    kept: list[list[Line | Rows]] = []
    for page in pages:
        stays: list[Line | Rows] = []
        for piece in page:
            if isinstance(piece, Line) and _at_edge(piece) and (_PAGE_NUMBER.fullmatch(piece.text) or edges[_key(piece)] >= _REPEATED):
                running.append(piece.text)
            else:
                stays.append(piece)
        kept.append(stays)
    return kept, running


def _at_edge(line: Line) -> bool:
    return line.top < _MARGIN * line.height or line.bottom > (1 - _MARGIN) * line.height


def _key(line: Line) -> str:
    return re.sub(r"\d+", "0", "".join(line.text.split()))


def paragraphs(lines: Sequence[Line]) -> list[str]:
    """Lines joined where the page broke them: a line that reaches the edge goes on in the next, unless that is indented."""
    found: list[str] = []
    before: Line | None = None
    for line in lines:
        if before is not None and _goes_on(before, line):
            found[-1] += _gap(found[-1], line.text) + line.text
        else:
            found.append(line.text)
        before = line
    return found


def _goes_on(line: Line, following: Line) -> bool:
    letter, short = line.bottom - line.top, line.edge - line.right
    if _HEADING.match(following.text) or short > _FAR * line.edge or (short > _SHORT * letter and line.text.endswith(_ENDS)):
        return False
    if abs((following.bottom - following.top) - letter) > 0.25 * letter:  # another size of type
        return False
    same_page = following.top > line.top
    if same_page and following.top - line.bottom > 1.8 * letter:
        return False
    indented = following.left - line.left > 1.2 * letter
    hanging = line.left - following.left > 1.2 * letter  # the first line was indented
    return hanging or not indented


def _gap(before: str, after: str) -> str:
    """A space between two Latin words, nothing between Chinese ones."""
    address = "://" in before.rpartition(" ")[2]
    latin = all(char.isascii() and char.isalpha() for char in (before[-1:], after[:1]))
    return " " if latin and not address else ""
