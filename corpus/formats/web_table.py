"""The cells of a table on a page, whatever spans what."""

from collections.abc import Iterator
from typing import Any

_WIDEST = 200  # columns, and rows that a cell may reach over


def is_frame(table: Any) -> bool:
    """Whether a table only places things: with tables within it, of one column, or of one row."""
    if table.find(".//table") is not None:
        return True
    several = wide = False  # rows; one of them with several cells
    for place, row in enumerate(grid(table)):
        several, wide = place > 0, wide or len(row) > 1
        if several and wide:
            return False
    return True


def grid(table: Any) -> Iterator[list[str]]:
    """Cells of each row; one over several columns or rows stands in each."""
    reaching: dict[int, tuple[int, str]] = {}  # column -> rows it still reaches into, text
    for row in table.iter("tr"):
        cells: list[str] = []
        for cell in (found for found in row if found.tag in ("td", "th")):
            _reach(reaching, cells)
            words = " ".join(cell.text_content().split())
            for _ in range(min(_count(cell.get("colspan")), _WIDEST - len(cells))):
                if (down := _count(cell.get("rowspan"))) > 1:
                    reaching[len(cells)] = (down - 1, words)
                cells.append(words)
        _reach(reaching, cells)
        yield cells


def _reach(reaching: dict[int, tuple[int, str]], cells: list[str]) -> None:
    """Put cells of rows above where the row has come to."""
    while len(cells) in reaching and len(cells) < _WIDEST:
        rows, words = reaching.pop(len(cells))
        if rows > 1:
            reaching[len(cells)] = (rows - 1, words)
        cells.append(words)


def _count(value: str | None) -> int:
    return max(1, min(int(value), _WIDEST)) if value and value.isascii() and value.isdigit() and len(value) < 9 else 1
