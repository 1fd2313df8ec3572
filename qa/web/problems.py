"""What goes wrong, said in Chinese: RFC 9457 problem details for programs, a plain page for people."""

import logging
from collections.abc import Mapping

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from corpus.errors import InputError, UnknownReport, YoujuError
from qa.web import texts
from qa.web.line import Busy
from qa.web.page import Site, message_page

_log = logging.getLogger("youju")
_WHY = {"missing": texts.FIELD_MISSING, "extra_forbidden": texts.FIELD_EXTRA, "json_invalid": texts.FIELD_BODY}


def problem(status: int, detail: str = "", headers: Mapping[str, str] | None = None, **members: str | int) -> JSONResponse:
    """One problem, as ``application/problem+json``; ``detail`` says what to do, ``members`` are more to say to a program."""
    title = texts.PROBLEMS.get(status, texts.PROBLEMS[500 if status >= 500 else 400])
    body = {"type": "about:blank", "title": title, "status": status} | ({"detail": detail} if detail else {}) | members
    return JSONResponse(body, status_code=status, media_type="application/problem+json", headers=dict(headers or {}))


def busy(error: Busy) -> JSONResponse:
    """Come again, when, and with what ticket."""
    said = texts.PLACE_IN_LINE.format(count=error.ahead)
    return problem(503, said, {"Retry-After": str(error.seconds), "Cache-Control": "no-store"}, ahead=error.ahead, ticket=error.ticket)


def status_of(error: YoujuError) -> int:
    """The HTTP status that fits one of our errors."""
    if isinstance(error, UnknownReport):
        return 404
    return 422 if isinstance(error, InputError) else 503


def for_callers(error: YoujuError) -> str:
    """An error for those who call from elsewhere: without what is of this machine, and without what only its keeper could do.

    >>> for_callers(UnknownReport("没有编号为“x”的报告;看看有哪些:python -m qa reports"))
    '没有编号为“x”的报告；有哪些报告，请看 GET /api/v1/reports'
    >>> for_callers(YoujuError("报告文件夹 /srv/reports 不存在;请检查设置 YOUJU_REPORTS"))
    '现在忙不过来，或还在准备，请稍后再试'
    """
    if not isinstance(error, InputError):
        return texts.PROBLEMS[503]
    what, _, remedy = str(error).rpartition(";")
    if "python -m qa" not in remedy:
        return str(error)
    return what + (texts.API_NO_REPORT if isinstance(error, UnknownReport) else "")


def install(app: FastAPI, site: Site) -> None:
    """Make every error of the application come out in one of the two forms."""

    def for_program(request: Request) -> bool:
        return request.url.path.removeprefix(site.base).startswith("/api/")

    @app.exception_handler(HTTPException)
    def http_error(request: Request, error: HTTPException) -> Response:
        if for_program(request):
            return problem(error.status_code, headers=error.headers)
        if error.status_code == 429:
            response = message_page(site, 429, texts.PROBLEMS[429], texts.REFUSED_SAYS[429])
            response.headers.update(error.headers or {})
            return response
        if error.status_code in (404, 405):
            return message_page(site, error.status_code, texts.NOT_FOUND, texts.NOT_FOUND_SAYS)
        return message_page(site, error.status_code, texts.BROKEN, texts.BROKEN_SAYS)

    @app.exception_handler(RequestValidationError)
    def field_error(request: Request, error: RequestValidationError) -> Response:
        if not for_program(request):
            return message_page(site, 404, texts.NOT_FOUND, texts.NOT_FOUND_SAYS)
        broken = any(row["type"] == "json_invalid" for row in error.errors())
        return problem(400 if broken else 422, ";".join(map(_field, error.errors())))

    @app.exception_handler(Busy)
    def too_busy(_: Request, error: Busy) -> Response:
        return busy(error)

    @app.exception_handler(YoujuError)
    def our_error(request: Request, error: YoujuError) -> Response:
        status = status_of(error)
        if status == 503:
            _log.error("%s", error)
        if for_program(request):
            return problem(status, "" if status == 503 else for_callers(error))
        return message_page(site, status, texts.BROKEN, texts.BROKEN_SAYS)

    @app.exception_handler(Exception)
    def any_error(request: Request, error: Exception) -> Response:
        _log.exception("unexpected error at %s", request.url.path, exc_info=error)
        return problem(500) if for_program(request) else message_page(site, 500, texts.BROKEN, texts.BROKEN_SAYS)


def _field(row: Mapping[str, object]) -> str:
    place = row.get("loc")
    names = [str(part) for part in place if part not in ("body", "query")] if isinstance(place, tuple) else []
    why = _WHY.get(str(row.get("type")), texts.FIELD_TYPE)
    return texts.FIELD_WRONG.format(field=".".join(names) or texts.FIELD_WHOLE, why=why)
