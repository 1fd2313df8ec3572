"""What a phone keeps for when there is no network: a page that says so, and the service worker that shows it.

The worker never answers a question. It falls back on what it kept only when the network fails, and says that it did.
"""

import hashlib
import json
from pathlib import Path

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from qa.web import texts
from qa.web.assets import asset_url
from qa.web.html import icon
from qa.web.page import Page, Site, footer, render

_WORKER = (Path(__file__).parent / "static" / "worker.js").read_text(encoding="utf-8")
_KEPT = ("report.css", "offline.css", "offline.js", "report.js", "icon.svg")


def router(site: Site) -> APIRouter:
    """``/offline`` and ``/sw.js``."""
    routes = APIRouter(include_in_schema=False)

    @routes.api_route("/offline", methods=["GET", "HEAD"])
    def offline() -> HTMLResponse:
        return render(_page(site), site)

    @routes.get("/sw.js")
    def worker() -> Response:
        headers = {"Cache-Control": "no-cache", "Content-Security-Policy": "default-src 'none'; script-src 'self'; connect-src 'self'"}
        return Response(_script(site), media_type="text/javascript; charset=utf-8", headers=headers)

    return routes


def _page(site: Site) -> Page:
    body = (
        f'<main class="yj-main" id="main"><h1 class="yj-h1">{texts.OFFLINE}</h1><p class="yj-lede">{texts.OFFLINE_SAYS}</p>'
        f'<div class="yj-btns yj-message__b"><button type="button" class="yj-btn yj-btn--main" id="yj-retry">{texts.AGAIN}</button></div>'
        f'<section id="yj-read" class="yj-kept" hidden><h2 class="yj-h2">{texts.OFFLINE_READ}</h2><ul></ul></section>'
        f'<section id="yj-kept" class="yj-kept" hidden><h2 class="yj-h2">{texts.OFFLINE_TALK}</h2></section></main>'
    )
    return Page(f"{texts.OFFLINE} · {texts.BRAND}", body + footer(site), css="offline.css", script="offline.js")


def _script(site: Site) -> str:
    page = f"{site.base}/offline"
    shell = [page, *(asset_url(site.base, name) for name in _KEPT)]
    notice = f'<div class="yj-note yj-note--kept" role="status">{icon("offline")}<div class="yj-note__b">{texts.OFFLINE_REPORT}</div></div>'
    version = hashlib.sha256("\n".join([_WORKER, bytes(render(_page(site), site).body).decode(), *shell]).encode()).hexdigest()[:12]
    given = {"base": site.base, "offline": page, "shell": shell, "notice": notice, "version": version}
    return _WORKER.replace("/*given*/ null", json.dumps(given, ensure_ascii=False).replace("<", "\\u003c"))
