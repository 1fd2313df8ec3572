"""Style sheets and scripts: bundled, compressed once when first wanted, addressed by their content so that browsers keep them for good."""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import brotli
from fastapi import APIRouter, Request, Response

_FOLDER = Path(__file__).parent / "static"
_BUNDLES = {
    "site.css": ("tokens.css", "looks.css", "youju.css", "site.css"),
    "chat.css": ("tokens.css", "looks.css", "youju.css", "gradio.css", "site.css", "chat.css"),
    "tools.css": ("tokens.css", "looks.css", "youju.css", "site.css", "tools.css"),
    "report.css": ("tokens.css", "looks.css", "youju.css", "site.css", "report.css"),
    "offline.css": ("tokens.css", "looks.css", "youju.css", "site.css", "chat.css", "offline.css"),
    "site.js": ("common.js",),
    "report.js": ("common.js", "report.js", "find.js"),
    "chat.js": ("common.js", "chat.js"),
    "tools.js": ("common.js", "tools.js"),
    "offline.js": ("common.js", "offline.js"),
}
_ICONS = ("icon.svg", "icon-180.png", "icon-192.png", "icon-512.png", "icon-maskable-512.png", "favicon.ico")
_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "ico": "image/x-icon",
}
_PACKED = (".png", ".ico")
_FOREVER = "public, max-age=31536000, immutable"
_A_DAY = "public, max-age=86400"


@dataclass(frozen=True)
class Asset:
    """One thing the browser fetches."""

    name: str
    plain: bytes
    version: str  # from the content, so a changed asset has a new address

    @cached_property
    def br(self) -> bytes:
        """Compressed at its best, which takes a moment; b"" for what is compressed already."""
        return b"" if self.name.endswith(_PACKED) else brotli.compress(self.plain)

    @cached_property
    def gz(self) -> bytes:
        """The same for browsers without brotli."""
        return b"" if self.name.endswith(_PACKED) else gzip.compress(self.plain, mtime=0)


@lru_cache(maxsize=1)
def assets() -> dict[str, Asset]:
    """All of them, by name."""
    bundles = {name: b"\n".join((_FOLDER / part).read_bytes() for part in parts) for name, parts in _BUNDLES.items()}
    icons = {name: (_FOLDER / name).read_bytes() for name in _ICONS}
    return {name: Asset(name, body, hashlib.sha256(body).hexdigest()[:12]) for name, body in (bundles | icons).items()}


def compress() -> None:
    """Compress all of them now, so that no visitor waits for it."""
    for asset in assets().values():
        _ = asset.br, asset.gz


def asset_url(base: str, name: str) -> str:
    """Address of an asset as it is now."""
    return f"{base}/web/{name}?v={assets()[name].version}"


def router() -> APIRouter:
    """``/web/<name>`` and the addresses browsers ask for unprompted."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/web/{name}")
    def asset(request: Request, name: str) -> Response:
        return _respond(request, name, _FOREVER if "v" in request.query_params else _A_DAY)

    @routes.get("/favicon.ico")
    def favicon(request: Request) -> Response:
        return _respond(request, "favicon.ico", _A_DAY)

    return routes


def _respond(request: Request, name: str, keep: str) -> Response:
    found = assets().get(name)
    if found is None:
        return Response(status_code=404)
    headers = {"Cache-Control": keep, "ETag": f'"{found.version}"', "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    body, coding = _coded(found, request.headers.get("accept-encoding", ""))
    if coding:
        headers["Content-Encoding"] = coding
    return Response(body, media_type=_TYPES[name.rsplit(".", 1)[1]], headers=headers)


def _coded(found: Asset, accepted: str) -> tuple[bytes, str]:
    if found.br and "br" in accepted:
        return found.br, "br"
    if found.gz and "gzip" in accepted:
        return found.gz, "gzip"
    return found.plain, ""
