"""Serve three paths on a listener that was handed over: ``python serve_slowly.py LISTENER_FILE``."""

import asyncio
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from qa.serve.server import Listener, Server

STOP = asyncio.Event()


async def app(scope: Any, receive: Any, send: Any) -> None:
    """``/slow`` takes a second; ``/stream`` goes on until we stop; anything else is answered at once."""
    if scope["type"] != "http":
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    if scope["path"] == "/slow":
        await asyncio.sleep(1)
    if scope["path"] == "/stream":
        await send({"type": "http.response.body", "body": b"begun", "more_body": True})
        await STOP.wait()
    await send({"type": "http.response.body", "body": b"done"})


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)
    Server(app, streams=[STOP], started=lambda: sys.stdout.write("up\n")).serve_on(Listener(fileno=int(sys.argv[1])))
