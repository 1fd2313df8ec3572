"""A saved page of a government site: the text of the one element that holds the report, whole and in order.

The element is found by where the prose is, not by cleaning line by line: a library that cleans (trafilatura 2.3 was tried)
drops lines that are links, 附件：2021年数据表, without a word. What prose stands outside of the element is told in ``notes``.
"""

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree, html

from corpus.errors import DocumentError
from corpus.formats.plain import decoded
from corpus.formats.record import Allowance, Extracted, bounded
from corpus.formats.tables import table_lines
from corpus.formats.web_meta import head_of, is_notice
from corpus.formats.web_table import grid, is_frame

_CHARSET = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_-]+)""", re.IGNORECASE)
_DROPPED = frozenset(re.findall(r"\w+", "script style noscript template iframe select button input textarea svg object nav footer title"))
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_BLOCKS = frozenset(
    re.findall(
        r"\w+",
        "address article aside blockquote body center dd details div dl dt fieldset figcaption figure form h1 h2 h3 h4 h5 h6 header hr li "
        "main ol p pre section summary table tbody td tfoot th thead tr ul",
    )
)
_PROSE = re.compile(r"[，。；！？]|[,;](?=[\u4e00-\u9fff])")
_MOST = 0.95  # share of the prose that an element must hold to be looked into, and its neighbours left
_NAMED = re.compile(
    r"\b(?:TRS_Editor|UCAP-CONTENT|zoom|zoomcon|ivs_content|js_content|pages_content|article[-_]?content|con_text|xxgk_content)\b", re.I
)
_MOST_NAMED = 0.6  # share that an element must hold whose name says that it holds the article
_SENTENCE = 15  # characters; prose outside of the report that is shorter is not worth telling
_TOLD = 3  # lines left out that are told
_A_TAG = 4  # steps: every element is passed several times


def read_page(raw: bytes, allowance: Allowance | None = None) -> Extracted:
    """The report on a saved page.

    Raises:
        DocumentError: it is no page, there is no prose on it, or there are more elements or is more text than the allowance gives.
    """
    allowance = allowance or Allowance()
    source = _source(raw)
    allowance.step(_A_TAG * source.count("<"))
    try:
        root = html.document_fromstring(source)
    except (etree.LxmlError, ValueError) as error:
        raise DocumentError("这个网页读不出来,可能没有存完整;请重新保存一次,或者把正文复制成 .txt") from error
    head = head_of(root, source)
    _strip(root)
    held = _holder(root)
    reading = _Reading(allowance)
    lines = list(map(allowance.line, reading.lines(held)))
    outside = list(_Reading(allowance, held).lines(root))
    if not any(_PROSE.search(line) for line in lines):
        raise DocumentError("网页里没有找到正文;请确认保存的是文章那一页,或者把正文复制成 .txt")
    kept = [line for line in lines if not is_notice(line)]
    left = [line for line in lines if is_notice(line)]
    for line in (*left, *outside):
        head = head.filled(line)
    title = head.title or _heading(root)
    if title and _squeezed(title) not in _squeezed("".join(kept[:3])):
        kept.insert(0, title)
    return Extracted(
        text=bounded("\n".join(kept)),
        kind="html",
        title=title,
        published=head.published,
        publisher=head.publisher,
        source_url=head.url,
        tables=reading.tables,
        notes=_notes(left, [line for line in outside if len(line) >= _SENTENCE and _PROSE.search(line) and not is_notice(line)]),
    )


def _source(raw: bytes) -> str:
    declared = _CHARSET.search(raw[:4096])
    return re.sub(r"^\s*<\?xml[^>]*>", "", decoded(raw, declared[1].decode("ascii") if declared else ""))


def _strip(root: Any) -> None:
    """Take out what a reader does not see or does not read."""
    etree.strip_elements(root, etree.Comment, etree.ProcessingInstruction, *_DROPPED, with_tail=False)
    for element in [found for found in root.iter() if _HIDDEN.search(found.get("style", "")) and found.getparent() is not None]:
        element.drop_tree()


def _holder(root: Any) -> Any:
    """The smallest element that holds nearly all the prose and is more than one paragraph."""
    prose, held = _prose_under(root), root
    named = [found for found in root.iter() if _NAMED.search(f"{found.get('id', '')} {found.get('class', '')}")]
    if holding := [found for found in named if prose[found] >= _MOST_NAMED * prose[root] > 0]:
        return holding[-1]  # the innermost comes last
    while True:
        best = max((child for child in held if child.tag in _BLOCKS), key=lambda child: prose[child], default=None)
        if best is None or prose[best] < _MOST * prose[held] or not _holds_paragraphs(best):
            return held
        held = best


def _prose_under(root: Any) -> dict[Any, int]:
    """Characters of prose under each element, links aside."""
    found: dict[Any, int] = {}
    for element in reversed(list(root.iter())):  # children before parents
        inner = _prose(element.text) + sum(found[child] + _prose(child.tail) for child in element)
        found[element] = 0 if element.tag == "a" else inner
        if element.tag == "table" and not is_frame(element):
            found[element] = max(inner, len(_squeezed(element.text_content())))
    return found


def _prose(words: str | None) -> int:
    return len(words.strip()) if words and _PROSE.search(words) else 0


def _holds_paragraphs(element: Any) -> bool:
    if element.tag in ("p", "li", "h1", "h2", "h3", "td"):
        return False
    return sum(1 for child in element.iterdescendants() if child.tag in _BLOCKS or child.tag == "br") > 1


class _Reading:
    """One pass through an element, without one that stands within it."""

    def __init__(self, allowance: Allowance, without: Any = None) -> None:
        self.tables = 0
        self._allowance = allowance
        self._without = without

    def lines(self, element: Any) -> Iterator[str]:
        """Lines of text that are not blank, in order."""
        words: list[str] = []
        for piece in (*self._pieces(element), "\n"):
            if not piece.endswith("\n"):
                words.append(piece.replace("\n", " "))
                continue
            for line in ("".join(words), piece):
                if line.strip():
                    yield _tidy(line)
            words = []

    def _pieces(self, element: Any) -> Iterator[str]:
        """Stretches of text; a line end at the end of one is an end of a line."""
        yield (element.text or "").rstrip("\n")
        for child in element:
            if child is not self._without:
                yield from self._piece(child)
            yield (child.tail or "").rstrip("\n")

    def _piece(self, child: Any) -> Iterator[str]:
        if child.tag == "br":
            yield "\n"
        elif child.tag == "table" and not is_frame(child):
            self.tables += 1
            yield "\n"
            yield from (f"{line}\n" for line in table_lines(grid(child), self._allowance))
        elif child.tag in _BLOCKS:
            yield "\n"
            yield from self._pieces(child)
            yield "\n"
        else:
            yield from self._pieces(child)


def _tidy(line: str) -> str:
    """White space as a browser shows it; none at the ends."""
    return re.sub(r"[ \t\r\n\f\u00a0]+", " ", line).strip(" \u3000\u200b\ufeff")


def _heading(root: Any) -> str:
    return next((words[:100] for heading in root.iter("h1", "h2") if (words := _tidy(heading.text_content()))), "")


def _squeezed(words: str) -> str:
    return "".join(words.split())


def _notes(left: list[str], outside: list[str]) -> tuple[str, ...]:
    told = (("网站加在正文里的这几行没有收", left), ("页面上正文以外的话没有收", outside))
    return tuple(f"{what}:{'；'.join(line[:40] for line in lines[:_TOLD])}" for what, lines in told if lines)
