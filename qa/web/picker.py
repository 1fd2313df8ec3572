"""Where to look: all reports, those of one year, or one. A plain ``select`` in the ask bar that works without a script.

There is none where there is nothing to choose. A choice is ``""`` for all, ``:2021`` for a year, or a report's id.
"""

from collections.abc import Sequence
from html import escape

from corpus.report import About
from qa.publishers import publisher_key, publisher_of
from qa.web import texts
from qa.web.html import text

YEAR = ":"  # before a year; no report id has it


def chosen_reports(choice: str, reports: Sequence[About]) -> tuple[str, ...] | None:
    """Ids of the reports that a choice means, () for all; None when there are none such.

    >>> chosen_reports(":2021", [About("a", "总结", 2021), About("b", "总结", 2020)])
    ('a',)
    """
    if not choice:
        return ()
    year = choice.removeprefix(YEAR) if choice.startswith(YEAR) else None
    named = tuple(about.report_id for about in reports if (str(about.year) == year if year is not None else about.report_id == choice))
    return named or None


def picker_html(reports: Sequence[About], choice: str) -> str:
    """The picker for reports in the order given; "" for a single one."""
    if len(reports) < 2:
        return ""
    groups: dict[str, list[tuple[str, str]]] = {}
    for about in reports:
        name = publisher_of(publisher_key(about), [about]).name
        groups.setdefault(name, []).append((about.report_id, f"{name} {texts.YEAR.format(year=about.year)}" if about.year else about.title))
    titles = {about.report_id: about.title for about in reports}
    rows = [_option("", texts.ALL_REPORTS, choice)]
    for name, options in groups.items():
        labels = [label for _, label in options]
        own = "".join(_option(i, label if labels.count(label) == 1 else titles[i], choice) for i, label in options)
        rows.append(f'<optgroup label="{escape(name)}">{own}</optgroup>')
    years = "".join(_option(f"{YEAR}{year}", texts.YEAR_REPORTS.format(year=year), choice) for year in _shared_years(reports))
    rows.append(f'<optgroup label="{texts.BY_YEAR}">{years}</optgroup>' if years else "")
    return (
        f'<div class="yj-where"><label class="yj-where__l" for="report">{texts.WHERE}</label>'
        f'<select class="yj-where__s" id="report" name="report" autocomplete="off">{"".join(rows)}</select></div>'
    )


def _shared_years(reports: Sequence[About]) -> list[int]:
    """Years that several reports are of, newest first."""
    years = [about.year for about in reports if about.year]
    return sorted({year for year in years if years.count(year) > 1}, reverse=True)


def _option(value: str, label: str, choice: str) -> str:
    return f'<option value="{escape(value)}"{" selected" if value == choice else ""}>{text(label)}</option>'
