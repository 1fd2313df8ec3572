"""``/check``: 数据核对, a draft in, a verdict with its sentence for every figure out. Works by posting a form; nothing is kept."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from corpus.errors import InputError
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

    @routes.api_route(PATH, methods=["GET", "HEAD"])
    def empty() -> Response:
        return _page(site, "")

    @routes.post(PATH)
    async def check(request: Request) -> Response:
        try:
            sent = await _sent(request, site)
        except InputError as error:
            return _page(site, "", str(error), 422)
        if not sent.text.strip():
            return _page(site, "", words.NO_DRAFT, 422)
        if len(sent.text) > max_draft:
            return _page(site, sent.text, texts.DRAFT_TOO_LONG.format(most=max_draft), 413)
        if not await run_in_threadpool(limit.allows, visitor_of(request)):
            return _page(site, sent.text, texts.TOO_FAST, 429)
        try:
            return await line.run(partial(_answer, service, site, sent, _origin(request, site)))
        except Busy as busy:
            return _page(site, sent.text, texts.PLACE_IN_LINE.format(count=busy.ahead) + words.SEND_AGAIN, 503)
        except InputError as error:
            return _page(site, sent.text, str(error), 422)

    return routes


async def _sent(request: Request, site: Site) -> Sent:
    """Read the form.

    Raises:
        InputError: the form or the file in it cannot be read.
    """
    try:
        async with request.form(max_files=1, max_fields=_MOST_PICKS + 10, max_part_size=LARGEST) as form:
            return await _read(form, site)
    except HTTPException as error:
        raise InputError(words.BAD_FILE) from error


async def _read(form: FormData, site: Site) -> Sent:
    if form.get("sample") and _has_sample(site):
        return Sent(words.SAMPLE_DRAFT)
    file = form.get("file")
    if isinstance(file, UploadFile) and file.filename:
        raw = await file.read(LARGEST + 1)
        return Sent(await run_in_threadpool(draft_text, raw, file.filename))
    picked = [str(one) for name in ("picked", "pick") for one in form.getlist(name)][-_MOST_PICKS:]
    change = _field(form, "change")
    text = _field(form, "text").replace("\r\n", "\n").replace("\r", "\n")
    return Sent(text, tuple(picked), int(change) if change.isascii() and change.isdigit() else -1, _field(form, "as"))


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
    site: Site, draft: str, said: str = "", status: int = 200, checked: Sequence[CheckedFigure] = (), picked: Sequence[str] = ()
) -> Response:
    form = form_html(site, draft, picked, editing=bool(checked), sample=_has_sample(site))
    body = result_html(site, draft, checked, form) if checked else f"{notice(said) if said else ''}{form}"
    head = f'<h1 class="yj-h1">{words.TAB_CHECK}</h1>\n<p class="yj-lede">{words.CHECK_LEDE}</p>\n'
    return desk_page(site, "check", words.TAB_CHECK, head + body, status, {"Cache-Control": "private, no-cache"})


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
