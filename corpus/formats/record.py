"""What a reader makes of a file, and how much of one it takes."""

from dataclasses import dataclass
from datetime import date

from corpus.errors import DocumentError

LARGEST = 30 * 1024 * 1024  # bytes of a file
MOST_CHARACTERS = 1_000_000  # of its text: a report has some ten thousand


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


def bounded(text: str) -> str:
    """The text, if it is one that can be kept.

    Raises:
        DocumentError: it is empty, too long, or not text.
    """
    if not text.strip():
        raise DocumentError("文件里没有文字;请检查文件是不是空的,或者内容是不是图片")
    if len(text) > MOST_CHARACTERS:
        raise DocumentError(f"文件有 {len(text)} 个字,超过 {MOST_CHARACTERS};请分成几份")
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise DocumentError("文件里有不完整的字符;请用原来的软件打开,另存一次再试")
    return text
