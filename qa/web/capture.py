"""Ask an application inside this process for a page."""

from collections.abc import MutableMapping
from typing import Any

from fastapi import FastAPI

ORIGIN = "http://gradio.invalid"  # what the application takes for its address, whatever the visitor's request says
_SERVER = ("gradio.invalid", 80)


async def capture(app: FastAPI, scope: MutableMapping[str, Any]) -> str:
    """The text of the application's ``/`` with ``ORIGIN`` for its address; nothing in it is of the visitor's request.

    Raises:
        RuntimeError: it did not answer with a page.
    """
    inner = {**scope, "method": "GET", "path": "/", "raw_path": b"/", "query_string": b"", "headers": [], "root_path": "", "app": app}
    inner |= {"scheme": "http", "server": _SERVER}  # a visitor's Host header would be written into the page
    for key in ("endpoint", "path_params", "route", "router"):
        inner.pop(key, None)
    status, parts = 0, []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        nonlocal status
        status = message.get("status", status)
        parts.append(message.get("body", b""))

    await app(inner, receive, send)
    if status != 200:
        raise RuntimeError(f"the chat framework answered its own page with status {status}")
    return b"".join(parts).decode()
