"""Reads a PDF from standard input and writes what stands on its pages as JSON. Runs alone, with limits on time and memory.

Started as a file, not as a module: it needs nothing of the project, and what a hostile file does to it stays in it.
"""

import contextlib
import json
import logging
import os
import sys
from io import BytesIO
from typing import Any

_MOST_PAGES = 500
_MEMORY = 1024**3  # bytes of address space
_MOST_CHARS = 20_000  # on one page: what draws more than that is no page of text
_RUNNING = 1.5  # characters read for one that is kept: heads and feet of pages are left out later
_POLITE = 10  # how far it steps back behind those who answer questions


def main() -> None:
    """Read, and say what went wrong in a word where it did."""
    logging.disable(logging.CRITICAL)
    _limit(int(sys.argv[1]))
    try:
        answer = _read(sys.stdin.buffer.read(), int(sys.argv[2]))
    except MemoryError:
        answer = {"error": "memory"}
    except Exception as error:
        answer = {"error": "locked" if "Password" in repr(error) or "Encrypt" in repr(error) else "broken"}
    json.dump(answer, sys.stdout)


def _limit(seconds: int) -> None:
    """Bounds of this process; where the system has none, the parent's clock is left."""
    with contextlib.suppress(AttributeError, OSError):
        os.nice(_POLITE)
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _read(raw: bytes, most: int) -> dict[str, Any]:
    import pdfplumber

    with pdfplumber.open(BytesIO(raw)) as document:
        if len(document.pages) > _MOST_PAGES:
            return {"error": "pages"}
        pages, left = [], _RUNNING * most
        for page in document.pages:
            pages.append(_page(page))
            page.close()
            left -= sum(len(piece.get("text", "")) for piece in pages[-1])
            if left < 0:
                return {"error": "long"}
        return {"pages": pages}


def _page(page: Any) -> list[dict[str, Any]]:
    """Lines and ruled tables of a page, from top to bottom."""
    page = page.dedupe_chars() if len(page.chars) < _MOST_CHARS else page
    tables = [table for table in page.find_tables() if len(table.rows) > 1 and len(table.columns) > 1] if _ruled(page) else []
    boxes = [table.bbox for table in tables]
    rest = page.filter(lambda thing: thing["object_type"] != "char" or not any(_inside(thing, box) for box in boxes)) if boxes else page
    edge = max((char["x1"] for char in page.chars), default=0.0)
    pieces = [
        {
            "text": line["text"],
            "left": line["x0"],
            "right": line["x1"],
            "top": line["top"],
            "bottom": line["bottom"],
            "edge": edge,
            "height": float(page.height),
        }
        for line in rest.extract_text_lines(return_chars=False, strip=True)
        if line["text"].strip()
    ]
    found = [{"rows": table.extract(), "top": box[1]} for table, box in zip(tables, boxes, strict=True)]
    return sorted([*pieces, *found], key=lambda piece: piece["top"])


def _ruled(page: Any) -> bool:
    """Whether lines are drawn on a page, and not so many that they are a drawing."""
    return 3 < len(page.lines) + len(page.rects) + len(page.curves) < 5000


def _inside(char: dict[str, Any], box: tuple[float, float, float, float]) -> bool:
    middle, height = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    return bool(box[0] <= middle <= box[2] and box[1] <= height <= box[3])


if __name__ == "__main__":
    main()
