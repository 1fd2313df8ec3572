"""A draft file -> its text, by the readers of reports; smaller and quicker, for anybody may send one."""

import sys
from pathlib import Path

from corpus.extract import MOST_CHARACTERS, extract

LARGEST = 10 * 1024 * 1024  # bytes
_SECONDS = 30.0  # for a PDF


def read_draft(path: Path) -> str:
    """The text of a draft; ``-`` reads standard input.

    Raises:
        InputError: it cannot be read, is too large, or is of another kind.
    """
    if str(path) == "-":
        return draft_text(sys.stdin.buffer.read(LARGEST + 1), "-.txt")
    return extract(path, largest=LARGEST).text


def draft_text(raw: bytes, name: str, most: int = MOST_CHARACTERS) -> str:
    """The text of a draft's bytes; blank where they hold only white space.

    Args:
        raw: the file.
        name: what it is called.
        most: characters of a draft; no more of a file is read.

    Raises:
        TextTooLong: it holds more than that.
        InputError: it is too large, damaged, or of another kind.
    """
    return extract(raw, name, LARGEST, _SECONDS, most).text if raw.strip() else ""
