"""A file as people keep reports -> its text. The kind is told by the content; the name only helps with plain text.

Files are hostile until read: sizes are bounded before anything is unpacked, XML may define no entities, PDFs are read in
a process of their own, and nothing in a file is run or fetched.
"""

import zipfile
from io import BytesIO
from pathlib import Path, PurePath

from corpus.causes import cause
from corpus.errors import DocumentError
from corpus.formats.pdf import SECONDS, read_pdf
from corpus.formats.plain import read_markdown, read_plain
from corpus.formats.record import LARGEST, MOST_CHARACTERS, Allowance, Extracted
from corpus.formats.web import read_page
from corpus.formats.word import read_word

__all__ = ["KINDS", "LARGEST", "MOST_CHARACTERS", "Extracted", "extract"]

KINDS = (".txt", ".md", ".docx", ".pdf", ".html", ".htm")
_SAVE_AS = "请用 Word 或 WPS 打开,选“文件”→“另存为”,类型选“Word 文档(*.docx)”,再试"
_COPY = "请换成 .docx、.pdf、.html 或 .txt,或者把文字复制进一个 .txt 文件"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"RIFF")
_PAGE_MARKS = (b"<!doctype html", b"<html", b"<head", b"<body", b"<meta")


def extract(
    source: Path | bytes, name: str = "", largest: int = LARGEST, seconds: float = SECONDS, most: int = MOST_CHARACTERS
) -> Extracted:
    """The text of a file and what the file says of it.

    Args:
        source: the file, or its bytes.
        name: what the file is called, where bytes are given; its ending tells plain text from Markdown.
        largest: bytes that the file may have.
        seconds: how long the reading of a PDF may take.
        most: characters of its text; the reading stops at one more.

    Raises:
        TextTooLong: there is more text than that.
        DocumentError: it cannot be read; the message says why and what to do.
    """
    raw, name = (_read(source, largest), source.name) if isinstance(source, Path) else (source, name)
    if len(raw) > largest:
        raise DocumentError(f"文件超过 {largest // 1024 // 1024} MB;请去掉图片或分成几份再试")
    if not raw.strip():
        raise DocumentError("文件是空的;请检查是不是选错了文件")
    return _of_kind(raw, PurePath(name).suffix.lower(), seconds, Allowance(most))


def _read(path: Path, largest: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(largest + 1)
    except (OSError, ValueError) as error:
        why = cause(error) if isinstance(error, OSError) else "名字不对"
        raise DocumentError(f"读不到文件 {path}:{why};请检查路径") from error


def _of_kind(raw: bytes, suffix: str, seconds: float, allowance: Allowance) -> Extracted:
    start = raw[:1024].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if b"%PDF-" in raw[:1024]:
        return read_pdf(raw, seconds, allowance)
    if raw.startswith(b"PK\x03\x04"):
        return _archive(raw, allowance)
    if raw.startswith(_OLE):
        raise DocumentError(f"这是旧格式的 Word(.doc)、WPS(.wps)文件,或者加了密码的文件,这里读不了;{_SAVE_AS}")
    if start.startswith(b"{\\rtf"):
        raise DocumentError(f"这是 RTF 文件,这里读不了;{_SAVE_AS}")
    if raw.startswith(_PICTURES) and suffix not in (".txt", ".md"):
        raise DocumentError("这是图片,不是文字;请找原来的 Word 文件,或者用文字识别(OCR)软件转成文字再核对一遍")
    if start.startswith((b"mime-version:", b"from: <saved by")):
        raise DocumentError("这是单个文件的网页(.mht),这里读不了;请在浏览器里另存为“网页,仅 HTML”再试")
    if suffix in (".html", ".htm", ".shtml", ".xhtml") or any(mark in start for mark in _PAGE_MARKS):
        return read_page(raw, allowance)
    if suffix == ".md":
        return read_markdown(raw, allowance)
    if suffix in (".txt", ".text", ""):
        return read_plain(raw, allowance)
    if suffix in (".docx", ".pdf"):
        raise DocumentError(f"这个 {suffix} 打不开,可能已损坏,或者只是改了名字的别的文件;请用原来的软件打开,另存一次再试")
    raise DocumentError(f"不认识 {suffix[:12]} 文件;{_COPY}")


def _archive(raw: bytes, allowance: Allowance) -> Extracted:
    """A packed file: Word's, or one that people take for it."""
    try:
        with zipfile.ZipFile(BytesIO(raw)) as archive:
            names = set(archive.namelist()[:5000])
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise DocumentError(f"这个文件打不开,可能没有传完整或已损坏;{_SAVE_AS}") from error
    if "word/document.xml" in names:
        return read_word(raw, allowance)
    if "OFD.xml" in names:
        raise DocumentError("这是 OFD 版式文件,这里读不了;请用阅读器打开,另存为或打印成 PDF 再试")
    if any(name.startswith("xl/") for name in names):
        raise DocumentError("这是表格文件(.xlsx),不是报告;请把文字和表格贴进 Word,另存为 .docx 再试")
    raise DocumentError(f"这是压缩包或别的文件,不是报告;请先解开,再选里面的文件。{_COPY}")
