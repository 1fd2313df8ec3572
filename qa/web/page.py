"""The frame every page shares: head, header, footer, and the rules the browser must keep to."""

import base64
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fastapi.responses import HTMLResponse

from corpus.report import About
from qa.web import texts
from qa.web.assets import asset_url
from qa.web.html import text

# Runs before the first paint, so the chosen type size and theme never flash.
_EARLY = (
    'var d=document.documentElement;d.className="js";try{d.dataset.size=localStorage.getItem("yj-size")||"";'
    'var k=localStorage.getItem("yj-look");if(k)d.dataset.theme=k}catch(e){}'
    "var t=/[?&]__theme=(light|dark)/.exec(location.search);if(t)d.dataset.theme=t[1];"
)


_NAMED = 3  # reports that the footer names, each by its title


@dataclass(frozen=True, slots=True)
class Site:
    """What every page needs to know of where it is served and of which reports."""

    base: str  # path prefix behind a proxy, "" or "/youju"
    catalogue: Callable[[], tuple[About, ...]]  # the reports there are now, home's first, newest first, at least one
    frame_ancestors: str  # who may embed the chat, as CSP writes it
    staff: bool = False  # the staff desk is open
    max_question: int = 300  # characters

    @property
    def reports(self) -> tuple[About, ...]:
        """What the library holds now: those of the visitors' own publisher first, newest first."""
        return self.catalogue()

    @property
    def newest(self) -> About:
        """The report a page means when it names none: the newest of the visitors' own publisher."""
        return self.reports[0]

    @property
    def year(self) -> str:
        """2021年, or nothing when the reports are of several years or of none known."""
        years = {about.year for about in self.reports}
        return texts.YEAR.format(year=self.newest.year) if len(years) == 1 and self.newest.year else ""


@dataclass(frozen=True, slots=True)
class Page:
    """One page: what differs from the others."""

    title: str
    body: str  # HTML between header and end of body
    css: str = "site.css"
    script: str = ""  # bundle, "" for none
    here: str = ""  # "chat" or "report": the current entry of the header
    head: str = ""  # more HTML for the head, without inline scripts
    inline: tuple[str, ...] = ()  # inline scripts of the head, in order
    eval_allowed: bool = False  # the chat framework compiles its event handlers
    header: str = ""  # HTML of another header than the residents'


def render(page: Page, site: Site, status: int = 200, headers: dict[str, str] | None = None) -> HTMLResponse:
    """The whole page, with a content security policy that names its own inline scripts and nothing else."""
    inline = (_EARLY, *page.inline)
    body = _document(page, site, inline)
    policy = {"Content-Security-Policy": _policy(inline, site.frame_ancestors, eval_allowed=page.eval_allowed)}
    return HTMLResponse(body, status_code=status, headers={"Cache-Control": "no-cache"} | policy | (headers or {}))


def _policy(inline: Sequence[str], frame_ancestors: str, *, eval_allowed: bool) -> str:
    hashes = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()}'" for s in inline)
    scripts = f"script-src 'self' {hashes}" + (" 'unsafe-eval'" if eval_allowed else "")
    rest = "style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'"
    return f"default-src 'self'; {scripts}; {rest}; frame-ancestors {frame_ancestors}"


def _document(page: Page, site: Site, inline: Sequence[str]) -> str:
    scripts = "".join(f"<script>{script}</script>" for script in inline)
    ours = f'<script defer src="{asset_url(site.base, page.script)}"></script>' if page.script else ""
    return (
        f'<!doctype html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n<title>{text(page.title)}</title>\n{_META}'
        f'<meta name="description" content="{texts.DESCRIPTION}">\n{_icons(site.base)}\n'
        f'<link rel="stylesheet" href="{asset_url(site.base, page.css)}">\n{scripts}{ours}{page.head}\n</head>\n'
        f'<body class="yj-page">\n<a class="yj-skip" href="#main">{texts.SKIP}</a>\n{page.header or _header(page, site)}\n{page.body}\n'
        f"{_script_words(page, site)}</body>\n</html>\n"
    )


_META = (
    '<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">\n'
    '<meta name="color-scheme" content="light dark">\n<meta name="format-detection" content="telephone=no">\n'
    '<meta name="theme-color" media="(prefers-color-scheme: light)" content="#ffffff">\n'
    '<meta name="theme-color" media="(prefers-color-scheme: dark)" content="#1d2226">\n'
)


def _icons(base: str) -> str:
    return (
        f'<link rel="icon" href="{asset_url(base, "icon.svg")}" type="image/svg+xml">'
        f'<link rel="apple-touch-icon" href="{asset_url(base, "icon-180.png")}">'
        f'<link rel="manifest" href="{base}/manifest.webmanifest">'
    )


def _script_words(page: Page, site: Site) -> str:
    """The script's words and where it is; a data block, never run."""
    if not page.script:
        return ""
    data = {"base": site.base, "maxQuestion": site.max_question, "words": texts.SCRIPT}
    written = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
    return f'<script type="application/json" id="yj-data">{written}</script>\n'


def _header(page: Page, site: Site) -> str:
    def current(name: str) -> str:
        return ' aria-current="page"' if page.here == name else ""

    report = f"{site.base}/report/{site.newest.report_id}"
    return (
        '<header class="yj-top"><div class="yj-top__in">'
        f'<a class="yj-brand" href="{site.base}/"><span class="yj-brand__name">{texts.BRAND}</span>'
        f'<span class="yj-brand__of">{texts.BRAND_OF}</span></a>'
        f'<nav class="yj-nav" aria-label="{texts.SITE_NAV}">'
        f'<button type="button" class="yj-size" aria-pressed="false">{texts.LARGE}</button>'
        f'<a class="yj-nav__wide" href="{site.base}/"{current("chat")}>{texts.NAV_CHAT}</a>'
        f'<a href="{report}"{current("report")}>{texts.NAV_REPORT}</a></nav></div></header>'
    )


def footer(site: Site) -> str:
    """The line under every page that says where the answers come from."""
    door = f'<a href="{site.base}/check">{texts.STAFF_DOOR}</a>'
    return f'<footer class="yj-end"><div class="yj-end__in"><span>{source_line(site)}</span>{looks()}{door}</div></footer>'


def source_line(site: Site) -> str:
    """Of which reports the answers are made; of many, the newest and how many there are."""
    few = len(site.reports) <= _NAMED
    titles = "".join(f"《{text(about.title)}》" for about in site.reports[: _NAMED if few else 1])
    return texts.SOURCE_LINE.format(titles=titles + ("" if few else texts.SOURCE_MORE.format(count=len(site.reports))))


def looks() -> str:
    """The switch of colours; hidden where no script could work it."""
    choices = ((look, name) for look, name in texts.LOOKS.items())
    buttons = "".join(f'<button type="button" data-look="{look}" aria-pressed="false">{name}</button>' for look, name in choices)
    return f'<div class="yj-looks" role="group" aria-label="{texts.LOOK}">{buttons}</div>'


def message_page(site: Site, status: int, title: str, says: str) -> HTMLResponse:
    """A page that only says something: not found, out of order."""
    home = f'<div class="yj-btns yj-message__b"><a class="yj-btn yj-btn--main" href="{site.base}/">{texts.HOME}</a></div>'
    body = (
        f'<main class="yj-main yj-message" id="main"><h1 class="yj-h1">{text(title)}</h1><p class="yj-lede">{text(says)}</p>{home}</main>'
    )
    return render(Page(title=f"{title} · {texts.BRAND}", body=body + footer(site), script="site.js"), site, status)
