"""Clients that send a byte now and then, or never read: each would hold a connection for ever. uvicorn waits for headers without end."""

from asyncio import TimerHandle, Transport

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEADERS = 10.0  # seconds from the first moment of a connection, or the first byte of a later request, to the end of its headers
READING = 60.0  # seconds in which a client that is behind has to take in some of what it asked for:
LEAST = 32 * 1024  # bytes


class PromptProtocol(H11Protocol):
    """uvicorn's protocol, with an end to patience."""

    _coming: TimerHandle | None = None
    _going: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Wait for a request, but not for ever."""
        super().connection_made(transport)
        self._wait_for_headers()

    def data_received(self, data: bytes) -> None:
        """Take what has come; go on waiting while the headers are not whole."""
        super().data_received(data)
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

    def _wait_for_headers(self) -> None:
        self._coming = self._coming or self.loop.call_later(HEADERS, self.transport.abort)

    def _headers_are_here(self) -> None:
        _stop(self._coming)
        self._coming = None


def _stop(timer: TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
