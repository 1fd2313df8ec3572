"""Clients that send a byte now and then, or never read: each would hold a connection for ever. uvicorn waits for headers without end."""

from asyncio import TimerHandle, Transport
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from qa.web.crowd import no_room, to_drop
from qa.web.visitor import household

HEADERS = 10.0  # seconds from the first moment of a connection, or the first byte of a later request, to the end of its headers
READING = 60.0  # seconds in which a client that is behind has to take in some of what it asked for:
LEAST = 32 * 1024  # bytes
MOST = 2000  # connections of one process


class PromptProtocol(H11Protocol):
    """uvicorn's protocol, with an end to patience, and to how many there are."""

    _coming: TimerHandle | None = None
    _going: TimerHandle | None = None

    def __init__(self, *given: Any, most: int = MOST, **named: Any) -> None:
        """As uvicorn makes it; ``most`` connections are held at once."""
        super().__init__(*given, **named)
        self._most = most
        self.peer = ""
        self.since = 0.0

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Wait for a request, but not for ever."""
        super().connection_made(transport)
        self.peer, self.since = household(self.client[0]) if self.client else "", self.loop.time()
        self._wait_for_headers()
        if len(self.connections) > self._most:
            self._make_room()

    @property
    def idle(self) -> bool:
        """Whether nothing is being answered."""
        return self.cycle is None or bool(self.cycle.response_complete)

    def on_response_complete(self) -> None:
        """It is idle from now on, or answers what has come meanwhile."""
        self.since = self.loop.time()
        super().on_response_complete()

    def data_received(self, data: bytes) -> None:
        """Take what has come; go on waiting while the headers are not whole."""
        before = self.cycle
        super().data_received(data)
        if self.cycle is not before:
            self.since = self.loop.time()
        if self.conn.their_state is h11.IDLE:
            self._wait_for_headers()
        else:
            self._headers_are_here()

    def connection_lost(self, exc: Exception | None) -> None:
        """No more to wait for."""
        self._headers_are_here()
        _stop(self._going)
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The client does not read: give it some time."""
        super().pause_writing()
        self._watch()

    def resume_writing(self) -> None:
        """It reads again."""
        _stop(self._going)
        self._going = None
        super().resume_writing()

    def _watch(self) -> None:
        _stop(self._going)
        self._going = self.loop.call_later(READING, self._look, self.transport.get_write_buffer_size() - LEAST)

    def _look(self, most: int) -> None:
        """Go on, if no more than so many bytes are left to send."""
        if self.transport.get_write_buffer_size() > most:
            self.transport.abort()
        else:
            self._watch()

    def _make_room(self) -> None:
        held = [one for one in self.connections if isinstance(one, PromptProtocol)]
        others = [one for one in held if one is not self and not one.transport.is_closing()]
        if len(others) < self._most:
            return
        dropped = to_drop(others, self._most, self.loop.time())
        for one in dropped:
            one.transport.abort()
        if not dropped:
            self.app = no_room

    def _wait_for_headers(self) -> None:
        self._coming = self._coming or self.loop.call_later(HEADERS, self.transport.abort)

    def _headers_are_here(self) -> None:
        _stop(self._coming)
        self._coming = None


def _stop(timer: TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
