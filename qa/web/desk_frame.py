"""The frame of the desk's pages: header with 工作台, tabs, footer, and the desk's own style sheet and script."""

from dataclasses import replace

from fastapi.responses import HTMLResponse

from qa.web import texts
from qa.web import texts_tools as words
from qa.web.page import Page, Site, looks, render, source_line


def desk_page(site: Site, here: str, title: str, main: str, status: int = 200, headers: dict[str, str] | None = None) -> HTMLResponse:
    """One page of the desk.

    Args:
        site: where it is served.
        here: the current tab: "check", "figures", "years" or "staff".
        title: of the page.
        main: HTML inside ``<main>``.
        status: HTTP status.
        headers: more headers.
    """
    body = f'<main class="yj-main" id="main">\n{main}\n</main>\n{_footer(site)}'
    page = Page(f"{title} · {texts.BRAND}{words.DESK}", body, css="tools.css", script="tools.js")
    return render(replace(page, header=_header(site, here)), site, status, headers)


def _header(site: Site, here: str) -> str:
    tabs = [("check", "/check", words.TAB_CHECK), ("figures", "/figures", words.TAB_FIGURES)]
    if len(site.reports) > 1:
        tabs.append(("years", "/years", words.TAB_YEARS))
    tabs.append(("report", f"/report/{site.newest.report_id}", words.TAB_REPORT))
    if site.staff:
        tabs.append(("staff", "/staff", words.TAB_STAFF))
    links = "".join(f'<a href="{site.base}{path}"{" aria-current=page" if name == here else ""}>{label}</a>' for name, path, label in tabs)
    return (
        '<header class="yj-top"><div class="yj-top__in">'
        f'<a class="yj-brand" href="{site.base}/"><span class="yj-brand__name">{texts.BRAND}</span>'
        f'<span class="yj-badge">{words.DESK}</span></a><nav class="yj-nav" aria-label="{texts.SITE_NAV}">'
        f'<button type="button" class="yj-size" aria-pressed="false">{texts.LARGE}</button>'
        f'<a href="{site.base}/">{texts.NAV_CHAT}</a></nav></div></header>\n'
        f'<nav class="yj-tabs" aria-label="{words.DESK_NAV}"><div class="yj-tabs__in">{links}</div></nav>'
    )


def _footer(site: Site) -> str:
    back = f'<a href="{site.base}/">{words.BACK}</a>'
    return f'<footer class="yj-end"><div class="yj-end__in"><span>{source_line(site)}</span>{looks()}{back}</div></footer>'
