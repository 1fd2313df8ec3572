"""A small library of several years and publishers: two trimmed national reports, the street's own, and one made up for 2020."""

import shutil
from pathlib import Path

from fakes import write_report

DATA = Path(__file__).parent / "data" / "many"
OURS = Path(__file__).parent.parent / "corpus" / "reports" / "yanji-2021"
STREET = "上海市杨浦区人民政府延吉新村街道办事处"
STATE = "中华人民共和国国务院"


def about(title: str, year: int, publisher: str) -> str:
    """The table of a report."""
    return f'title = "{title}"\nyear = {year}\npublisher = "{publisher}"\n'


def write_library(folder: Path, *, street_2020: bool = True) -> Path:
    """The reports in a folder: yanji-2021 with its bank, guowuyuan-2019, guowuyuan-2021, and yanji-2020 unless left out."""
    shutil.copytree(OURS, folder / "yanji-2021")
    for year in (2019, 2021):
        text = (DATA / f"guowuyuan-{year}.txt").read_text(encoding="utf-8")
        write_report(folder / f"guowuyuan-{year}", text, about(f"{year}年中华人民共和国国务院政府工作报告", year, STATE))
    if street_2020:
        text = (DATA / "yanji-2020.txt").read_text(encoding="utf-8")
        write_report(folder / "yanji-2020", text, about("延吉新村街道2020年度工作总结", 2020, STREET))
    return folder
