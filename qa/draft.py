"""A draft file -> its text: .txt, .md and .docx. Nothing in a file is run, fetched or unpacked without a limit."""

import sys
import zipfile
from io import BytesIO
from pathlib import Path

from corpus.errors import InputError

LARGEST = 10 * 1024 * 1024  # bytes of a file, and of the text of a .docx once unpacked
_DOCX_TEXT = "word/document.xml"
_HOW = "请另存为 .docx 或 .txt 再试,或直接粘贴文字"


def read_draft(path: Path) -> str:
    """The text of a draft; ``-`` reads standard input.

    Raises:
        InputError: it cannot be read, is too large, or is of another kind.
    """
    try:
        raw = sys.stdin.buffer.read(LARGEST + 1) if str(path) == "-" else path.read_bytes()
    except OSError as error:
        raise InputError(f"读不到稿子 {path}:{error.strerror};请检查路径") from error
    return draft_text(raw, path.suffix if str(path) != "-" else ".txt")


def draft_text(raw: bytes, suffix: str) -> str:
    """The text of a draft's bytes.

    Args:
        raw: the file.
        suffix: its kind, ".txt", ".md" or ".docx".

    Raises:
        InputError: it is too large, damaged, or of another kind.
    """
    if len(raw) > LARGEST:
        raise InputError(f"稿子超过 {LARGEST // 1024 // 1024} MB;请分成几份再核对")
    if suffix.lower() in (".txt", ".md", ""):
        return _plain(raw)
    if suffix.lower() == ".docx":
        return _docx(raw)
    raise InputError(f"不认识 {suffix[:12]} 文件;{_HOW}")


def _plain(raw: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text.replace("\r\n", "\n").replace("\r", "\n")
    raise InputError(f"稿子不是文字文件,或编码认不出;{_HOW}")


def _docx(raw: bytes) -> str:
    """Paragraphs and table rows in order, by python-docx."""
    import docx
    from docx.table import Table

    try:
        with zipfile.ZipFile(BytesIO(raw)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > 10 * LARGEST or archive.getinfo(_DOCX_TEXT).file_size > LARGEST:
                raise InputError(f"稿子解开后太大;{_HOW}")
            if b"<!DOCTYPE" in archive.read(_DOCX_TEXT)[:4096]:
                raise InputError(f"稿子里有不该有的声明;{_HOW}")
        document = docx.Document(BytesIO(raw))
        lines = []
        for block in document.iter_inner_content():
            if isinstance(block, Table):
                lines += ["\t".join(cell.text for cell in row.cells) for row in block.rows]
            else:
                lines.append(block.text)
    except InputError:
        raise
    except Exception as error:  # a damaged file can fail anywhere in zip, XML or docx
        raise InputError(f"这个 .docx 打不开,可能已损坏或加了密码;{_HOW}") from error
    return "\n".join(lines)
