"""A .docx file: paragraphs and tables of its body in order, as a reader of the printed page sees them.

Insertions are text, deletions are not; text boxes come after the paragraph that holds them; numbers that Word writes
itself (一、…) are written out, for headings are known by them. Macros, embedded files and links are never looked at.
"""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from corpus.errors import DocumentError
from corpus.formats.record import Allowance, Extracted, bounded
from corpus.formats.tables import table_lines
from corpus.formats.word_numbering import Numbering

_TEXT = "word/document.xml"
_MOST_ENTRIES = 5000
_MOST_UNPACKED = 200 * 1024 * 1024  # bytes, all parts together
_MOST_XML = 12 * 1024 * 1024  # bytes of a part that is parsed
_DEEPEST = 200  # elements within one another
_STRETCH = 64 * 1024  # bytes of XML that are parsed at a time
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ALTERNATIVE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_HIDDEN = frozenset(f"{W}{name}" for name in ("del", "moveFrom", "instrText", "delText", "pPr", "rPr", "sectPr", "tblPr", "object"))
_HOW = "请用 Word 或 WPS 打开,另存为 .docx 再试"


class _Tree(TreeBuilder):
    """Builds the tree of a part; a document type, which could define entities, ends the reading, and so do too many elements."""

    def __init__(self, allowance: Allowance) -> None:
        super().__init__()
        self.root: Element | None = None  # as far as it has come
        self._allowance = allowance
        self._depth = 0

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise DocumentError(f"这个 .docx 里有不该有的声明;{_HOW}")

    def start(self, tag: str, attrs: dict[str, str]) -> Element:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise DocumentError(f"这个 .docx 里套得太深;{_HOW}")
        self._allowance.step()
        element = super().start(tag, attrs)
        self.root = element if self.root is None else self.root
        return element

    def end(self, tag: str) -> Element:
        self._depth -= 1
        return super().end(tag)


def read_word(raw: bytes, allowance: Allowance) -> Extracted:
    """The body of a .docx file, read no further than the allowance goes.

    Raises:
        DocumentError: it is damaged, locked, too long, or larger unpacked than any report.
    """
    with _readable(), zipfile.ZipFile(BytesIO(raw)) as archive:
        numbering = _numbering(archive, allowance.most)
    reading = _Reading(numbering, allowance)
    lines = [allowance.line(line) for block in _blocks(raw, allowance) for line in reading.lines_of(block)]
    return Extracted(bounded("\n".join(lines)), "docx", tables=reading.tables)


@contextmanager
def _readable() -> Iterator[None]:
    """A damaged file can fail anywhere in zip and XML.

    Raises:
        DocumentError: it did.
    """
    try:
        yield
    except DocumentError:
        raise
    except Exception as error:
        raise DocumentError(f"这个 .docx 打不开,可能已损坏或加了密码;{_HOW}") from error


def _numbering(archive: zipfile.ZipFile, most: int) -> Numbering:
    """How Word counts the paragraphs of a file that is not too large to be looked into."""
    entries = archive.infolist()
    if len(entries) > _MOST_ENTRIES or sum(entry.file_size for entry in entries) > _MOST_UNPACKED:
        raise DocumentError(f"这个 .docx 解开后太大;{_HOW}")
    return Numbering(*(_optional(archive, name, Allowance(most)) for name in ("word/numbering.xml", "word/styles.xml")))


def _optional(archive: zipfile.ZipFile, name: str, allowance: Allowance) -> Element | None:
    """A part that a document need not have; one that is spoilt is left out."""
    try:
        return next(root for root, whole in _growing(archive, name, allowance) if whole)
    except (KeyError, ParseError):
        return None


def _blocks(raw: bytes, allowance: Allowance) -> Iterator[Element]:
    """What the body holds, in order; each is let go of with the stretch in which it ended."""
    with _readable(), zipfile.ZipFile(BytesIO(raw)) as archive:
        for root, whole in _growing(archive, _TEXT, allowance):
            body = root.find(f"{W}body")
            if body is not None:
                ended = body[:] if whole else body[:-1]  # the last may go on
                yield from ended
                del body[: len(ended)]


def _growing(archive: zipfile.ZipFile, name: str, allowance: Allowance) -> Iterator[tuple[Element, bool]]:
    """The tree of a part after every stretch, and whether it is whole."""
    if archive.getinfo(name).file_size > _MOST_XML:
        raise DocumentError(f"这个 .docx 的正文太大;{_HOW}")
    tree = _Tree(allowance)
    parser = XMLParser(target=tree)
    with archive.open(name) as part:
        while stretch := part.read(_STRETCH):
            parser.feed(stretch)
            if tree.root is not None:
                yield tree.root, False
    yield parser.close(), True


class _Reading:
    """One pass through a body."""

    def __init__(self, numbering: Numbering, allowance: Allowance) -> None:
        self.tables = 0
        self._numbering = numbering
        self._allowance = allowance

    def lines_of(self, block: Element) -> Iterator[str]:
        """Lines of a paragraph, a table, or of what holds some."""
        if block.tag == f"{W}p":
            yield from self._paragraph(block)
        elif block.tag == f"{W}tbl":
            made = table_lines(self._rows(block), self._allowance)
            self.tables += len(made) > 1
            yield from made
        elif block.tag == f"{_ALTERNATIVE}AlternateContent":
            yield from self._lines_within(_first_choice(block))
        elif block.tag not in _HIDDEN:
            yield from self._lines_within(block)

    def _lines_within(self, block: Element) -> Iterator[str]:
        for child in block:
            yield from self.lines_of(child)

    def _paragraph(self, paragraph: Element) -> Iterator[str]:
        boxes: list[Element] = []
        words = "".join(_words(paragraph, boxes))
        number = self._numbering.next(paragraph) if words.strip() else ""
        yield from f"{number}{words}".split("\n")
        for box in boxes:
            yield from self._lines_within(box)

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
                text = above[len(cells)] if goes_on and len(cells) < len(above) else "\n".join(self._lines_within(cell))
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
