"""``/figures``: 数据一览, every figure of a report with its indicator and its sentence, to search, to filter and to download."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from html import escape
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query, Response

from corpus.figures import Figure
from corpus.report import About, Report
from qa.web import texts_tools as words
from qa.web.contract import Service
from qa.web.desk_frame import desk_page
from qa.web.html import icon, kept_whole, marked, text
from qa.web.page import Site
from qa.web.register import Group, Register, Row, Wanted, as_csv, as_xlsx
from qa.web.register_order import ORDERS, Order

_LONG = 12  # characters; a longer figure may break over lines
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_Short = Annotated[str, Query(max_length=200)]


def router(service: Service, site: Site) -> APIRouter:
    """The register page and its downloads."""
    routes = APIRouter(include_in_schema=False)

    @lru_cache(maxsize=64)
    def kept(about: About) -> Register:
        return Register(service.report(about.report_id))

    @routes.api_route("/figures", methods=["GET", "HEAD"])
    def figures(
        q: _Short = "",
        part: _Short = "",
        report: _Short = "",
        dates: str = "",
        order: str = "",
        as_: Annotated[str, Query(alias="as")] = "",
    ) -> Response:
        chosen = service.report(report or site.newest.report_id)
        register = kept(chosen.about)
        sorting: Order = next((one for one in ORDERS if one == order), "")
        wanted = Wanted(q, part if part in register.parts else "", bool(dates), sorting)
        shown = register.groups(register.shown(wanted), sorting)
        if as_ in ("csv", "xlsx"):
            return _download(chosen, [figure for group in shown for figure in group.figures], as_)
        return desk_page(site, "figures", words.TAB_FIGURES, _main(site, register, wanted, shown))

    return routes


def _download(report: Report, figures: Sequence[Figure], kind: str) -> Response:
    name = quote(f"{words.FIGURES_FILE.format(report=report.report_id)}.{kind}")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Cache-Control": "no-cache"}
    if kind == "csv":
        return Response(as_csv(report, figures).encode(), media_type="text/csv; charset=utf-8", headers=headers)
    return Response(as_xlsx(report, figures), media_type=_XLSX, headers=headers)


def _main(site: Site, register: Register, wanted: Wanted, shown: Sequence[Group]) -> str:
    table = _table(site, register, shown) if shown else _nothing(site, register, wanted)
    count = _count(site, register, wanted, sum(len(group.figures) for group in shown))
    return (
        f'<h1 class="yj-h1">{words.TAB_FIGURES}</h1>\n<p class="yj-lede">{words.FIGURES_LEDE}</p>\n'
        f'{_tools(site, register, wanted)}\n<p class="yj-count" role="status" id="count">{count}</p>\n'
        f'<div id="figs">{table}</div>'
    )


def _tools(site: Site, register: Register, wanted: Wanted) -> str:
    several = len(site.reports) > 1
    reports = [(about.report_id, about.title) for about in site.reports]
    parts = [("", words.ALL), *((part, part) for part in register.parts)]
    return (
        f'<form class="yj-tools yj-tools--figs{" yj-tools--reports" if several else ""}" id="yj-filter" role="search" method="get" action="{site.base}/figures">'
        f"{_select('report', words.REPORT, reports, register.report.report_id) if several else ''}"
        f'<div class="yj-field"><label for="k">{words.FILTER}</label><input class="yj-input" id="k" name="q" type="search" maxlength="100" '
        f'placeholder="{words.FILTER_HINT}" value="{text(wanted.query)}" autocomplete="off"></div>'
        f"{_select('part', words.PART, parts, wanted.part)}{_select('order', words.ORDER_BY, list(words.ORDERS.items()), wanted.order)}"
        f'{_hidden_dates(wanted)}<div class="yj-btns"><button class="yj-btn yj-nojs">{words.APPLY}</button>'
        f'<button class="yj-btn" name="as" value="csv">{icon("down2")}{words.CSV}</button>'
        f'<button class="yj-btn" name="as" value="xlsx">{icon("down2")}{words.XLSX}</button></div></form>'
    )


def _hidden_dates(wanted: Wanted) -> str:
    return '<input type="hidden" name="dates" value="1">' if wanted.dates else ""


def _select(name: str, label: str, options: Sequence[tuple[str, str]], chosen: str) -> str:
    rows = "".join(
        f'<option value="{text(value)}"{" selected" if value == chosen else ""}>{text(shown)}</option>' for value, shown in options
    )
    return f'<div class="yj-field"><label for="f-{name}">{label}</label><select class="yj-input" id="f-{name}" name="{name}">{rows}</select></div>'


def _address(site: Site, register: Register, wanted: Wanted) -> str:
    given = {"q": wanted.query, "part": wanted.part, "dates": "1" if wanted.dates else "", "order": wanted.order}
    if len(site.reports) > 1:
        given["report"] = register.report.report_id
    query = urlencode({name: value for name, value in given.items() if value})
    return escape(f"{site.base}/figures{'?' if query else ''}{query}")


def _count(site: Site, register: Register, wanted: Wanted, count: int) -> str:
    said = f"<span>{words.FIGURES_COUNT.format(count=count)}</span>"
    if wanted.query or wanted.part or not register.dates():
        return said
    other = replace(wanted, dates=not wanted.dates)
    link = words.DATES_HIDE if wanted.dates else words.DATES_SHOW
    left_out = "" if wanted.dates else f"<span>{words.DATES_LEFT_OUT.format(count=register.dates())}</span>"
    return f'{said}{left_out}<a href="{_address(site, register, other)}">{link}</a>'


def _nothing(site: Site, register: Register, wanted: Wanted) -> str:
    says = words.NOTHING_WITH.format(word=wanted.query.strip()) if wanted.query.strip() else words.NOTHING_HERE
    clear = f'<a class="yj-btn yj-do-clear" href="{_address(site, register, replace(wanted, query="", part=""))}">{words.CLEAR}</a>'
    return (
        f'<div class="yj-note yj-find" role="alert">{icon("search")}<div class="yj-note__b">{text(says)}'
        f'<div class="yj-btns">{clear}</div></div></div>'
    )


def _table(site: Site, register: Register, shown: Sequence[Group]) -> str:
    head = (
        f'<thead role="rowgroup"><tr role="row"><th scope="col">{words.COLUMN_INDICATOR}</th>'
        f'<th scope="col" class="yj-table__n">{words.COLUMN_FIGURE}</th><th scope="col" class="yj-table__q">{words.COLUMN_SENTENCE}</th></tr></thead>'
    )
    return (
        f'<table class="yj-table yj-table--figs" role="table"><caption class="yj-hide">{words.TABLE_NAME}</caption>\n{head}\n'
        f"{''.join(_groups(site, register, shown))}</table>"
    )


def _groups(site: Site, register: Register, shown: Sequence[Group]) -> Iterator[str]:
    for group in shown:
        if heading := _heading(group):
            yield (
                f'<tbody role="rowgroup"><tr class="yj-group" role="row"><th scope="rowgroup" colspan="3" role="rowheader">'
                f"{text(heading)}</th></tr></tbody>\n"
            )
        for row in group.rows:
            yield _sentence(site, register, row)


def _heading(group: Group) -> str:
    """The part, or the units whose figures are set side by side; none by indicator."""
    if group.order == "value":
        return words.PLACED.get(group.kin) or (words.OF_UNIT.format(unit=group.label) if group.label else words.NO_UNIT)
    return "" if group.order else group.label or words.NO_PART


def _sentence(site: Site, register: Register, row: Row) -> str:
    """One sentence with its figures, a row each; the sentence stands once."""
    link = f"{site.base}/report/{register.report.report_id}#{row.sentence.sentence_id}"
    quoted = marked(row.sentence.text, row.sentence.start, kept_whole(row.sentence.text, row.sentence.start, []))
    cell = (
        f'<td class="yj-table__q" role="cell" rowspan="{len(row.figures)}"><span lang="zh-CN">{quoted}</span> '
        f'<a href="{link}">{words.OPEN}</a></td>'
    )
    lines = [
        f'<tr role="row"><th scope="row" role="rowheader">{_indicator(register, figure)}</th>{_figure(figure)}{"" if place else cell}</tr>'
        for place, figure in enumerate(row.figures)
    ]
    return f'<tbody role="rowgroup" class="yj-sen">{"".join(lines)}</tbody>\n'


def _indicator(register: Register, figure: Figure) -> str:
    found = register.sums.get(figure.start)
    calculated = f'<span class="yj-calc">{text(words.CALCULATED.format(sum=found))}</span>' if found else ""
    name = text(figure.indicator) if figure.indicator else f'{words.DASH}<span class="yj-hide">{words.NO_INDICATOR}</span>'
    return f"{name}{calculated}"


def _figure(figure: Figure) -> str:
    css = "yj-table__n yj-table__long" if len(figure.printed) > _LONG else "yj-table__n"
    return f'<td class="{css}" role="cell">{text(figure.printed)}</td>'
