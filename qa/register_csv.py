"""The register of figures as a CSV that opens right in Excel and WPS, and runs nothing there."""

import csv
from collections.abc import Iterable
from io import StringIO
from typing import Any

_COLUMNS = {
    "report_id": "报告",
    "indicator": "指标",
    "subject": "对象",
    "printed": "原文",
    "value": "数值",
    "unit": "单位",
    "qualifier": "限定",
    "period": "时间",
    "sentence_id": "句子编号",
    "sentence": "原句",
}
_FORMULA = tuple("=+-@＝＋－＠")  # Excel takes the wide ones too, where Chinese is typed
_CONTROL = ("\t", "\r", "\n")


def safe_cell(value: object) -> str:
    """A cell that no spreadsheet takes for a formula: a leading = + - @ gets an apostrophe.

    >>> safe_cell("=1+1")
    "'=1+1"
    """
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_CONTROL) or text.lstrip().startswith(_FORMULA) else text


def register_csv(rows: Iterable[dict[str, Any]]) -> str:
    """CSV with a byte order mark and a header line; rows as ``Figure.to_json`` gives them."""
    out = StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_COLUMNS.values())
    for row in rows:
        writer.writerow([safe_cell(row.get(name)) for name in _COLUMNS])
    return out.getvalue()
