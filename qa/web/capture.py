"""Ask an application inside this process for a page, as the visitor's request would."""

from collections.abc import MutableMapping
from typing import Any

from fastapi import FastAPI

_DROP = {b"if-none-match", b"if-modified-since", b"accept-encoding", b"range"}
_MADE_UP = {b"x-forwarded-host", b"x-gradio-server"}  # Gradio would write these into its page as the address to call


async def capture(app: FastAPI, scope: MutableMapping[str, Any]) -> str:
    """The text of the application's ``/`` for this visitor.

    Raises:
        RuntimeError: it did not answer with a page.
    """
    headers = [(name, value) for name, value in scope["headers"] if name not in _DROP | _MADE_UP]
    inner = {**scope, "method": "GET", "path": "/", "raw_path": b"/", "query_string": b"", "headers": headers, "root_path": "", "app": app}
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
