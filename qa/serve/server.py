"""uvicorn, made to stop well: a request that has begun is answered, and nothing keeps the process for ever."""

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Awaitable, Callable, Generator, MutableMapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, cast

import uvicorn

from qa.web.slow import MOST, PromptProtocol

GRACE = 15  # seconds that requests in flight are given when we stop
_DRAIN = 0.5  # seconds in which lines that were just opened may still send their request
_AFTER = 3  # seconds after the grace, when the process ends whatever its threads do
_IDLE = 30  # seconds that a line is kept open for the next question; shorter ones are closed just when people ask again
_AT_ONCE = 4  # connections that one process takes in a row; the rest is left to its neighbours
_QUEUE = 1024  # connections that wait to be taken
_MOST_FILES = 65536  # that a process asks the system for
_OTHER_FILES = 200  # that are no connections: indexes, databases, files sent in
_LEAST = 50  # connections, however few files there may be

Message = MutableMapping[str, Any]
App = Callable[[MutableMapping[str, Any], Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]


def files() -> int:
    """How many files this process may hold, after asking for as many as it can have; many systems begin with 1,024, or 256."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return _MOST_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(OSError, ValueError):  # some systems give less than they say
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return _MOST_FILES if soft == resource.RLIM_INFINITY else soft


class Listener(socket.socket):
    """A listening socket that several processes share; its queue stays long however few connections each takes at once."""

    def listen(self, backlog: int = _QUEUE, /) -> None:
        """Listen; what the event loop asks for is how many connections it takes in a row, not how many may wait."""
        super().listen(max(backlog, _QUEUE))


class Server(uvicorn.Server):
    """Serves one application on one listener, until SIGTERM, SIGINT or SIGHUP; ``stop`` does the same from within."""

    def __init__(
        self, app: App, *, streams: Sequence[asyncio.Event] = (), started: Callable[[], None] | None = None, most: int = MOST
    ) -> None:
        """Configure, do not start.

        Args:
            app: what answers.
            streams: set when we stop; answers that would go on for ever end at them.
            started: told once, when connections are taken.
            most: connections held at once, as far as the system lets us have files for them.
        """
        most = min(most, max(_LEAST, files() - _OTHER_FILES))
        config = uvicorn.Config(
            self._closing(app),
            log_level="critical",
            access_log=False,
            server_header=False,
            http=cast(type[asyncio.Protocol], partial(PromptProtocol, most=most)),
            proxy_headers=False,  # the application reads them itself
            timeout_graceful_shutdown=GRACE,
            timeout_keep_alive=_IDLE,
            backlog=_AT_ONCE,
        )
        super().__init__(config)
        self._streams = streams
        self._told = started
        self._stopping = False

    def serve_on(self, listener: socket.socket) -> None:
        """Serve until told to stop."""
        self.run(sockets=[listener])

    def stop(self) -> None:
        """Stop as on SIGTERM."""
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Take connections."""
        await super().startup(sockets)
        if self._told is not None and not self.should_exit:
            self._told()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more connections, answer what has come, and go."""
        self._stopping = True
        for server in self.servers:
            server.close()
        last = threading.Timer(_DRAIN + GRACE + _AFTER, os._exit, (0,))
        last.daemon = True
        last.start()
        await asyncio.sleep(_DRAIN)
        for stream in self._streams:
            stream.set()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Stop on a signal, and do not raise it again afterwards: who stops as asked ends with status 0."""
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _closing(self, app: App) -> App:
        """The application, which asks for a new connection once we stop, and after a request of two lengths."""

        async def asked(scope: Any, receive: Any, send: Any) -> None:
            async def answered(message: Message) -> None:
                if message["type"] == "http.response.start" and (self._stopping or _has_two_lengths(scope)):
                    message["headers"] = [*message.get("headers", []), (b"connection", b"close")]
                await send(message)

            await app(scope, receive, answered if scope["type"] == "http" else send)

        return asked


def _has_two_lengths(scope: MutableMapping[str, Any]) -> bool:
    """Whether the end of a body was said in two ways, of which a proxy may have taken the other (RFC 9112, 6.1: close)."""
    names = {name for name, _ in scope["headers"]}
    return {b"content-length", b"transfer-encoding"} <= names
