"""``/years``: 多年对比, what every report prints of one indicator, by year: charts, a table with every sentence, and downloads."""

from collections.abc import Iterator
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query, Response
from starlette.exceptions import HTTPException

from qa.over_years import Point, Series, Years
from qa.over_years_table import MEASURES, ROLES, basis, rows, years_csv
from qa.service import Service
from qa.web import texts_tools as words
from qa.web.desk_frame import desk_page
from qa.web.html import Mark, full_width, icon, kept_whole, marked, text
from qa.web.page import Site
from qa.web.register import workbook
from qa.web.years_chart import chart_html, charts

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_OFFERED = 12  # indicators to choose from
_LONG = 12  # characters of a figure; a longer one may break over lines
_Short = Annotated[str, Query(max_length=100)]


def router(service: Service, site: Site) -> APIRouter:
    """The page and its downloads; not there while there is only one report."""
    routes = APIRouter(include_in_schema=False)

    @routes.api_route("/years", methods=["GET", "HEAD"])
    def years(q: _Short = "", as_: Annotated[str, Query(alias="as")] = "") -> Response:
        if len(site.reports) < 2:
            raise HTTPException(404)
        asked = q.strip()
        if not asked:
            return desk_page(site, "years", words.TAB_YEARS, _welcome(site, service.year_book().common(_OFFERED)))
        found = service.years(asked)
        if as_ in ("csv", "xlsx"):
            return _download(found, as_)
        main = _main(site, found) if found.series else _nothing(site, found, service.year_book().common(_OFFERED))
        return desk_page(site, "years", words.TAB_YEARS, main)

    return routes


def _download(years: Years, kind: str) -> Response:
    name = quote(f"{words.YEARS_FILE.format(indicator=years.asked)}.{kind}")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Cache-Control": "no-cache"}
    if kind == "csv":
        return Response(years_csv(years).encode(), media_type="text/csv; charset=utf-8", headers=headers)
    return Response(workbook(rows(years)), media_type=_XLSX, headers=headers)


def _top(site: Site, asked: str, *, found: bool = False) -> str:
    downloads = (
        f'<button class="yj-btn" name="as" value="csv">{icon("down2")}{words.CSV}</button>'
        f'<button class="yj-btn" name="as" value="xlsx">{icon("down2")}{words.XLSX}</button>'
    )
    return (
        f'<h1 class="yj-h1">{words.TAB_YEARS}</h1>\n<p class="yj-lede">{words.YEARS_LEDE}</p>\n'
        f'<form class="yj-tools yj-tools--years" role="search" method="get" action="{site.base}/years">'
        f'<div class="yj-field"><label for="k">{words.YEARS_ASK}</label><input class="yj-input" id="k" name="q" type="search" maxlength="100" '
        f'placeholder="{words.YEARS_HINT}" value="{text(asked)}" autocomplete="off"></div>'
        f'<div class="yj-btns"><button class="yj-btn yj-btn--main">{words.YEARS_GO}</button>{downloads if found else ""}</div></form>\n'
    )


def _welcome(site: Site, offered: list[str]) -> str:
    return f"{_top(site, '')}{_chips(site, words.YEARS_OFFERED, offered)}"


def _chips(site: Site, title: str, names: list[str]) -> str:
    if not names:
        return ""
    links = "".join(f'<a class="yj-btn" href="{site.base}/years?{text(urlencode({"q": name}))}">{text(name)}</a>' for name in names)
    return f'<h2 class="yj-h2 yj-below">{title}</h2><div class="yj-btns yj-names">{links}</div>'


def _main(site: Site, years: Years) -> str:
    count = sum(len(series.points) for series in years.series)
    reports = len({point.report.report_id for series in years.series for point in series.points})
    drawn = "".join(chart_html(chart, site.base, number) for number, chart in enumerate(charts(years.series), start=1))
    return (
        f'{_top(site, years.asked, found=True)}'
        f'<p class="yj-count" role="status">{words.YEARS_COUNT.format(count=count, reports=reports)}</p>\n'
        f"{drawn}{_table(site, years)}{_others(site, years)}"
    )


def _nothing(site: Site, years: Years, offered: list[str]) -> str:
    """No figure of that name: those that sound alike, or else those that many reports print."""
    says = text(words.YEARS_NOTHING.format(name=years.asked))
    note = f'<div class="yj-note yj-find" role="alert">{icon("search")}<div class="yj-note__b">{says}</div></div>'
    return f"{_top(site, years.asked)}{note}{_others(site, years) or _chips(site, words.YEARS_OFFERED, offered)}"


def _others(site: Site, years: Years) -> str:
    return _chips(site, words.YEARS_OTHERS, [name for name, _ in years.others])


def _table(site: Site, years: Years) -> str:
    head = (
        f'<thead role="rowgroup"><tr role="row"><th scope="col">{words.COLUMN_YEAR}</th>'
        f'<th scope="col" class="yj-table__n">{words.COLUMN_FIGURE}</th><th scope="col" class="yj-table__q">{words.COLUMN_SENTENCE}</th></tr></thead>'
    )
    return (
        f'<table class="yj-table yj-table--figs" role="table"><caption class="yj-hide">{text(years.asked)}</caption>\n{head}\n'
        f"{''.join(_group(site, series) for series in years.series)}</table>"
    )


def _group(site: Site, series: Series) -> str:
    said = words.YEARS_SERIES.format(name=series.name, measure=MEASURES[series.measure], role=ROLES[series.role])
    return (
        f'<tbody role="rowgroup"><tr class="yj-group" role="row"><th scope="rowgroup" colspan="3" role="rowheader">{text(said)}</th></tr></tbody>\n'
        f"{''.join(_rows(site, series))}"
    )


def _rows(site: Site, series: Series) -> Iterator[str]:
    for point in series.points:
        year = words.YEAR_OF.format(year=point.when.year) if point.when.year else words.NO_YEAR_SHORT
        other = f'<span class="yj-calc">{text(point.name)}</span>' if point.name != series.name else ""
        yield (
            f'<tbody role="rowgroup" class="yj-sen"><tr role="row"><th scope="row" role="rowheader">{text(year)}'
            f'<span class="yj-calc">{text(full_width(basis(point)))}</span>{other}</th>'
            f'<td class="yj-table__n{" yj-table__long" if _long(point) else ""}" role="cell">{text(point.figure.printed)}</td>'
            f"{_sentence(site, point)}</tr></tbody>\n"
        )


def _long(point: Point) -> bool:
    return len(point.figure.printed) > _LONG


def _sentence(site: Site, point: Point) -> str:
    """The sentence with its figure marked, the report it stands in, and the way to it."""
    sentence = point.report.by_id[point.figure.sentence_id]
    own = Mark(point.figure.start, point.figure.end, "yj-mark" if _long(point) else "yj-mark yj-mark--num", "mark")
    quoted = marked(sentence.text, sentence.start, [own, *kept_whole(sentence.text, sentence.start, [(own.start, own.end)])])
    return (
        f'<td class="yj-table__q" role="cell"><span lang="zh-CN">{quoted}</span> '
        f'<span class="yj-from">{text(words.YEARS_FROM.format(title=point.report.about.title))}</span> '
        f'<a href="{site.base}{point.link}">{words.OPEN}</a></td>'
    )
