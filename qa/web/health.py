"""Whether the service lives and whether it can answer; and what a phone needs to install the page."""

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from fastapi import APIRouter
from fastapi.responses import JSONResponse, PlainTextResponse

from qa.web import texts
from qa.web.assets import asset_url
from qa.web.contract import Probing, Service
from qa.web.page import Site

_FRESH = 5.0  # seconds for which the outcome of a trial question is believed
_PATIENT = 1.0  # seconds that who asks for it waits for the outcome
_STUCK = 30.0  # seconds after which a trial question without an answer counts as failed
_log = logging.getLogger("youju")


class Readiness:
    """Whether a question would be answered now, found out by answering one; never waits long, however busy the service is."""

    def __init__(self, service: Service, clock: Callable[[], float] = time.monotonic) -> None:
        self._service = service
        self._clock = clock
        self._thread: ThreadPoolExecutor | None = None  # of its own: the shared ones may all be busy with questions
        self._trial: Future[None] | None = None
        self._asked = 0.0  # when the last trial question was asked
        self._wrong = ""  # what was wrong with it

    async def why_not(self) -> str:
        """Why no question can be answered; "" when one can."""
        if not self._service.ready:
            return texts.READY_WARMING
        if not isinstance(self._service, Probing):
            return ""
        if self._trial is None and (self._wrong or self._clock() - self._asked > _FRESH or not self._asked):
            self._thread = self._thread or ThreadPoolExecutor(1, "probe")
            self._asked, self._trial = self._clock(), self._thread.submit(self._service.probe)
        if self._trial is not None:
            await asyncio.wait([asyncio.wrap_future(self._trial)], timeout=_PATIENT)
            self._judge(self._trial)
        return self._wrong

    def _judge(self, trial: Future[None]) -> None:
        if not trial.done():
            self._wrong = texts.READY_STUCK if self._clock() - self._asked > _STUCK else self._wrong
            return
        error = trial.exception()
        if error is not None and not self._wrong:
            _log.error("a trial question failed: %s", error)
        self._trial, self._wrong = None, texts.READY_BROKEN if error else ""


def router(service: Service, site: Site) -> APIRouter:
    """``/healthz``, ``/readyz``, ``/robots.txt``, ``/manifest.webmanifest``."""
    routes = APIRouter(include_in_schema=False)
    readiness = Readiness(service)

    @routes.api_route("/healthz", methods=["GET", "HEAD"])
    async def alive() -> JSONResponse:
        return JSONResponse({"status": "alive"}, headers={"Cache-Control": "no-store"})

    @routes.api_route("/readyz", methods=["GET", "HEAD"])
    async def ready() -> JSONResponse:
        why_not = await readiness.why_not()
        status, retry = (503, {"Retry-After": "5"}) if why_not else (200, {})
        return JSONResponse({"ready": not why_not, "why": why_not}, status_code=status, headers={"Cache-Control": "no-store"} | retry)

    @routes.get("/robots.txt")
    def robots() -> PlainTextResponse:
        return PlainTextResponse("User-agent: *\nDisallow: /api/\nDisallow: /*?q=\n")

    @routes.get("/manifest.webmanifest")
    def manifest() -> JSONResponse:
        return JSONResponse(_manifest(site), media_type="application/manifest+json", headers={"Cache-Control": "public, max-age=3600"})

    return routes


def _manifest(site: Site) -> dict[str, object]:
    icons = [("icon-192.png", "192x192", "any"), ("icon-512.png", "512x512", "any"), ("icon-maskable-512.png", "512x512", "maskable")]
    return {
        "name": texts.TITLE,
        "short_name": texts.BRAND,
        "description": texts.DESCRIPTION,
        "lang": "zh-CN",
        "start_url": f"{site.base}/",
        "scope": f"{site.base}/",
        "display": "standalone",
        "background_color": "#f1f3f1",
        "theme_color": "#1d4f91",
        "icons": [{"src": asset_url(site.base, name), "sizes": size, "type": "image/png", "purpose": use} for name, size, use in icons],
    }
