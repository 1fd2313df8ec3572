"""ASGI layers around the application: what passes to Gradio, how much may be sent, and the headers on every answer."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from starlette.responses import Response

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


class GradioGate:
    """Lets through what the conversation needs and says 404 to the rest."""

    def __init__(self, gradio: App, refusal: Refusal) -> None:
        self._gradio = gradio
        self._refusal = refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on or refuse."""
        if scope["type"] == "http" and _GRADIO.fullmatch(route_path(scope)):
            await self._gradio(scope, receive, send)
        elif scope["type"] == "http":
            await self._refusal(scope, 404)(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})


class Headers:
    """The headers every response carries, unless it says otherwise itself."""

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

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] != 304:  # a 304 would overwrite the kept page's own
                message["headers"] = self._completed(list(message.get("headers", [])), kept=kept and message["status"] == 200)
            await send(message)

        await self._app(scope, receive, with_headers)

    def _completed(self, headers: list[tuple[bytes, bytes]], *, kept: bool) -> list[tuple[bytes, bytes]]:
        have = {name.lower() for name, _ in headers}
        if kept and b"cache-control" not in have:
            headers.append((b"cache-control", _FOREVER))
        return [*headers, *((name, value) for name, value in self._always if name not in have)]


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
            uploads: paths that take more, and how many bytes.
            together: bytes that all bodies which are being read may come to.
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
        most = self._uploads.get(route_path(scope), self._most)
        announced = dict(scope["headers"]).get(b"content-length", b"")
        expected = int(announced[:20]) if announced.isdigit() else most
        if expected > most:
            await self._refusal(scope, 413, most)(scope, receive, send)
        elif expected > self._free:
            await self._refusal(scope, 503)(scope, receive, send)
        else:
            await self._take(scope, receive, send, most, expected)

    async def _take(self, scope: Scope, receive: Receive, send: Send, most: int, expected: int) -> None:
        self._free -= expected
        try:
            async with asyncio.timeout(_PATIENCE + expected / _SLOWEST):
                body = await self._read(receive, most)
        except TimeoutError:
            await self._refusal(scope, 408)(scope, receive, send)
            return
        finally:
            self._free += expected
        if body is None:
            await self._refusal(scope, 413, most)(scope, receive, send)
            return
        await self._app(scope, _replay(body, receive), send)

    @staticmethod
    async def _read(receive: Receive, most: int) -> bytes | None:
        """The whole body; None when it is too long, or the client has left."""
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            body += message.get("body", b"")
            if len(body) > most:
                return None
            if not message.get("more_body", False):
                return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def again() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
