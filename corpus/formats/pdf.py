"""A .pdf file with a text layer, read in a process of its own that may not run long, grow large or do harm to this one."""

import json
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

from corpus.causes import cause
from corpus.errors import DocumentError, TextTooLong
from corpus.formats.pdf_lines import Line, paragraphs, without_running_lines
from corpus.formats.record import Allowance, Extracted, bounded
from corpus.formats.tables import table_lines

SECONDS = 120.0  # that the reading of one file may take
_AT_ONCE = threading.BoundedSemaphore(2)  # readings; a third waits its turn, for each may take a processor and much memory
_WORKER = Path(__file__).with_name("pdf_worker.py")
_SCANNED = "这个 PDF 是扫描的图片,没有文字层,读不出字;请找原来的 Word 文件,或者先用文字识别(OCR)软件转成带文字的 PDF 再核对一遍"
_REASONS = {
    "locked": "这个 PDF 加了密码;请去掉密码再试",
    "pages": "这个 PDF 页数太多;请分成几份,每份不超过 500 页",
    "broken": "这个 PDF 打不开,可能已损坏;请用阅读器打开,另存一次再试",
    "memory": "这个 PDF 太复杂,读它要用太多内存;请用阅读器“打印成 PDF”另存一次再试",
}
_GARBLED = 0.05  # share of characters without a meaning from which a text layer is no use
_TOLD = 3


def read_pdf(raw: bytes, seconds: float, allowance: Allowance) -> Extracted:
    """The text of a PDF in reading order, lines joined to paragraphs, ruled tables as sentences.

    Args:
        raw: the file.
        seconds: how long the reading may take.
        allowance: how much text is taken.

    Raises:
        DocumentError: it is locked, damaged, a scan, too long, or takes too much to read.
    """
    pages = _pages(raw, seconds, allowance.most)
    blank = [number for number, page in enumerate(pages, start=1) if not page]
    if len(blank) == len(pages):
        raise DocumentError(_SCANNED)
    letters = "".join(piece["text"] for page in pages for piece in page if "text" in piece)
    if _garbled(letters) > _GARBLED:
        raise DocumentError(
            "这个 PDF 的文字层是乱的(字体没有带对照表),复制出来也是乱码;请找原来的 Word 文件,或者用文字识别(OCR)软件重新识别"
        )
    body, running = without_running_lines([[_piece(piece) for piece in page] for page in pages])
    tables = sum(isinstance(piece, list) for page in body for piece in page)
    lines = map(allowance.line, _lines(body, allowance))
    return Extracted(bounded("\n".join(lines)), "pdf", tables=tables, notes=_notes(blank, running))


def _pages(raw: bytes, seconds: float, most: int) -> list[list[dict[str, Any]]]:
    """What the worker finds on each page: lines and tables, from top to bottom."""
    if not _AT_ONCE.acquire(timeout=seconds):
        raise DocumentError("现在读 PDF 的人多;请过一会儿再试")
    try:
        command = [sys.executable, "-I", str(_WORKER), str(int(seconds) + 1), str(most)]
        done = subprocess.run(command, input=raw, capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired as error:
        raise DocumentError(f"这个 PDF 太复杂,{seconds:.0f} 秒还没有读完;请分成几份,或者找原来的 Word 文件") from error
    except OSError as error:
        raise DocumentError(f"现在读不了 PDF({cause(error)});请过一会儿再试") from error
    finally:
        _AT_ONCE.release()
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        answer = {"error": "memory" if done.returncode else "broken"}
    if answer.get("error") == "long":
        raise TextTooLong(most)
    if "error" in answer:
        raise DocumentError(_REASONS.get(answer["error"], _REASONS["broken"]))
    pages: list[list[dict[str, Any]]] = answer["pages"]
    return pages


def _garbled(letters: str) -> float:
    """Share of characters that a font gives no meaning: (cid:123), private ones, replacements."""
    if not letters:
        return 0.0
    strange = letters.count("(cid:") * 8 + sum("\ue000" <= char <= "\uf8ff" or char in "\ufffd\0" for char in letters)
    return strange / len(letters)


def _piece(piece: dict[str, Any]) -> Line | list[list[str]]:
    if "rows" in piece:
        return [[str(cell or "") for cell in row] for row in piece["rows"]]
    return Line(piece["text"], piece["left"], piece["right"], piece["top"], piece["bottom"], piece["edge"], piece["height"])


def _lines(pages: list[list[Line | list[list[str]]]], allowance: Allowance) -> list[str]:
    """Paragraphs and rows of tables in order; a paragraph may go on over the end of a page."""
    found: list[str] = []
    waiting: list[Line] = []
    for piece in (piece for page in pages for piece in page):
        if isinstance(piece, Line):
            waiting.append(piece)
            continue
        found += [*paragraphs(waiting), *table_lines(piece, allowance)]
        waiting = []
    return [*found, *paragraphs(waiting)]


def _notes(blank: list[int], running: list[str]) -> tuple[str, ...]:
    notes = []
    if blank:
        notes.append(f"第 {'、'.join(map(str, blank[:20]))} 页没有文字,可能是图片,没有收")
    if running:
        kinds = Counter(running).most_common(_TOLD)
        notes.append(f"页眉页脚 {len(running)} 行没有收:{'；'.join(line[:40] for line, _ in kinds)}")
    return tuple(notes)
