"""Whether the service lives and whether it can answer yet; and what a phone needs to install the page."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse, PlainTextResponse

from qa.web import texts
from qa.web.assets import asset_url
from qa.web.contract import Service
from qa.web.page import Site


def router(service: Service, site: Site) -> APIRouter:
    """``/healthz``, ``/readyz``, ``/robots.txt``, ``/manifest.webmanifest``."""
    routes = APIRouter(include_in_schema=False)

    @routes.api_route("/healthz", methods=["GET", "HEAD"])
    def alive() -> JSONResponse:
        return JSONResponse({"status": "alive"}, headers={"Cache-Control": "no-store"})

    @routes.api_route("/readyz", methods=["GET", "HEAD"])
    def ready() -> JSONResponse:
        can = service.ready
        return JSONResponse({"ready": can}, status_code=200 if can else 503, headers={"Cache-Control": "no-store"})

    @routes.get("/robots.txt")
    def robots() -> PlainTextResponse:
        return PlainTextResponse("User-agent: *\nDisallow: /api/\nDisallow: /*?q=\n")

    @routes.get("/manifest.webmanifest")
    def manifest() -> JSONResponse:
        return JSONResponse(_manifest(site), media_type="application/manifest+json", headers={"Cache-Control": "public, max-age=3600"})

    return routes


def _manifest(site: Site) -> dict[str, object]:
    icons = [("icon-192.png", "192x192", "any"), ("icon-512.png", "512x512", "any"), ("icon-maskable-512.png", "512x512", "maskable")]
    return {
        "name": texts.TITLE,
        "short_name": texts.BRAND,
        "description": texts.DESCRIPTION,
        "lang": "zh-CN",
        "start_url": f"{site.base}/",
        "scope": f"{site.base}/",
        "display": "standalone",
        "background_color": "#f1f3f1",
        "theme_color": "#1d4f91",
        "icons": [{"src": asset_url(site.base, name), "sizes": size, "type": "image/png", "purpose": use} for name, size, use in icons],
    }
