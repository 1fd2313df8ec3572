"""The web application, put together: pages, REST, the chat, and what stands around them."""

import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import Depends, FastAPI
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response

from corpus.library import newest_first
from corpus.report import About
from qa.log import Log
from qa.publishers import publisher_key
from qa.service import Service as FullService
from qa.settings import Settings, host_names, networks
from qa.web import (
    api,
    assets,
    chat,
    check_page,
    figures_page,
    health,
    offline,
    problems,
    report_page,
    staff_page,
    texts,
    years_page,
)
from qa.web.asking import Asking
from qa.web.contract import Checking, Service
from qa.web.described import DescribedApp
from qa.web.framework import Framework
from qa.web.gate import BodyLimit, GradioGate, Headers, Hosts, NoSlash, Prefix, Refusal, Scope, route_path
from qa.web.html import sized
from qa.web.ledger import Ledger
from qa.web.limit import Limits, paced
from qa.web.line import Lines
from qa.web.metrics import Metrics, look_at
from qa.web.metrics import router as metrics_router
from qa.web.observe import Observed
from qa.web.page import Site, message_page
from qa.web.visitor import Proxies

if TYPE_CHECKING:
    from qa.web.assistant import Endpoint

_BYTES_PER_CHARACTER = 12  # of a draft, as JSON with every character escaped twice over
_LEAST_BODY = 64 * 1024  # bytes


def create_app(
    service: Service,
    settings: Settings,
    log: Log | None = None,
    ledger: Ledger | None = None,
    metrics: Metrics | None = None,
    framework: Framework | None = None,
) -> FastAPI:
    """The application that answers every request.

    Args:
        service: answers questions; it may still be warming.
        settings: the settings in force.
        log: what was asked, for the staff desk; None when it is not kept.
        ledger: what all server processes have to know of visitors; None for one process, in memory.
        metrics: where to count, when the service counts there too; None for new ones.
        framework: the chat framework, when it is loaded later; None to load it now.

    Raises:
        ReportError: there is no report to serve.
    """
    service.reports()  # none: better said now than to the first visitor
    site = _site(service, settings)
    ledger = ledger or Ledger()
    metrics = metrics or Metrics()
    look = look_at(service, metrics)
    limits = Limits.of(settings, ledger)
    lines = Lines.of(settings.queue, metrics.waiting.set)
    asking = Asking(service, site, limits.ask, lines.ask)
    if framework is None:
        framework = Framework(site.base)
        framework.load()
    endpoint = _endpoint(service, settings, limits, lines)
    observed = Middleware(Observed, metrics=metrics, look=look, style=settings.requests, say=_say)
    app = _empty(site, _lifespan_of(framework, endpoint), _layers(site, settings, observed))
    for routes in (
        assets.router(),
        health.router(service, site),
        offline.router(site),
        metrics_router(metrics, settings.metrics, look),
        api.router(service, limits, lines, settings.max_draft),
        report_page.router(service, site),
        chat.router(framework, asking, site, service),
    ):
        app.include_router(routes)
    slowly = [Depends(paced(limits.read))]
    app.include_router(figures_page.router(service, site), dependencies=slowly)
    if isinstance(service, FullService):
        app.include_router(years_page.router(service, site), dependencies=slowly)
    if isinstance(service, Checking):
        app.include_router(check_page.router(service, site, limits.check, lines.check, settings.max_draft))
    if settings.staff_password and isinstance(service, FullService):
        desk = staff_page.Desk(service, site, log, settings.staff_password, settings.state, ledger, limits, lines.desk)
        app.include_router(staff_page.router(desk))
    if endpoint is not None:
        app.router.routes.append(endpoint.route())
        framework.streams.append(endpoint.stopping)
    app.state.streams = framework.streams
    app.router.default = NoSlash(GradioGate(framework.awaited, _refusal(site)), app.router.routes, site.base)
    return app


def _empty(site: Site, lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]], layers: list[Middleware]) -> FastAPI:
    """An application without pages, that says what goes wrong in our own words."""
    app = DescribedApp(
        title=texts.API_TITLE,
        description=texts.API_SAYS,
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        redirect_slashes=False,
        servers=[{"url": site.base}] if site.base else None,
        lifespan=lifespan,
        middleware=layers,
    )
    problems.install(app, site)
    return app


def _site(service: Service, settings: Settings) -> Site:
    def catalogue() -> tuple[About, ...]:
        own = publisher_key(service.home().about)
        abouts = [report.about for report in newest_first(service.reports())]
        return tuple(sorted(abouts, key=lambda about: publisher_key(about) != own))

    return Site(
        base=settings.root_path,
        catalogue=catalogue,
        frame_ancestors=settings.frame_ancestors,
        staff=bool(settings.staff_password),
        max_question=settings.max_question,
    )


def _layers(site: Site, settings: Settings, observed: Middleware) -> list[Middleware]:
    most = max(_LEAST_BODY, settings.max_draft * _BYTES_PER_CHARACTER)
    return [
        Middleware(Proxies, trusted=networks(settings.proxies)),
        observed,  # it sees who asks, and all that the layers below answer
        Middleware(Prefix, base=site.base),
        Middleware(Headers, frame_ancestors=site.frame_ancestors),
        Middleware(Hosts, refusal=_refusal(site), names=host_names(settings.hosts)),
        Middleware(BodyLimit, refusal=_refusal(site), most=most, uploads=_uploads(settings)),
        Middleware(GZipMiddleware, minimum_size=600),
    ]


def _uploads(settings: Settings) -> dict[str, int]:
    """Paths that take files, and how many bytes; those of the desk only where there is one."""
    return {check_page.PATH: check_page.LARGEST_POST} | (staff_page.UPLOADS if settings.staff_password else {})


def _endpoint(service: Service, settings: Settings, limits: Limits, lines: Lines) -> "Endpoint | None":
    """Where assistants ask, if the settings open it; what it needs is loaded only then."""
    if settings.mcp == "off" or not isinstance(service, FullService):
        return None
    from qa.web.assistant import Endpoint, server_of

    return Endpoint(server_of(service, lines, settings.max_draft), limits.ask)


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


def _lifespan_of(framework: Framework, endpoint: "Endpoint | None") -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Start and stop the chat framework, and the endpoint for assistants, with the application; mounted ones would not be."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(framework.lifespan())
            if endpoint is not None:
                await stack.enter_async_context(endpoint.sessions.run())
            yield

    return lifespan


def _refusal(site: Site) -> Refusal:
    """What says a status, and how many bytes would do, before any route has been found: to a program or to a person."""

    def respond(scope: Scope, status: int, most: int = 0) -> Response:
        headers = {"Retry-After": "10"} if status == 503 else {}
        says = texts.NOT_FOUND_SAYS if status == 404 else texts.REFUSED_SAYS[status].format(most=sized(most))
        if route_path(scope).startswith("/api/"):
            return problems.problem(status, says if status == 413 else "", headers=headers)
        response = message_page(site, status, texts.NOT_FOUND if status == 404 else texts.PROBLEMS[status], says)
        response.headers.update(headers)
        return response

    return respond
