"""ASGI layers around the application: what passes to Gradio, how much may be sent, and the headers on every answer."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Collection, Mapping, MutableMapping, Sequence
from contextlib import ExitStack
from typing import Any
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Match

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Refusal = Callable[..., Response]  # scope, status, and for 413 the bytes that would do

# All that the conversation needs of Gradio. Its calls, uploads, files, proxies, logins and monitoring are not served.
_GRADIO = re.compile(r"/(assets/.{1,200}|static/.{1,200}|theme\.css|gradio_api/(theme\.css|heartbeat/[a-z0-9]{1,40}))")
_IMMUTABLE = re.compile(r"/assets/.+-[\w-]{8}\.(js|css|svg|woff2)$")
_FOREVER = b"public, max-age=31536000, immutable"
_PATIENCE = 20.0  # seconds that the shortest body may take
_SLOWEST = 50_000  # bytes a second that a longer one has to come in
_PIECE = 64 * 1024  # bytes of a body that are handed on at once; taking a form apart is work that the event loop does itself
_WITH_FILES = b"multipart/form-data"
_DESK = re.compile(r"/staff(/|$)")
_FRAMES = re.compile(rb"frame-ancestors [^;]*")
_UNKEPT = (b"cache-control", b"no-store")
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
]


def route_path(scope: Scope) -> str:
    """The path without the prefix that a proxy put in front."""
    path, prefix = str(scope["path"]), str(scope.get("root_path", ""))
    return path[len(prefix) :] if prefix and path.startswith(f"{prefix}/") else path


class Prefix:
    """Says which part of the path is a proxy's, whether or not the proxy takes it off before passing on."""

    def __init__(self, app: App, base: str) -> None:
        self._app = app
        self._base = base

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on."""
        await self._app({**scope, "root_path": self._base} if self._base else scope, receive, send)


class Hosts:
    """Answers to the names that it goes by, and to those of the machine itself; another site's name may have been led here."""

    def __init__(self, app: App, refusal: Refusal, names: Collection[str]) -> None:
        """``names`` in lower case; none of them: it goes by any."""
        self._app = app
        self._refusal = refusal
        self._names = {*names, *_LOOPBACK} if names else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on or refuse."""
        if self._names is None or scope["type"] != "http" or host_name(scope) in self._names:
            await self._app(scope, receive, send)
        else:
            await self._refusal(scope, 421)(scope, receive, send)


def host_name(scope: Scope) -> str:
    """The name in the Host header, without the port.

    >>> [host_name({"headers": [(b"host", host)]}) for host in (b"A.cn:7860", b"[::1]:80", b"127.0.0.1")]
    ['a.cn', '[::1]', '127.0.0.1']
    """
    headers: dict[bytes, bytes] = dict(scope["headers"])
    written = headers.get(b"host", b"").decode("latin-1").lower()
    return written[: written.find("]") + 1] if written.startswith("[") else written.partition(":")[0]


class NoSlash:
    """Leads from an address with slashes at its end to the one without. starlette's own way there would name the Host header's site."""

    def __init__(self, app: App, routes: Sequence[BaseRoute], base: str) -> None:
        """``routes`` that there are, ``app`` for what is none of them with or without slashes."""
        self._app = app
        self._routes = routes
        self._base = base

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lead on or pass on."""
        path = route_path(scope) if scope["type"] == "http" else ""
        bare = path.rstrip("/")
        if bare == path or not self._is_route({**scope, "path": self._base + bare}):
            await self._app(scope, receive, send)
            return
        query = scope.get("query_string", b"").decode("latin-1")
        await RedirectResponse(self._base + quote(bare) + (f"?{query}" if query else ""))(scope, receive, send)

    def _is_route(self, scope: Scope) -> bool:
        return any(route.matches(scope)[0] is not Match.NONE for route in self._routes)


class GradioGate:
    """Lets through what the conversation needs and says 404 to the rest."""

    def __init__(self, gradio: Callable[[], Awaitable[App | None]], refusal: Refusal) -> None:
        """``gradio`` waits for its application, which may still be loading; None when it does not come."""
        self._gradio = gradio
        self._refusal = refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on or refuse."""
        if scope["type"] == "http" and _GRADIO.fullmatch(route_path(scope)):
            app = await self._gradio()
            await (app or self._refusal(scope, 503))(scope, receive, send)
        elif scope["type"] == "http":
            await self._refusal(scope, 404)(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})


class Headers:
    """The headers every response carries, unless it says otherwise itself; and those of the desk, which nothing under it may lack."""

    def __init__(self, app: App, frame_ancestors: str) -> None:
        self._app = app
        policy = f"default-src 'none'; frame-ancestors {frame_ancestors}".encode()
        self._always = [*_HEADERS, (b"content-security-policy", policy)]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add what is missing."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        kept = bool(_IMMUTABLE.search(scope["path"]))
        desk = bool(_DESK.match(route_path(scope)))

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] != 304:  # a 304 would overwrite the kept page's own
                completed = self._completed(list(message.get("headers", [])), kept=kept and message["status"] == 200)
                message["headers"] = _for_staff(completed) if desk else completed
            await send(message)

        await self._app(scope, receive, with_headers)

    def _completed(self, headers: list[tuple[bytes, bytes]], *, kept: bool) -> list[tuple[bytes, bytes]]:
        have = {name.lower() for name, _ in headers}
        if kept and b"cache-control" not in have:
            headers.append((b"cache-control", _FOREVER))
        return [*headers, *((name, value) for name, value in self._always if name not in have)]


def _for_staff(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """What is of the desk nobody frames and nothing keeps: pages, files to take away, and what is not there."""
    rest = [(name.lower(), value) for name, value in headers if name.lower() != b"cache-control"]
    policies = b"content-security-policy"
    return [(name, _FRAMES.sub(b"frame-ancestors 'none'", value) if name == policies else value) for name, value in rest] + [_UNKEPT]


class BodyLimit:
    """Refuses request bodies that are too long, whether or not their length was announced, too slow, or too many at once."""

    def __init__(
        self, app: App, refusal: Refusal, most: int, uploads: Mapping[str, int] | None = None, together: int = 64 * 1024 * 1024
    ) -> None:
        """What is taken.

        Args:
            app: what comes after.
            refusal: the response that says a status.
            most: bytes of one body.
            uploads: paths that take more where a form with files is sent, and how many bytes.
            together: bytes that all bodies may come to which are being read, or wait to be taken by what comes after.
        """
        self._app = app
        self._refusal = refusal
        self._most = most
        self._uploads = dict(uploads or {})
        self._free = together

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body first, as far as it may go; then hand it on."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        with_files = headers.get(b"content-type", b"").lower().startswith(_WITH_FILES)
        most = self._uploads.get(route_path(scope), self._most) if with_files else self._most
        announced = headers.get(b"content-length", b"")
        expected = int(announced[:20]) if announced.isdigit() else most
        if expected > most:
            await self._refusal(scope, 413, most)(scope, receive, send)
        elif expected > self._free:
            await self._refusal(scope, 503)(scope, receive, send)
        else:
            await self._take(scope, receive, send, most, expected)

    async def _take(self, scope: Scope, receive: Receive, send: Send, most: int, expected: int) -> None:
        with ExitStack() as room:
            self._free -= expected
            room.callback(self._give_back, expected)
            try:
                async with asyncio.timeout(_PATIENCE + expected / _SLOWEST):
                    again = _replay(await self._read(receive, most), receive, room.close)
            except TimeoutError:
                await self._refusal(scope, 408)(scope, receive, send)
            except _TooMuch:
                await self._refusal(scope, 413, most)(scope, receive, send)
            else:
                await self._app(scope, again, send)

    def _give_back(self, room: int) -> None:
        self._free += room

    @staticmethod
    async def _read(receive: Receive, most: int) -> bytearray:
        """The whole body.

        Raises:
            _TooMuch: it is too long, or the client has left.
        """
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise _TooMuch
            body += message.get("body", b"")
            if len(body) > most:
                raise _TooMuch
            if not message.get("more_body", False):
                return body


class _TooMuch(Exception):
    """A body cannot be taken."""


def _replay(body: bytearray, receive: Receive, gone: Callable[[], None]) -> Receive:
    """Hand a body on piece by piece, others having their turn in between; ``gone`` is told when nothing of it is kept any more."""
    left: bytearray | None = body

    async def again() -> Message:
        nonlocal left
        if left is None:
            return await receive()
        await asyncio.sleep(0)
        piece = bytes(left[:_PIECE])
        del left[:_PIECE]  # moves nothing: what is left begins further on
        if left:
            return {"type": "http.request", "body": piece, "more_body": True}
        left = None
        gone()
        return {"type": "http.request", "body": piece, "more_body": False}

    return again
