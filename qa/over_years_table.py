"""What is printed of an indicator over the years, as a table that opens right in Excel and WPS, and runs nothing there."""

import csv
import re
from collections.abc import Iterator
from io import StringIO

from corpus.fold import fold
from qa.over_years import Point, Years
from qa.register_csv import safe_cell

MEASURES = {"level": "", "up": "增长", "down": "下降", "more": "增加的数量", "less": "减少的数量"}
ROLES = {"result": "结果", "aim": "目标", "span": "几年合计或平均", "unsaid": "没有写明"}
COLUMNS = ("指标(原文用词)", "量的是", "说的是", "哪一年", "依据", "原文", "数值", "上限", "单位", "限定", "报告", "报告年份", "原句", "链接")
NO_YEAR = "没有写明"
BY_KIND = "没写明,按报告推定"


_TELLS = re.compile(r"[去今明本上]年|一年|[0-9]{4}|[一二][一二三四五六七八九〇○零]{3}")


def basis(point: Point) -> str:
    """How the year is known: by the report's words (去年 and 今年 are counted from its own year), or by the kind of report it is."""
    said = point.when.words
    if said and (point.when.year is None or _TELLS.search(fold(said))):
        return f"原文:{said}"
    return BY_KIND if point.when.year else NO_YEAR


def rows(years: Years) -> Iterator[list[str]]:
    """A header, then one row for every figure, series by series; no cell is a formula."""
    yield list(COLUMNS)
    for series in years.series:
        for point in series.points:
            row = point.to_json()
            yield [
                safe_cell(cell)
                for cell in (
                    point.name, MEASURES[point.measure], ROLES[point.when.role], point.when.year or "", basis(point), row["printed"],
                    row["value"], row["upper"], row["unit"], row["qualifier"], row["title"],
                row["report_year"], row["sentence"], row["link"],
                )
            ]  # fmt: skip


def years_csv(years: Years) -> str:
    """CSV with a byte order mark."""
    out = StringIO()
    out.write("\ufeff")
    csv.writer(out, lineterminator="\r\n").writerows(rows(years))
    return out.getvalue()
