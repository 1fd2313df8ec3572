"""``/mcp``: an endpoint where an assistant asks for evidence (Model Context Protocol). Closed unless a setting opens it.

Every tool gives sentences of the reports as they stand, with their links; what an assistant makes of them is not ours. Calls hold
no session, so any server process answers any of them.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Request
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from pydantic import Field
from starlette.routing import Route

from corpus.errors import YoujuError
from corpus.fold import fold
from corpus.report import Report, Sentence
from qa.service import Service
from qa.web import texts
from qa.web.gate import App, Message, Receive, Scope, Send
from qa.web.limit import Limit
from qa.web.line import Busy, Line, Lines
from qa.web.problems import for_callers, problem
from qa.web.visitor import visitor_of

PATH = "/mcp"
_MOST = 20  # sentences found, and figures, that one call gives

Question = Annotated[str, Field(description=texts.API_QUESTION, max_length=2000)]
History = Annotated[list[str], Field(description=texts.API_HISTORY, max_length=20)]
Reports = Annotated[list[str], Field(description=texts.API_ONLY, max_length=100)]
Draft = Annotated[str, Field(description=texts.API_TEXT)]
Words = Annotated[str, Field(description=texts.MCP_WORDS, min_length=1, max_length=100)]
OneReport = Annotated[str, Field(description=texts.API_REPORT, max_length=64)]


def server_of(service: Service, lines: Lines, max_draft: int) -> MCPServer[Any]:
    """The tools over a service."""
    server: MCPServer[Any] = MCPServer(texts.BRAND, instructions=texts.MCP_SAYS)

    async def ask(question: Question, history: History = [], reports: Reports = []) -> dict[str, Any]:  # noqa: B006  never changed
        return await _answered(service, lines.ask, lambda: service.ask(question, history=history, reports=reports).to_json())

    async def check(text: Draft) -> dict[str, Any]:
        if len(text) > max_draft:
            raise ToolError(texts.DRAFT_TOO_LONG.format(most=max_draft))
        return await _answered(service, lines.check, lambda: {"figures": [figure.to_json() for figure in service.check(text)]})

    async def figures(words: Words, report: OneReport = "") -> dict[str, Any]:
        return await _answered(service, lines.check, lambda: _figures(service, words, report))

    async def find_sentence(words: Words, report: OneReport = "") -> dict[str, Any]:
        return await _answered(service, lines.check, lambda: _found(service, words, report))

    tools = ((ask, texts.API_ASK), (check, texts.API_CHECK), (figures, texts.MCP_FIGURES), (find_sentence, texts.MCP_FIND))
    for tool, says in tools:
        server.add_tool(tool, description=says)
    return server


async def _answered(service: Service, line: Line, do: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What a tool gives; our errors are told as to any caller, others as one that we know nothing of."""
    if not service.ready:
        raise ToolError(texts.PROBLEMS[503])
    try:
        return await line.run(do)
    except Busy as busy:
        raise ToolError(texts.PLACE_IN_LINE.format(count=busy.ahead)) from busy
    except YoujuError as error:
        raise ToolError(for_callers(error)) from error


def _asked(service: Service, report: str) -> list[Report]:
    return [service.report(report)] if report else service.reports()


def _holds(words: str) -> Callable[[str], bool]:
    wanted = [fold(word) for word in words.split()]
    return lambda text: all(word in fold(text) for word in wanted)


def _figures(service: Service, words: str, report: str) -> dict[str, Any]:
    holds = _holds(words)
    found = [
        figure.to_json()
        for one in _asked(service, report)
        for figure in service.figures(one.report_id)
        if holds(one.by_id[figure.sentence_id].text)
    ]
    return {"figures": found[:_MOST], "count": len(found)}


def _found(service: Service, words: str, report: str) -> dict[str, Any]:
    holds = _holds(words)
    found = [(one, sentence) for one in _asked(service, report) for sentence in one.sentences if holds(sentence.text)]
    return {"sentences": [_sentence(*place) for place in found[:_MOST]], "count": len(found)}


def _sentence(report: Report, sentence: Sentence) -> dict[str, Any]:
    return {
        "report_id": report.report_id,
        "title": report.about.title,
        "sentence_id": sentence.sentence_id,
        "section": list(sentence.section),
        "sentence": sentence.text,
        "start": sentence.start,
        "end": sentence.end,
        "link": f"/report/{report.report_id}#{sentence.sentence_id}",
    }


class Endpoint:
    """The tools as an ASGI application, no faster than the other ways to ask."""

    def __init__(self, server: MCPServer[Any], limit: Limit) -> None:
        # Which names the site is reached by a setting of ours says, for every path; and all that is told here is public.
        safety = TransportSecuritySettings(enable_dns_rebinding_protection=False)
        server.streamable_http_app(streamable_http_path=PATH, json_response=True, stateless_http=True, transport_security=safety)
        self._limit = limit
        self.sessions = server.session_manager  # to be run while the application lives
        self.stopping = asyncio.Event()  # to be set when the server stops: answers that would go on for ever end at it
        self._handle: Callable[[Scope, Receive, Send], Awaitable[None]] = self.sessions.handle_request

    def route(self) -> Route:
        """Where it is served."""
        app: App = self
        return Route(PATH, app, include_in_schema=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        if self._limit.allows(visitor_of(Request(scope))):
            await self._answer(scope, receive, _Sending(send))
        else:
            await problem(429, headers={"Retry-After": "5"})(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, sending: "_Sending") -> None:
        """Answer; a stream of events ends when the server stops, anything else is finished first."""
        answer = asyncio.ensure_future(self._handle(scope, receive, sending))
        end = asyncio.ensure_future(self._end_of(sending))
        try:
            await asyncio.wait((answer, end), return_when=asyncio.FIRST_COMPLETED)
        finally:
            end.cancel()
            stopped = answer.cancel()
            await asyncio.wait((answer,))
        if stopped:
            await sending.finish()
        else:
            answer.result()

    async def _end_of(self, sending: "_Sending") -> None:
        await sending.is_stream.wait()
        await self.stopping.wait()


class _Sending:
    """What has been sent of an answer."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.is_stream = asyncio.Event()  # of events, which lasts as long as the client likes
        self._is_whole = False

    async def __call__(self, message: Message) -> None:
        """Send some more."""
        headers = dict(message.get("headers", ()))
        if headers.get(b"content-type", b"").startswith(b"text/event-stream"):
            self.is_stream.set()
        self._is_whole = message["type"] == "http.response.body" and not message.get("more_body", False)
        await self._send(message)

    async def finish(self) -> None:
        """Send that no more comes."""
        if not self._is_whole:
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})
