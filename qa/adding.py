"""What a person is told of a report before it is added, and what they put right."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from corpus.extract import Extracted
from corpus.figures import register
from corpus.identify import Identity
from corpus.report import About, Report
from corpus.shelf import Plan
from corpus.split import split_report

_FIRST_LINES = 3
_LINE = 60  # characters of one that are shown
_UNKNOWN = "没有认出来"


def corrected(found: Identity, given: Mapping[str, Any]) -> Identity:
    """What was recognised, with what a person gave in its place; what they left empty stays."""
    return replace(found, **{name: value for name, value in given.items() if value not in (None, "")})


def preview(made: Plan) -> Report:
    """The report that a plan would make, split."""
    return split_report(About(made.report_id, made.identity.title, made.identity.year), made.text)


def told(made: Plan, read: Extracted) -> list[tuple[str, str]]:
    """Labels and values: what was recognised, how much there is, how it begins, and what to know of the file."""
    who, report = made.identity, preview(made)
    known = [
        ("标题", who.title),
        ("年份", str(who.year)),
        ("发布日期", who.published.isoformat() if who.published else _UNKNOWN),
        ("发布单位", who.publisher or _UNKNOWN),
        ("来源网址", who.source_url or _UNKNOWN),
        ("编号", made.report_id),
        ("多少", f"{len(made.text)} 个字,{len(report.sentences)} 句,{len(register(report))} 个数字,{made.tables} 张表"),
        ("开头", " / ".join(first_lines(made.text))),
    ]
    return known + [("注意", note) for note in read.notes]


def first_lines(text: str) -> list[str]:
    """How a text begins, for a person to see that it is the right one."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    return [line if len(line) <= _LINE else line[:_LINE] + "…" for line in lines[:_FIRST_LINES]]
