"""The smallest pieces of HTML: escaping, and slices of a text with marks at offsets. Report text never passes through Markdown."""

import re
from collections.abc import Iterable
from html import escape
from typing import NamedTuple
from urllib.parse import quote

from corpus.numerals import read_numbers

_LONGEST = 12  # characters; a longer figure may break over lines
_HALF_WIDTH = re.compile(r"[,;:](?!\d)|(?<!\d)[,;:]")
_FULL_WIDTH = {",": "，", ";": "；", ":": "："}


class Mark(NamedTuple):
    """What to wrap around a stretch of text."""

    start: int  # offset in the whole text, in characters
    end: int  # one past the last character
    css: str  # class
    tag: str = "span"
    title: str = ""


def text(words: str) -> str:
    """Text as HTML, on one line: a line end inside would start a new block in the chat.

    >>> text('3*4 < "5"')
    '3*4 &lt; &quot;5&quot;'
    """
    return escape(" ".join(words.split("\n")))


def marked(words: str, offset: int, marks: Iterable[Mark]) -> str:
    """Escape words and wrap the marked stretches; marks outside are cut to size, later overlapping ones are dropped.

    >>> marked("满意率91.4%。", 100, [Mark(103, 108, "m", "mark")])
    '满意率<mark class="m">91.4%</mark>。'
    """
    parts, place = [], 0
    for mark in sorted(marks):
        start, end = max(mark.start - offset, 0), min(mark.end - offset, len(words))
        if start < place or start >= end:
            continue
        title = f' title="{text(mark.title)}"' if mark.title else ""
        parts += [text(words[place:start]), f'<{mark.tag} class="{mark.css}"{title}>', text(words[start:end]), f"</{mark.tag}>"]
        place = end
    return "".join([*parts, text(words[place:])])


def kept_whole(words: str, offset: int, taken: Iterable[tuple[int, int]]) -> list[Mark]:
    """Marks that keep a figure and its unit on one line, where nothing else is marked.

    >>> kept_whole("工单2905件", 100, [])
    [Mark(start=102, end=107, css='yj-num', tag='span', title='')]
    """
    kept = tuple(taken)
    found = ((n.start + offset, n.end + offset) for n in read_numbers(words) if n.kind != "name" and n.end - n.start <= _LONGEST)
    return [Mark(a, b, "yj-num") for a, b in found if not any(s < b and a < e for s, e in kept)]


def is_figure(words: str) -> bool:
    """Whether some words are a number with its unit and nothing else.

    >>> is_figure("96.38%"), is_figure("293产"), is_figure("助餐点8家")
    (True, True, False)
    """
    return any((number.start, number.end) == (0, len(words)) for number in read_numbers(words))


def full_width(words: str) -> str:
    """Words of ours with the marks that pages print; numbers keep theirs.

    >>> full_width("写法不同,数相同:2,905件")
    '写法不同，数相同：2,905件'
    """
    return _HALF_WIDTH.sub(lambda found: _FULL_WIDTH[found.group()], words)


def icon(name: str) -> str:
    """A decorative icon; the words beside it carry the meaning."""
    return f'<span class="yj-i yj-i-{name}"></span>'


def ask_link(base: str, question: str, report: str | None = None) -> str:
    """A link that asks, of the reports chosen if any: works without a script, and is what 分享 shares."""
    where = "" if report is None else f"&report={quote(report, safe='')}"
    return escape(f"{base}/?q={quote(question, safe='')}{where}")


def sized(most: int) -> str:
    """How much a visitor is told that may be sent; never more than is so.

    >>> sized(2 * 1024 * 1024 + 65536), sized(240_000)
    ('2 MB', '234 KB')
    """
    return f"{most // 1024**2} MB" if most >= 1024**2 else f"{most // 1024} KB"
