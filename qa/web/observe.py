"""Looks on while requests are answered: counts them, times them, and writes one line about each. It changes nothing.

A line never holds what the visitor typed (no query, no body, no path beyond the kind of page), and of the address only its network.
"""

import json
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from qa.log import CHINA
from qa.records import Answer
from qa.web.gate import App, Message, Receive, Scope, Send, route_path
from qa.web.metrics import Metrics
from qa.web.visitor import network_of

_QUIET = ("/healthz", "/readyz", "/metrics", "file")  # no line about these, unless something was wrong
_PAGES = ("/", "/mcp", "/offline", "/check", "/figures", "/chat/answer", "/healthz", "/readyz", "/metrics")
_API = ("ask", "check", "figures", "reports", "feedback", "openapi.json")
_FILES = ("web", "sw.js", "assets", "static", "theme.css", "robots.txt", "manifest.webmanifest", "favicon.ico")
_METHODS = ("GET", "HEAD", "POST")


@dataclass(slots=True)
class Seen:
    """What was noticed of one request."""

    outcome: str = ""  # "answered" or "refused", "" when nothing was asked
    reason: str = ""
    kind: str = ""


_now: ContextVar[Seen | None] = ContextVar("seen", default=None)


def heard(answer: Answer) -> None:
    """An answer was given, in the request that is being answered."""
    seen = _now.get()
    if seen is not None:
        seen.outcome, seen.reason, seen.kind = ("answered" if answer.answered else "refused"), answer.reason or "", answer.kind


class Observed:
    """The application, looked at."""

    def __init__(self, app: App, metrics: Metrics, look: Callable[[], None], style: str, say: Callable[[str], None]) -> None:
        """Wrap an application.

        Args:
            app: what answers.
            metrics: where to count.
            look: brings those numbers up to date that are states, after a request.
            style: of the lines: "json", "plain", or "off".
            say: takes one line.
        """
        self._app = app
        self._metrics = metrics
        self._look = look
        self._line = {"json": _json_line, "plain": _plain_line}.get(style)
        self._say = say

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and look."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, size, seen, started = 0, 0, Seen(), time.perf_counter()
        token = _now.set(seen)

        async def watched(message: Message) -> None:
            nonlocal status, size
            status = message.get("status", status)
            size += len(message.get("body", b""))
            await send(message)

        self._metrics.in_flight.inc()
        try:
            await self._app(scope, receive, watched)
        finally:
            _now.reset(token)
            self._metrics.in_flight.dec()
            self._done(scope, status or 500, size, time.perf_counter() - started, seen)

    def _done(self, scope: Scope, status: int, size: int, seconds: float, seen: Seen) -> None:
        route = route_name(route_path(scope))
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._metrics.requests.labels(route, method, str(status)).inc()
        self._metrics.durations.labels(route).observe(seconds)
        self._look()
        if self._line is not None and (route not in _QUIET or status >= 400):
            client = scope.get("client")
            fields = {"method": method, "route": route, "status": status, "ms": round(seconds * 1000, 1), "bytes": size}
            answered = {name: value for name in ("outcome", "reason", "kind") if (value := getattr(seen, name))}
            self._say(self._line({**fields, **answered, "network": network_of(client[0] if client else "")}))


def route_name(path: str) -> str:
    """The kind of page a path leads to; never a visitor's words.

    >>> route_name("/report/yanji-2021"), route_name("/api/v1/ask"), route_name("/assets/a.js"), route_name("/wp-login.php")
    ('/report/', '/api/v1/ask', 'file', 'other')
    """
    first, _, rest = path[1:].partition("/")
    if path in _PAGES:
        return path
    if first == "api":
        name = rest.removeprefix("v1/")
        return f"/api/v1/{name}" if name in _API else "other"
    if first in ("report", "staff"):
        return f"/{first}/"
    if first in _FILES or path.startswith("/gradio_api/theme"):
        return "file"
    return "/gradio_api/heartbeat/" if path.startswith("/gradio_api/heartbeat/") else "other"


def _json_line(fields: dict[str, Any]) -> str:
    at = datetime.now(CHINA).isoformat(timespec="milliseconds")
    return json.dumps({"at": at, "event": "request", "id": uuid4().hex[:12], **fields}, ensure_ascii=False)


def _plain_line(fields: dict[str, Any]) -> str:
    at = datetime.now(CHINA).strftime("%H:%M:%S")
    answered = " ".join(str(fields[name]) for name in ("outcome", "reason", "kind") if name in fields)
    return f"{at} {fields['status']} {fields['method']} {fields['route']} {fields['ms']:.0f} ms {answered}".rstrip()
