"""What visitors meet before the first worker is there: the truth, and a page that looks again by itself."""

import json
from typing import Any

from qa.web import texts

_PAGE = (
    f'<!doctype html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n<title>{texts.BRAND}</title>\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta http-equiv="refresh" content="3">\n'
    '<style>:root{color-scheme:light dark}body{font:1.25rem/1.8 sans-serif;margin:20vh auto 0;max-width:30em;padding:0 1em}</style>\n'
    f'</head>\n<body>\n<main><h1>{texts.BRAND}</h1><p role="status">{texts.PROBLEMS[503]}</p></main>\n</body>\n</html>\n'
)
_ALWAYS = [
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"),
]


async def porch(scope: Any, receive: Any, send: Any) -> None:
    """Alive, not ready, please wait."""
    if scope["type"] != "http":
        return
    status, kind, body = _answer(str(scope["path"]))
    headers = [*_ALWAYS, (b"content-type", kind), (b"content-length", str(len(body)).encode())]
    headers += [(b"retry-after", b"3")] if status == 503 else []
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def _answer(path: str) -> tuple[int, bytes, bytes]:
    """Status, type and body."""
    if path.endswith("/healthz"):
        return 200, b"application/json", json.dumps({"status": "alive"}).encode()
    if path.endswith("/readyz"):
        return 503, b"application/json", json.dumps({"ready": False, "why": texts.READY_WARMING}, ensure_ascii=False).encode()
    if "/api/" in path:
        body = {"type": "about:blank", "title": texts.PROBLEMS[503], "status": 503}
        return 503, b"application/problem+json", json.dumps(body, ensure_ascii=False).encode()
    return 503, b"text/html; charset=utf-8", _PAGE.encode()
