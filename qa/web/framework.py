"""The chat framework, which may come after everything else: Gradio takes longer to import than all of ours to be ready.

Until it is there the page draws the conversation by its own script, as it does wherever Gradio is blocked.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI

_PATIENT = 30.0  # seconds that a file of the framework is waited for: a page of a process before this one may ask


class Framework:
    """Gradio's own application, once it has been loaded."""

    def __init__(self, base: str) -> None:
        """``base`` is the path prefix behind a proxy, "" for none."""
        self.app: FastAPI | None = None  # what answers; None until it has been loaded, and been started where a server runs
        self.streams: list[asyncio.Event] = []  # what ends its answers that last as long as a page is open
        self._base = base
        self._loaded: FastAPI | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._there = asyncio.Event()  # ``_loaded`` is set
        self._started = asyncio.Event()  # ``app`` is set

    def load(self) -> None:
        """Import Gradio and put the conversation together; from any thread."""
        from qa.web.conversation import mounted, streams

        self._loaded = app = mounted(self._base)
        self.streams += streams(app)
        if self._loop is None:
            self.app = app  # it starts with the server
            return
        with suppress(RuntimeError):  # the server has stopped meanwhile
            self._loop.call_soon_threadsafe(self._there.set)

    @asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        """Start Gradio's application with ours, or as soon as it is there, and stop it with ours."""
        self._loop, ends = asyncio.get_running_loop(), asyncio.Event()
        if self._loaded is not None:
            async with self._loaded.router.lifespan_context(self._loaded):
                self.app = self._loaded
                yield
            return
        living = asyncio.create_task(self._live(ends))
        try:
            yield
        finally:
            ends.set()
            if self._loaded is None:
                living.cancel()
            with suppress(asyncio.CancelledError):
                await living

    async def _live(self, ends: asyncio.Event) -> None:
        await self._there.wait()
        assert self._loaded is not None
        async with self._loaded.router.lifespan_context(self._loaded):
            self.app = self._loaded
            self._started.set()
            await ends.wait()

    async def awaited(self) -> FastAPI | None:
        """The application; None when it does not come within some time."""
        if self.app is None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._started.wait(), _PATIENT)
        return self.app
