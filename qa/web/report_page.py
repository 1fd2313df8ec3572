"""``/report/<report_id>``: a report to read, with an address for every sentence."""

import hashlib
from functools import lru_cache

from fastapi import APIRouter, Request, Response

from corpus.errors import ReportError
from corpus.figures import Figure, register
from corpus.former import gone
from corpus.report import About, Report
from qa.web import texts
from qa.web.contract import Remembering, Service
from qa.web.page import Page, Site, footer, message_page, render
from qa.web.report_html import report_main


def router(service: Service, site: Site) -> APIRouter:
    """The report pages."""
    routes = APIRouter(include_in_schema=False)

    @lru_cache(maxsize=8)
    def main(about: About) -> str:
        """The text of one version of a report."""
        report = service.report(about.report_id)
        former = service.former(report.report_id) if isinstance(service, Remembering) else ()
        return report_main(report, _counts(report), site.base, gone(former, report))

    def page(about: About) -> tuple[Page, str]:
        """The page of a report, and a mark of its content."""
        body = main(about) + footer(site)
        title = f"{about.title} · {texts.BRAND}"
        return Page(title, body, css="report.css", script="report.js", here="report"), hashlib.sha256(body.encode()).hexdigest()[:16]

    @routes.api_route("/report/{report_id}", methods=["GET", "HEAD"])
    def report_page(request: Request, report_id: str) -> Response:
        try:
            report = service.report(report_id)
        except ReportError:
            return message_page(site, 404, texts.NO_REPORT, texts.NO_REPORT_SAYS)
        made, version = page(report.about)
        etag = f'W/"{version}"'
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers={"ETag": etag, "Cache-Control": "no-cache"})
        return render(made, site, headers={"ETag": etag})

    return routes


def _counts(report: Report) -> list[Figure]:
    """The figures to underline; a date is no figure to a reader."""
    return [figure for figure in register(report) if figure.number.kind not in ("date", "year")]
