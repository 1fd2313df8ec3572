"""What a reader makes of a file, and how much of one it takes."""

from dataclasses import dataclass
from datetime import date

from corpus.errors import DocumentError, TextTooLong

LARGEST = 30 * 1024 * 1024  # bytes of a file
MOST_CHARACTERS = 1_000_000  # of its text: a report has some ten thousand
_STEPS = 10  # for a character of the text; Word writes about two elements for one, eight in tables
_LEAST_STEPS = 400_000  # for a short text, too: some half a second


@dataclass(frozen=True, slots=True)
class Extracted:
    """The text of a file in reading order, and what the file itself says of it; "" and None where it says nothing."""

    text: str
    kind: str  # "txt", "md", "docx", "pdf" or "html"
    title: str = ""
    published: date | None = None
    publisher: str = ""
    source_url: str = ""
    tables: int = 0  # tables whose rows became sentences
    notes: tuple[str, ...] = ()  # what a person should know: pages without text, lines left out


class Allowance:
    """How much of one file is read. A reader tells it what it meets, and the first thing too many ends the reading there and then.

    The text is counted in characters. What has to be looked at for it (elements, cells) is counted in steps, for a file of some
    kilobytes may hold millions that show nothing.
    """

    def __init__(self, most: int = MOST_CHARACTERS) -> None:
        """``most`` characters of text."""
        self.most = most
        self._characters = -1  # the last line has no end
        self._steps = max(_LEAST_STEPS, _STEPS * most)

    def line(self, text: str) -> str:
        """Count a line of the text and its end.

        Raises:
            TextTooLong: it is one too many.
        """
        self._characters += len(text) + 1
        if self._characters > self.most:
            raise TextTooLong(self.most)
        return text

    def step(self, count: int = 1) -> None:
        """Count what is looked at.

        Raises:
            TextTooLong: it is too much for a text of this length.
        """
        self._steps -= count
        if self._steps < 0:
            raise TextTooLong(self.most)


def bounded(text: str) -> str:
    """The text, if it is one that can be kept.

    Raises:
        DocumentError: it is empty, or not text.
    """
    if not text.strip():
        raise DocumentError("文件里没有文字;请检查文件是不是空的,或者内容是不是图片")
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise DocumentError("文件里有不完整的字符;请用原来的软件打开,另存一次再试")
    return text
