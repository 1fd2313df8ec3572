"""The numbers that Word writes in front of paragraphs by itself: 一、 (一) 1. 第一条, counted as Word counts them."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DIGITS = "零一二三四五六七八九"
_MOST_STYLES = 20  # a style may be based on another, and so on; no further
_LONGEST = 200  # characters of what a level writes: 第%1条


def chinese(number: int) -> str:
    """A number as headings are counted.

    >>> [chinese(n) for n in (1, 10, 12, 20, 35, 105)]
    ['一', '十', '十二', '二十', '三十五', '一百零五']
    """
    if number >= 1000 or number < 1:
        return str(number)
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    said = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        said += "十" if tens == 1 and not hundreds else f"{_DIGITS[tens]}十"
    elif hundreds and ones:
        said += "零"
    return said + (_DIGITS[ones] if ones else "")


def _circled(number: int) -> str:
    return chr(0x245F + number) if 1 <= number <= 20 else str(number)


def _letter(number: int) -> str:
    return chr(64 + number) if 1 <= number <= 26 else str(number)


_FORMATS: dict[str, Callable[[int], str]] = {
    "chineseCounting": chinese,
    "chineseCountingThousand": chinese,
    "japaneseCounting": chinese,
    "taiwaneseCountingThousand": chinese,
    "taiwaneseCounting": chinese,
    "ideographDigital": chinese,
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
    "decimalFullWidth": lambda n: str(n).translate({48 + d: 0xFF10 + d for d in range(10)}),
    "upperLetter": _letter,
    "lowerLetter": lambda n: _letter(n).lower(),
    "bullet": lambda _: "",
    "none": lambda _: "",
}


@dataclass(frozen=True, slots=True)
class _Level:
    form: str  # "chineseCounting"
    text: str  # "第%1条": %1 is the number of the first level
    start: int


class Numbering:
    """Counts the paragraphs of one document."""

    def __init__(self, numbering: Element | None, styles: Element | None) -> None:
        abstract = {_value(found, "abstractNumId"): _levels(found) for found in _all(numbering, "abstractNum")}
        self._lists: dict[str, tuple[str, dict[int, _Level]]] = {}
        for found in _all(numbering, "num"):
            name = _child_value(found, "abstractNumId")
            self._lists[_value(found, "numId")] = (name, abstract.get(name, {}))
        self._styles = {_value(style, "styleId"): style for style in _all(styles, "style")}
        self._of_style: dict[str, tuple[str, int]] = {}  # found once for all the paragraphs of a style
        self._counts: defaultdict[str, dict[int, int]] = defaultdict(dict)

    def next(self, paragraph: Element) -> str:
        """What Word writes in front of this paragraph, the next one of the document; "" for nothing."""
        name, depth = self._place(paragraph)
        family, levels = self._lists.get(name, ("", {}))
        level = levels.get(depth)
        if level is None:
            return ""
        counts = self._counts[family]
        counts[depth] = counts.get(depth, level.start - 1) + 1
        for deeper in [other for other in counts if other > depth]:
            del counts[deeper]
        said = level.text
        for other in range(9):
            if f"%{other + 1}" in said:
                above = levels.get(other, level)
                number = counts.setdefault(other, above.start)
                said = said.replace(f"%{other + 1}", _FORMATS.get(above.form, str)(number))
        return "" if level.form == "bullet" else said

    def _place(self, paragraph: Element) -> tuple[str, int]:
        """Which list a paragraph belongs to and how deep it stands, by itself or by its style; "" for none."""
        properties = paragraph.find(f"{W}pPr")
        if properties is None:
            return "", 0
        style = _child_value(properties, "pStyle")
        return _own_place(properties) or (self._place_of_style(style) if style else ("", 0))

    def _place_of_style(self, name: str) -> tuple[str, int]:
        """The same for a style, by itself or by the one it is based on."""
        if name not in self._of_style:
            self._of_style[name] = next(filter(None, map(_place_of, self._based(name))), ("", 0))
        return self._of_style[name]

    def _based(self, name: str) -> Iterator[Element]:
        """A style, the one it is based on, and so on."""
        for _ in range(_MOST_STYLES):
            style = self._styles.get(name)
            if style is None:
                return
            yield style
            name = _child_value(style, "basedOn")


def _place_of(style: Element) -> tuple[str, int] | None:
    properties = style.find(f"{W}pPr")
    return _own_place(properties) if properties is not None else None


def _own_place(properties: Element) -> tuple[str, int] | None:
    """The list that properties of a paragraph name, and how deep; None where they name none."""
    own = properties.find(f"{W}numPr")
    if own is None or not (name := _child_value(own, "numId")):
        return None
    depth = _child_value(own, "ilvl")
    return name, int(depth) if depth.isascii() and depth.isdigit() else 0


def _levels(abstract: Element) -> dict[int, _Level]:
    found = {}
    for level in _all(abstract, "lvl"):
        depth, start = _value(level, "ilvl"), _child_value(level, "start")
        if depth.isascii() and depth.isdigit():
            first = int(start) if start.isascii() and start.isdigit() and len(start) < 6 else 1
            found[int(depth)] = _Level(_child_value(level, "numFmt"), _child_value(level, "lvlText")[:_LONGEST], first)
    return found


def _all(element: Element | None, name: str) -> list[Element]:
    return element.findall(f"{W}{name}") if element is not None else []


def _value(element: Element, name: str) -> str:
    return element.get(f"{W}{name}", "")


def _child_value(element: Element, name: str) -> str:
    child = element.find(f"{W}{name}")
    return child.get(f"{W}val", "") if child is not None else ""
