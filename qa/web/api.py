"""``/api/v1``: the same answers for other programs. JSON in and out, errors as problem details."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from corpus.report import Report
from qa.web import texts
from qa.web.contract import Checking, Figuring, Listening, Service
from qa.web.limit import Limit, Limits
from qa.web.line import Line, Lines
from qa.web.problems import problem
from qa.web.visitor import visitor_of

_AS_ONE = 6  # reports whose figures, as JSON, take as long as one page of figures
_ReportIds = Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=100)]
_Question = Annotated[str, Field(max_length=20_000)]  # the service says too_long much earlier; this bounds the work


class Body(BaseModel):
    """A request body; a misspelt field is an error, not silence."""

    model_config = ConfigDict(extra="forbid")


class AskBody(Body):
    """A question."""

    question: _Question = Field(description=texts.API_QUESTION, examples=[texts.API_EXAMPLE_QUESTION])
    history: Annotated[list[_Question], Field(max_length=50)] = Field(default=[], description=texts.API_HISTORY)
    reports: _ReportIds = Field(default=[], description=texts.API_ONLY)
    k: int = Field(default=3, ge=1, le=20, description=texts.API_K)
    ticket: str = Field(default="", max_length=64, description=texts.API_TICKET)


class CheckBody(Body):
    """A draft."""

    text: str = Field(description=texts.API_TEXT, examples=[texts.API_EXAMPLE_DRAFT])
    ticket: str = Field(default="", max_length=64, description=texts.API_TICKET)


class FeedbackBody(Body):
    """What a visitor says of an answer."""

    question: Annotated[str, Field(max_length=2000)] = Field(description=texts.API_ASKED_WHAT)
    sentence_id: Annotated[str, Field(max_length=64)] = Field(default="", description=texts.API_SENTENCE)
    vote: Literal["up", "down"] = Field(description=texts.API_VOTE)
    reason: Annotated[str, Field(max_length=200)] = Field(default="", description=texts.API_WHY)


def _problem_docs(*codes: int) -> dict[int | str, dict[str, Any]]:
    return {code: {"description": texts.PROBLEMS[code], "content": {"application/problem+json": {}}} for code in codes}


def _documented(words: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"description": words}}


def router(service: Service, limits: Limits, lines: Lines, max_draft: int) -> APIRouter:
    """Every route under ``/api/v1`` that the service can serve."""
    routes = APIRouter(prefix="/api/v1", responses=_problem_docs(400, 413, 422, 429, 500, 503))
    _add_asking(routes, service, limits.ask, lines.ask)
    if isinstance(service, Figuring):
        _add_figures(routes, service, limits.read, lambda: len(service.reports()))
    if isinstance(service, Checking):
        _add_check(routes, service, limits.check, lines.check, max_draft)
    if isinstance(service, Listening):
        _add_feedback(routes, service, limits.feedback)
    return routes


def _slowed(request: Request, limit: Limit, weight: int = 1) -> Response | None:
    """A response instead of an answer, for one who asks too often."""
    allowed = limit.allows(visitor_of(request), weight)
    return None if allowed else problem(429, headers={"Retry-After": "5"})


def _add_asking(routes: APIRouter, service: Service, limit: Limit, line: Line) -> None:
    @routes.post("/ask", summary=texts.API_ASK, responses=_documented(texts.API_ASKED))
    async def ask(request: Request, body: AskBody) -> Response:
        slowed = await run_in_threadpool(_slowed, request, limit)
        if slowed or not service.ready:
            return slowed or problem(503, headers={"Retry-After": "5"})
        asked = partial(service.ask, body.question, history=body.history, reports=body.reports, k=body.k)
        return await line.run(lambda: JSONResponse(asked().to_json()), body.ticket)

    @routes.get("/reports", summary=texts.API_REPORTS)
    def reports() -> list[dict[str, Any]]:
        return [_report(report) for report in service.reports()]


def _add_figures(routes: APIRouter, service: Figuring, limit: Limit, reports: Callable[[], int]) -> None:
    @routes.get("/figures", summary=texts.API_FIGURES, responses=_documented(texts.API_FIGURES))
    def figures(request: Request, report: Annotated[str, Query(max_length=64, description=texts.API_REPORT)] = "") -> Response:
        slowed = _slowed(request, limit, 1 if report else 1 + reports() // _AS_ONE)
        return slowed or JSONResponse([figure.to_json() for figure in service.figures(report or None)])


def _add_check(routes: APIRouter, service: Checking, limit: Limit, line: Line, max_draft: int) -> None:
    @routes.post("/check", summary=texts.API_CHECK, responses=_documented(texts.API_CHECKED))
    async def check(request: Request, body: CheckBody) -> Response:
        if len(body.text) > max_draft:
            return problem(413, texts.DRAFT_TOO_LONG.format(most=max_draft))
        slowed = await run_in_threadpool(_slowed, request, limit)
        if slowed:
            return slowed
        return await line.run(lambda: JSONResponse({"figures": [figure.to_json() for figure in service.check(body.text)]}), body.ticket)


def _add_feedback(routes: APIRouter, service: Listening, limit: Limit) -> None:
    @routes.post("/feedback", summary=texts.API_FEEDBACK, status_code=204)
    def feedback(request: Request, body: FeedbackBody) -> Response:
        slowed = _slowed(request, limit)
        if not slowed:
            service.feedback(body.question, body.sentence_id, body.vote, body.reason)
        return slowed or Response(status_code=204)


def _report(report: Report) -> dict[str, Any]:
    about = report.about
    return {
        "report_id": about.report_id,
        "title": about.title,
        "year": about.year,
        "published": about.published.isoformat() if about.published else "",
        "publisher": about.publisher,
        "source_url": about.source_url,
        "sha256": about.sha256,
        "characters": len(report.text),
        "sentences": len(report.sentences),
        "link": f"/report/{about.report_id}",
    }
