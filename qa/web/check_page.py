"""``/check``: 数据核对, a draft in, a verdict with its sentence for every figure out. Works by posting a form; nothing is kept."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from corpus.errors import InputError, TextTooLong
from corpus.numerals import read_numbers
from qa.check import CheckedFigure, Verdict
from qa.compare import agree
from qa.draft import LARGEST, draft_text
from qa.records import Citation
from qa.web import texts
from qa.web import texts_tools as words
from qa.web.check_export import as_csv, as_page, as_word
from qa.web.check_html import can_change, citations, form_html, notice, result_html
from qa.web.contract import Checking
from qa.web.desk_frame import desk_page
from qa.web.limit import Limit
from qa.web.line import Busy, Line
from qa.web.page import Site
from qa.web.visitor import visitor_of

PATH = "/check"
LARGEST_POST = LARGEST + 2 * 1024 * 1024  # bytes: a file, the text beside it, and what the form adds
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_MOST_PICKS = 500
_LONGEST_FIELD = 2 * 1024 * 1024  # bytes: far more than the text of any draft that is checked
_DIGITS = 9  # of the number of a figure
_BYTES = 4  # of a character, at most
_FORM = 64 * 1024  # bytes that a form adds to a draft


@dataclass(frozen=True, slots=True)
class Sent:
    """What the form brought."""

    text: str  # of the draft
    picked: tuple[str, ...] = ()  # "start:end:sentence_id:place": which sentence an ambiguous figure means
    change: int = -1  # which figure to print as the report does, by its number among the figures; -1 for none
    wanted: str = ""  # "csv", "docx", "html": a file instead of a page


def router(service: Checking, site: Site, limit: Limit, line: Line, max_draft: int) -> APIRouter:
    """The form and its result."""
    routes = APIRouter(include_in_schema=False)
    door = _Door(service, site, line, max_draft)

    @routes.api_route(PATH, methods=["GET", "HEAD"])
    def empty() -> Response:
        return _page(site, "")

    @routes.post(PATH)
    async def check(request: Request) -> Response:
        try:
            if await run_in_threadpool(limit.allows, visitor_of(request)):
                return await door.enter(request)
            typed = await _typed(request, max_draft)
        except HTTPException:
            return _page(site, "", words.BAD_FILE, 422)
        return _page(site, typed, texts.TOO_FAST, 429, headers={"Retry-After": "5"})

    return routes


async def _typed(request: Request, max_draft: int) -> str:
    """The draft of one who has to wait, so that it is not lost; "" where the form is larger than a draft and would take long to read."""
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > _BYTES * max_draft + _FORM:
        return ""
    async with _form(request) as form:
        return _sent(form).text


class _Door:
    """Where drafts come in that are within a visitor's budget."""

    def __init__(self, service: Checking, site: Site, line: Line, max_draft: int) -> None:
        self._service = service
        self._site = site
        self._line = line
        self._max_draft = max_draft

    async def enter(self, request: Request) -> Response:
        """Take the form apart; read its file and check what it says when the turn has come."""
        async with _form(request) as form:
            origin = _origin(request, self._site)
            sample = bool(form.get("sample")) and _has_sample(self._site)
            sent = Sent(words.SAMPLE_DRAFT) if sample else _sent(form)
            file = None if sample else _file_of(form)
            work = partial(self._answer, sent, origin) if file is None else partial(self._read, file, origin)
            try:
                return await self._line.run(work)
            except Busy as busy:
                said = texts.PLACE_IN_LINE.format(count=busy.ahead) + (words.SEND_AGAIN if file is None else words.CHOOSE_AGAIN)
                return _page(self._site, sent.text, said, 503, headers={"Retry-After": str(busy.seconds)})

    def _read(self, file: UploadFile, origin: str) -> Response:
        try:
            draft = draft_text(file.file.read(LARGEST + 1), file.filename or "", self._max_draft)
        except TextTooLong:
            return self._too_long("")
        except InputError as error:
            return _page(self._site, "", str(error), 422)
        return self._answer(Sent(draft), origin)

    def _answer(self, sent: Sent, origin: str) -> Response:
        if not sent.text.strip():
            return _page(self._site, "", words.NO_DRAFT, 422)
        if len(sent.text) > self._max_draft:
            return self._too_long(sent.text)
        try:
            return _answer(self._service, self._site, sent, origin)
        except InputError as error:
            return _page(self._site, sent.text, str(error), 422)

    def _too_long(self, draft: str) -> Response:
        return _page(self._site, draft, texts.DRAFT_TOO_LONG.format(most=self._max_draft), 413)


def _form(request: Request) -> AbstractAsyncContextManager[FormData]:
    """The form, taken apart; closed with its file.

    Raises:
        HTTPException: it is none, or has too many or too long fields.
    """
    return request.form(max_files=1, max_fields=_MOST_PICKS + 10, max_part_size=_LONGEST_FIELD)


def _sent(form: FormData) -> Sent:
    picked = [str(one) for name in ("picked", "pick") for one in form.getlist(name)][-_MOST_PICKS:]
    change = _field(form, "change")
    text = _field(form, "text").replace("\r\n", "\n").replace("\r", "\n")
    number = int(change) if change.isascii() and change.isdigit() and len(change) < _DIGITS else -1
    return Sent(text, tuple(picked), number, _field(form, "as"))


def _file_of(form: FormData) -> UploadFile | None:
    file = form.get("file")
    return file if isinstance(file, UploadFile) and file.filename else None


def _field(form: FormData, name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""


def _origin(request: Request, site: Site) -> str:
    return f"{request.url.scheme}://{request.url.netloc}{site.base}"


def _has_sample(site: Site) -> bool:
    return any(about.report_id == words.SAMPLE_OF for about in site.reports)


def _answer(service: Checking, site: Site, sent: Sent, origin: str) -> Response:
    checked = [_resolved(one, sent.picked) for one in service.check(sent.text)]
    if 0 <= sent.change < len(checked) and can_change(checked[sent.change]):
        sent = changed(sent, checked[sent.change])
        checked = [_resolved(one, sent.picked) for one in service.check(sent.text)]
    if sent.wanted in ("csv", "docx", "html"):
        return _file(sent, checked, origin)
    return _page(site, sent.text, "" if checked else words.NO_FIGURES, checked=checked, picked=sent.picked)


def _file(sent: Sent, checked: Sequence[CheckedFigure], origin: str) -> Response:
    today = date.today()
    if sent.wanted == "csv":
        body, kind = as_csv(checked, origin).encode(), "text/csv; charset=utf-8"
    elif sent.wanted == "docx":
        body, kind = as_word(sent.text, checked, origin), _WORD
    else:
        body, kind = as_page(sent.text, checked, origin, today).encode(), "text/html; charset=utf-8"
    name = quote(f"{words.CHECK_FILE}-{today.isoformat()}.{sent.wanted}")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Cache-Control": "no-store"}
    return Response(body, media_type=kind, headers=headers)


def _page(
    site: Site,
    draft: str,
    said: str = "",
    status: int = 200,
    *,
    checked: Sequence[CheckedFigure] = (),
    picked: Sequence[str] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    form = form_html(site, draft, picked, editing=bool(checked), sample=_has_sample(site))
    body = result_html(site, draft, checked, form) if checked else f"{notice(said) if said else ''}{form}"
    head = f'<h1 class="yj-h1">{words.TAB_CHECK}</h1>\n<p class="yj-lede">{words.CHECK_LEDE}</p>\n'
    return desk_page(site, "check", words.TAB_CHECK, head + body, status, {"Cache-Control": "private, no-cache"} | dict(headers or {}))


def changed(sent: Sent, one: CheckedFigure) -> Sent:
    """The draft with one figure printed as the report prints it; picks behind it move along."""
    end = one.start + len(one.number.printed)
    text = sent.text[: one.start] + one.report_value + sent.text[end:]
    moved = len(one.report_value) - (end - one.start)
    return Sent(text, tuple(filter(None, (_moved(pick, one.start, moved) for pick in sent.picked))), wanted=sent.wanted)


def _moved(pick: str, behind: int, by: int) -> str:
    """A pick whose figure stands elsewhere now; "" for one that is not readable."""
    start, end, *rest = pick.split(":")
    if not (start.isdigit() and end.isdigit()):
        return ""
    shift = by if int(start) > behind else 0
    return ":".join([str(int(start) + shift), str(int(end) + shift), *rest])


def _resolved(one: CheckedFigure, picked: Sequence[str]) -> CheckedFigure:
    """An ambiguous figure with the sentence its writer says is meant; its value decides."""
    if one.verdict != "ambiguous":
        return one
    meant = {pick for pick in picked if pick.startswith(f"{one.start}:{one.end}:")}
    for citation in citations(one):
        for start, end in citation.highlights:
            if f"{one.start}:{one.end}:{citation.sentence_id}:{start}" in meant:
                return _picked(one, citation, citation.sentence[start - citation.start : end - citation.start])
    return one


def _picked(one: CheckedFigure, citation: Citation, printed: str) -> CheckedFigure:
    numbers = [number for number in read_numbers(printed) if number.kind != "name"]
    holds = len(numbers) == 1 and agree(one.number, numbers[0]).holds
    verdict: Verdict = "supported" if holds else "contradicted"
    return replace(one, verdict=verdict, report_value=printed, citation=citation, others=(), note=words.PICKED)
