"""A .docx file: paragraphs and tables of its body in order, as a reader of the printed page sees them.

Insertions are text, deletions are not; text boxes come after the paragraph that holds them; numbers that Word writes
itself (一、…) are written out, for headings are known by them. Macros, embedded files and links are never looked at.
"""

import zipfile
from collections.abc import Iterator
from io import BytesIO
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from corpus.errors import DocumentError
from corpus.formats.record import Extracted, bounded
from corpus.formats.tables import table_lines
from corpus.formats.word_numbering import Numbering

_TEXT = "word/document.xml"
_MOST_ENTRIES = 5000
_MOST_UNPACKED = 200 * 1024 * 1024  # bytes, all parts together
_MOST_XML = 12 * 1024 * 1024  # bytes of a part that is parsed
_DEEPEST = 200  # elements within one another
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ALTERNATIVE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_HIDDEN = frozenset(f"{W}{name}" for name in ("del", "moveFrom", "instrText", "delText", "pPr", "rPr", "sectPr", "tblPr", "object"))
_HOW = "请用 Word 或 WPS 打开,另存为 .docx 再试"


class _NoDoctype(TreeBuilder):
    """Builds the tree of a part; a document type, which could define entities, ends the reading."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise DocumentError(f"这个 .docx 里有不该有的声明;{_HOW}")

    def start(self, tag: str, attrs: dict[str, str]) -> Element:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise DocumentError(f"这个 .docx 里套得太深;{_HOW}")
        return super().start(tag, attrs)

    def end(self, tag: str) -> Element:
        self._depth -= 1
        return super().end(tag)


def read_word(raw: bytes) -> Extracted:
    """The body of a .docx file.

    Raises:
        DocumentError: it is damaged, locked, or larger unpacked than any report.
    """
    try:
        with zipfile.ZipFile(BytesIO(raw)) as archive:
            entries = archive.infolist()
            if len(entries) > _MOST_ENTRIES or sum(entry.file_size for entry in entries) > _MOST_UNPACKED:
                raise DocumentError(f"这个 .docx 解开后太大;{_HOW}")
            document = _parsed(archive, _TEXT)
            numbering = Numbering(_optional(archive, "word/numbering.xml"), _optional(archive, "word/styles.xml"))
    except DocumentError:
        raise
    except Exception as error:  # a damaged file can fail anywhere in zip and XML
        raise DocumentError(f"这个 .docx 打不开,可能已损坏或加了密码;{_HOW}") from error
    body = document.find(f"{W}body")
    reading = _Reading(numbering)
    lines = list(reading.lines(body)) if body is not None else []
    return Extracted(bounded("\n".join(lines)), "docx", tables=reading.tables)


def _parsed(archive: zipfile.ZipFile, name: str) -> Element:
    if archive.getinfo(name).file_size > _MOST_XML:
        raise DocumentError(f"这个 .docx 的正文太大;{_HOW}")
    parser = XMLParser(target=_NoDoctype())
    parser.feed(archive.read(name))
    root: Element = parser.close()
    return root


def _optional(archive: zipfile.ZipFile, name: str) -> Element | None:
    """A part that a document need not have; one that is spoilt is left out."""
    try:
        return _parsed(archive, name)
    except (KeyError, ParseError):
        return None


class _Reading:
    """One pass through a body."""

    def __init__(self, numbering: Numbering) -> None:
        self.tables = 0
        self._numbering = numbering

    def lines(self, block: Element) -> Iterator[str]:
        """Lines of the paragraphs and tables in a block."""
        for child in block:
            if child.tag == f"{W}p":
                yield from self._paragraph(child)
            elif child.tag == f"{W}tbl":
                rows = list(self._rows(child))
                made = table_lines(rows)
                self.tables += len(made) > 1
                yield from made
            elif child.tag == f"{_ALTERNATIVE}AlternateContent":
                yield from self.lines(_first_choice(child))
            elif child.tag not in _HIDDEN:
                yield from self.lines(child)

    def _paragraph(self, paragraph: Element) -> Iterator[str]:
        boxes: list[Element] = []
        words = "".join(_words(paragraph, boxes))
        number = self._numbering.next(paragraph) if words.strip() else ""
        yield from f"{number}{words}".split("\n")
        for box in boxes:
            yield from self.lines(box)

    def _rows(self, table: Element) -> Iterator[list[str]]:
        """Cells of each row; a cell over several columns stands in each, one over several rows in each."""
        above: list[str] = []
        for row in _inside(table, f"{W}tr"):
            cells: list[str] = []
            for cell in _inside(row, f"{W}tc"):
                properties = cell.find(f"{W}tcPr")
                merged = properties.find(f"{W}vMerge") if properties is not None else None
                goes_on = merged is not None and merged.get(f"{W}val", "continue") == "continue"
                span = properties.find(f"{W}gridSpan") if properties is not None else None
                text = above[len(cells)] if goes_on and len(cells) < len(above) else "\n".join(self.lines(cell))
                cells += [text] * _width(span)
            above = cells
            yield cells


def _width(span: Element | None) -> int:
    value = span.get(f"{W}val", "1") if span is not None else "1"
    return min(int(value), 100) if value.isascii() and value.isdigit() else 1


def _inside(block: Element, tag: str) -> Iterator[Element]:
    """Children of a tag, also those that stand in a frame for content or for changes."""
    for child in block:
        if child.tag == tag:
            yield child
        elif child.tag not in _HIDDEN and child.tag not in (f"{W}tbl", f"{W}p"):
            yield from _inside(child, tag)


def _first_choice(alternatives: Element) -> Element:
    """The one of several renderings that is read: the first."""
    return next(iter(alternatives), alternatives)


def _words(element: Element, boxes: list[Element]) -> Iterator[str]:
    """Text of the runs under an element; text boxes are put aside."""
    for child in element:
        if child.tag == f"{W}t":
            yield child.text or ""
        elif child.tag == f"{W}tab":
            yield "\t"
        elif child.tag in (f"{W}br", f"{W}cr"):
            yield "" if child.get(f"{W}type") == "page" else "\n"
        elif child.tag == f"{W}noBreakHyphen":
            yield "-"
        elif child.tag == f"{W}txbxContent":
            boxes.append(child)
        elif child.tag == f"{_ALTERNATIVE}AlternateContent":
            yield from _words(_first_choice(child), boxes)
        elif child.tag not in _HIDDEN:
            yield from _words(child, boxes)
