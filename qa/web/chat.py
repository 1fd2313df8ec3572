"""``/``: the chat. A Gradio conversation inside a page of our own.

The page itself (welcome, ask bar, header) is plain HTML that works before Gradio has loaded and without any script:
``/?q=`` is answered on the server. Gradio shows the running conversation; of its own page we keep its configuration and
its two files, nothing else.
"""

import re
from collections.abc import Sequence
from html import escape

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from corpus.report import Report
from qa.web import texts
from qa.web.asking import Asking
from qa.web.capture import ORIGIN, capture
from qa.web.contract import Service
from qa.web.framework import Framework
from qa.web.html import ask_link, icon, text
from qa.web.line import Busy
from qa.web.page import Page, Site, footer, render
from qa.web.picker import picker_html
from qa.web.render import question_html
from qa.web.report_html import anchors, outside_link
from qa.web.visitor import visitor_of

_SCRIPT = re.compile(r"<script>(window\.gradio_config = .*?)</script>", re.DOTALL)
_SECOND = re.compile(r"<script>(window\.gradio_api_info = .*?)</script>", re.DOTALL)
_MODULE = re.compile(r'<script type="module" crossorigin src="\./([^"]+)"></script>')
_STYLES = re.compile(r'<link rel="stylesheet" crossorigin href="\./([^"]+)">')
class Asked(BaseModel):
    """A question of the running conversation, with the earlier ones, oldest first."""

    question: str = Field(max_length=20_000)
    history: list[str] = Field(default=[], max_length=50)
    report: str = Field(default="", max_length=64)  # where to look, as the picker writes it
    ticket: str = Field(default="", max_length=64)  # of the place in line that was told before


def router(framework: Framework, asking: Asking, site: Site, service: Service) -> APIRouter:
    """The chat page."""
    routes = APIRouter(include_in_schema=False)

    @routes.api_route("/", methods=["GET", "HEAD"])
    async def home(request: Request, q: str = "", after: str = "", report: str = "") -> Response:
        ready = asking.ready
        before = [after] if after.strip() else []
        turn, wait = "", texts.WARMING if not ready else ""
        if q.strip() and ready:
            try:
                turn = await _turn(asking, q, before, visitor_of(request), report)
            except Busy as busy:
                wait = texts.PLACE_IN_LINE.format(count=busy.ahead)
        head, talk, inline = await _framework(framework, request, site)
        head += _waiting(q, wait)
        newest = service.report(site.newest.report_id)
        bar = _bar(site, "" if turn else escape(q.strip()), report, wait)
        body = _body(site, newest, asking.topics, turn, talk) + bar
        page = Page(texts.TITLE, body, "chat.css", "chat.js", "chat", head, inline, eval_allowed=bool(inline))
        return render(page, site)

    @routes.post("/chat/answer")
    async def answer(request: Request, asked: Asked) -> HTMLResponse:
        html = await asking.html(asked.question, asked.history, visitor_of(request), asked.report, asked.ticket)
        return HTMLResponse(html, headers={"Cache-Control": "no-store"})

    return routes


async def _framework(framework: Framework, request: Request, site: Site) -> tuple[str, str, tuple[str, ...]]:
    """What goes into the head, what into the talk, and the inline scripts; while Gradio is not there, the page's script draws the talk."""
    if framework.app is None:
        return "", "<gradio-app></gradio-app>", ()
    config, api_info, module, styles = _parts(await capture(framework.app, request.scope), site.base)
    talk = f'<gradio-app control_page_title="false" embed="false" eager="true" data-styles="{site.base}/{styles}"></gradio-app>'
    return f'<script type="module" src="{site.base}/{module}"></script>', talk, (config, api_info)


def _parts(html: str, base: str) -> tuple[str, str, str, str]:
    """What we keep of Gradio's page: its configuration, its description of events, its module and its styles.

    The address in it becomes a path, which Gradio's script takes from where the page was opened.
    """
    here = html.replace(f'"{ORIGIN}{base}"', f'"{base or "/"}"')
    found = [pattern.search(here) for pattern in (_SCRIPT, _SECOND, _MODULE, _STYLES)]
    if not all(found) or ORIGIN in here:
        raise RuntimeError("Gradio's page has changed its form; see the versions in requirements.txt")
    config, api_info, module, styles = (match.group(1) for match in found if match)
    return config, api_info, module, styles


def _waiting(question: str, wait: str) -> str:
    """Without a script the page asks again by itself until there is an answer."""
    return '<noscript><meta http-equiv="refresh" content="3"></noscript>' if question.strip() and wait else ""


async def _turn(asking: Asking, question: str, before: Sequence[str], client: str, chosen: str) -> str:
    answer = await asking.html(question, before, client, chosen)
    return f'<article class="yj-turn" id="yj-first"><div class="yj-ask">{question_html(question)}</div>{answer}</article>'


def _body(site: Site, newest: Report, topics: Sequence[tuple[str, str]], turn: str, talk: str) -> str:
    asked = " yj-asked" if turn else ""  # an answer comes before the welcome where both do not fit
    return (
        f'<main class="yj-main" id="main"><div class="yj-chat"><div>'
        f'<div class="yj-log{asked}" id="yj-log" role="log" aria-label="{texts.LOG}">{_welcome(site, topics)}{turn}{talk}</div>'
        f'<div class="yj-clear" hidden><button type="button" class="yj-act yj-do-clear">{icon("close")}{texts.CLEAR}</button></div></div>'
        f"{_rail(site, newest)}</div></main>{footer(site)}"
    )


def _welcome(site: Site, topics: Sequence[tuple[str, str]]) -> str:
    rows = "".join(
        f'<li><a class="yj-topic" href="{ask_link(site.base, question)}"><span class="yj-topic__k">{text(topic)}</span>'
        f'<span class="yj-topic__q">{text(question)}</span>{icon("chev")}</a></li>'
        for topic, question in topics
    )
    asks = f'<h2 class="yj-topics__t">{texts.TOPICS}</h2><ul class="yj-topics">{rows}</ul>' if rows else ""
    return (
        '<section class="yj-welcome" aria-labelledby="hi">'
        f'<h1 class="yj-h1" id="hi">{texts.WELCOME}</h1><p class="yj-lede">{texts.LEDE.format(year=site.year)}</p>{_KEY}{asks}</section>'
    )


_KEY = (
    '<ul class="yj-key">'
    f'<li><span class="yj-key__s yj-key__s--paper" aria-hidden="true">{texts.KEY_PAPER}</span><span>{texts.KEY_PAPER_SAYS}</span></li>'
    f'<li><span class="yj-key__s" aria-hidden="true"><mark class="yj-mark">{texts.KEY_MARK}</mark></span>'
    f"<span>{texts.KEY_MARK_SAYS}</span></li>"
    f'<li><span class="yj-key__s yj-key__s--nil" aria-hidden="true">{texts.KEY_NIL}</span><span>{texts.KEY_NIL_SAYS}</span></li></ul>'
)


def _rail(site: Site, newest: Report) -> str:
    about = newest.about
    report = f"{site.base}/report/{about.report_id}"
    outside = outside_link(newest)
    link = f'<li><a href="{escape(outside[0])}" rel="noopener">{outside[1]}</a></li>' if outside else ""
    names = anchors(newest)
    parts = "".join(f'<li><a href="{report}#{names[s.start]}">{text(s.heading)}</a></li>' for s in newest.sections if s.level == 1)
    published = f'<p class="yj-small">{about.published.isoformat()}</p>' if about.published else ""
    table = f'<div class="yj-rail__b"><p class="yj-rail__t">{texts.RAIL_CONTENTS}</p><ul>{parts}</ul></div>' if parts else ""
    return (
        f'<aside class="yj-rail" aria-label="{texts.RAIL}"><div class="yj-rail__b"><p class="yj-rail__t">'
        f"{texts.RAIL_ONLY if len(site.reports) == 1 else texts.RAIL_MANY}</p>"
        f'<p class="yj-rail__h">{text(about.title)}</p>{published}'
        f'<ul><li><a href="{report}">{texts.RAIL_FULL}</a></li>{link}</ul></div>{table}</aside>'
    )


def _bar(site: Site, pending: str, chosen: str, wait: str) -> str:
    line = f'<p class="yj-wait" id="yj-warming" role="status"><span class="yj-wait__b"></span>{wait}</p>'
    warming = line if wait else ""
    return (
        f'<form class="yj-bar" role="search" aria-label="{texts.ASK_FORM}" action="{site.base}/" method="get">'
        f'<div id="yj-notices">{warming}</div>{picker_html(site.reports, chosen)}<div class="yj-bar__in"><label class="yj-hide" for="q">{texts.ASK_LABEL}</label>'
        f'<textarea class="yj-input" id="q" name="q" rows="1" placeholder="{texts.ASK_HINT}" enterkeyhint="send" autocomplete="off">'
        f"{pending}</textarea>"
        f'<button class="yj-btn yj-btn--main">{texts.ASK}</button><span class="yj-bar__s">{texts.PROMISE}</span></div>'
        '<p class="yj-bar__n" id="yj-wrong" role="alert"></p></form>'
    )
