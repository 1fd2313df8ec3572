"""Tables as sentences: each row becomes one, every cell after its heading, in the table's own words.

>>> table_lines([["指标", "2020年", "2021年"], ["城镇新增就业", "1186万人", "1269万人"]])
['指标：城镇新增就业，2020年：1186万人，2021年：1269万人。']
"""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

from corpus.formats.record import Allowance

_NUMBER = re.compile(r"\d")
_ONLY_YEAR = re.compile(r"(?:19|20)\d{2}\s*年?(?:度|底|末)?")
_HAN = r"\u3400-\u9fff\uff00-\uffef\u3000-\u303f"
_BROKEN = re.compile(rf"(?<=[{_HAN}])\s+(?=[{_HAN}])")
_MOST_HEADINGS = 3  # rows of headings over a table
_ENDS = "。！？；!?;"


def cell_text(text: str) -> str:
    r"""What stands in a cell, on one line; a line end inside a word is no space.

    >>> cell_text("签约\n率 (%)")
    '签约率 (%)'
    """
    return _BROKEN.sub("", " ".join(text.split()))


def table_lines(rows: Iterable[Sequence[str]], allowance: Allowance | None = None) -> list[str]:
    """Lines of text for a table; cells that are merged may be given several times or left empty.

    A table of one row or one column is a frame around text: its cells become lines.

    Raises:
        TextTooLong: its cells, or the headings repeated in every row, are more than the allowance gives.
    """
    allowance = allowance or Allowance()
    cells = _cells(rows, allowance)
    if not cells:
        return []
    width = max(map(len, cells))
    allowance.step(width * len(cells))
    cells = [row + [""] * (width - len(row)) for row in cells]
    kept = [column for column in range(width) if any(row[column] for row in cells)]
    cells = [[row[column] for column in kept] for row in cells]
    captions = next((place for place, row in enumerate(cells) if len(_once(row)) > 1), len(cells))
    lines, cells = [_once(row)[0] for row in cells[:captions]], cells[captions:]
    if len(cells) < 2:
        return [*lines, *(" ".join(_once(row)) for row in cells)]
    heads = _headings(cells)
    labels = [_label([row[column] for row in cells[:heads]]) for column in range(len(kept))]
    said = []
    for row in cells[heads:]:
        said.append(_row(labels, row))
        allowance.step(len(said[-1]))
    whole = "\n".join(said)
    unsaid = [cell for row in cells[:heads] for cell in row if cell not in whole]
    return [*lines, *([" ".join(_once(unsaid))] if unsaid else []), *said]


def _cells(rows: Iterable[Sequence[str]], allowance: Allowance) -> list[list[str]]:
    """The rows that are not empty, each cell on one line."""
    cells = []
    for row in rows:
        allowance.step(len(row) + sum(map(len, row)))
        tidy = [cell_text(cell) for cell in row]
        if any(tidy):
            cells.append(tidy)
    return cells


def _headings(cells: Sequence[Sequence[str]]) -> int:
    """How many rows at the top are headings: those before the first with a figure or across the table, one at least."""
    for place, row in enumerate(cells[: _MOST_HEADINGS + 1]):
        across = len(_once(row)) == 1
        if place and (across or any(_NUMBER.search(cell) and not _ONLY_YEAR.fullmatch(cell) for cell in row[1:])):
            return place
    return 1


def _label(levels: Sequence[str]) -> str:
    return "·".join(_once(levels))


def _once(cells: Sequence[str]) -> list[str]:
    """Without empty cells and without a merged cell's repetitions."""
    return [cell for cell, _ in groupby(cell for cell in cells if cell)]


def _row(labels: Sequence[str], row: Sequence[str]) -> str:
    filled = _once(row)
    if len(filled) == 1:  # a row across the table, a heading of what follows
        return filled[0]
    said = [f"{label}：{cell}" if label and label != cell else cell for label, cell in zip(labels, row, strict=True) if cell]
    line = "，".join(part.rstrip(_ENDS) for part in said)
    return f"{line}。"
