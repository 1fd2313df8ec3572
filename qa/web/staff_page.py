"""``/staff``: the desk of those who look after the answers. Closed unless a password is set, and for all who do not know it."""

import csv
from collections.abc import Callable, Mapping
from dataclasses import replace
from io import StringIO
from pathlib import Path
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from corpus.bank import BankQuestion, export_bank, import_bank, quote_problem, same_question
from corpus.errors import BankError, InputError, YoujuError
from corpus.fold import fold
from corpus.report import Report, Sentence
from qa.log import Entry, Group, Log, Search
from qa.register_csv import safe_cell
from qa.service import Service
from qa.web import staff_reports, texts
from qa.web import texts_tools as words
from qa.web.desk_frame import desk_page
from qa.web.html import icon, sized, text
from qa.web.ledger import Ledger
from qa.web.limit import Limits
from qa.web.line import Busy, Line
from qa.web.page import Site
from qa.web.register import workbook
from qa.web.render import notice_html
from qa.web.staff_anatomy import Case, case_html
from qa.web.staff_deeds import Deeds
from qa.web.staff_html import PAGE, bank_html, framed, log_html, login_html, open_html, outcome
from qa.web.staff_reports import ReportsDesk
from qa.web.staff_session import (
    COOKIE,
    LONGEST_NAME,
    Guessing,
    Session,
    Sessions,
    drop_cookie,
    same_origin,
    same_password,
    same_token,
    set_cookie,
)
from qa.web.staff_usage import SPANS, usage_html
from qa.web.visitor import visitor_of

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MOST_ROWS = 100_000  # in one export
_LONGEST_FIELD = 2000  # characters
_LARGEST_BANK = 2 * 1024 * 1024  # bytes of an imported bank
_BRING = "/bank/import"
_FORM = 64 * 1024  # bytes that a form adds to its file
UPLOADS = {f"/staff{_BRING}": _LARGEST_BANK + _FORM, staff_reports.READ: staff_reports.LARGEST_POST}  # paths that take files -> bytes
_OPEN_DAYS = 90
_HEADERS = {"Cache-Control": "no-store"}

Fields = Mapping[str, str]
Show = Callable[[Session, Fields], Response]
Take = Callable[[Session, Fields, bytes, str], Response]  # with a file and its name


class Desk:
    """The pages of the desk and what they change."""

    def __init__(
        self, service: Service, site: Site, log: Log | None, password: str, state: Path, ledger: Ledger, limits: Limits, line: Line
    ) -> None:
        """What the desk works with.

        Args:
            service: the running service.
            site: where it is served.
            log: what was asked; None when it is not kept.
            password: of the staff.
            state: folder of what is written while serving.
            ledger: sessions and tries.
            limits: of a visitor's logins and files.
            line: in which files wait to be read.
        """
        self._service = service
        self._site = replace(site, frame_ancestors="'none'")
        self._log = log
        self._password = password
        self._deeds = Deeds(state / "staff.jsonl")
        self._sessions = Sessions(ledger, password)
        self._guessing = Guessing(ledger)
        self._limit = limits.login
        self._file_limit = limits.check
        self._line = line
        self.reports = ReportsDesk(service, self._site, self._deeds, state, self._page, self._see)

    # ---- in and out ----

    def shown(self, show: Show) -> Callable[[Request], Response]:
        """A page that only those see who are in."""

        def respond(request: Request) -> Response:
            session = self._session(request)
            if session is None:
                return self._login(401 if request.cookies.get(COOKIE) else 200)
            return show(session, {name: value[:_LONGEST_FIELD] for name, value in request.query_params.items()})

        return respond

    def done(self, do: Show) -> Callable[[Request], object]:
        """A change that only those make who are in, from our own forms."""

        async def respond(request: Request) -> Response:
            session = self._session(request)
            if session is None:
                return self._login(401, words.STAFF_GONE)
            async with request.form(max_files=1, max_fields=20) as form:
                fields = _fields(form)
            foreign = self._foreign(request, session, fields)
            return await run_in_threadpool(do, session, fields) if foreign is None else foreign

        return respond

    def received(self, do: Take) -> Callable[[Request], object]:
        """A file that only those send who are in, from our own forms; within a budget, and one is read at a time."""

        async def respond(request: Request) -> Response:
            session = self._session(request)
            if session is None:
                return self._login(401, words.STAFF_GONE)
            if not await run_in_threadpool(self._file_limit.allows, visitor_of(request)):
                return self._later(session, 429, 60)
            async with request.form(max_files=1, max_fields=20) as form:
                fields, file = _fields(form), form.get("file")
                foreign = self._foreign(request, session, fields)
                if foreign is not None:
                    return foreign
                try:
                    return await self._line.run(lambda: do(session, fields, *_content(file)))
                except Busy as busy:
                    return self._later(session, 503, busy.seconds)

        return respond

    def _foreign(self, request: Request, session: Session, fields: Fields) -> Response | None:
        """What is said to a form that is none of ours, or of another session."""
        if same_origin(request) and same_token(fields.get("csrf", ""), session):
            return None
        return self._page(session, "", words.STAFF_FORM_OLD, _notice(words.STAFF_FORM_OLD), 403)

    def _later(self, session: Session, status: int, seconds: int) -> Response:
        response = self._page(session, "", words.STAFF_LATER, _notice(words.STAFF_LATER), status)
        response.headers["Retry-After"] = str(seconds)
        return response

    async def enter(self, request: Request) -> Response:
        """Look at a password."""
        visitor = visitor_of(request)
        if not self._limit.allows(visitor):
            return self._login(429, words.STAFF_TOO_FAST, headers={"Retry-After": "60"})
        async with request.form(max_files=0, max_fields=20) as form:
            fields = _fields(form)
        name = " ".join(fields.get("name", "").split())[:LONGEST_NAME]
        if not same_origin(request):
            return self._login(403, words.STAFF_FORM_OLD, name)
        if not name:
            return self._login(422, words.STAFF_NO_NAME)
        if not self._guessing.may_try(visitor):
            minutes = self._guessing.minutes
            return self._login(429, words.STAFF_LOCKED.format(minutes=minutes), name, {"Retry-After": str(minutes * 60)})
        if not same_password(fields.get("password", ""), self._password):
            return self._login(401, words.STAFF_WRONG, name)
        self._guessing.right(visitor)
        response = RedirectResponse(f"{self._site.base}/staff", 303, _HEADERS)
        set_cookie(response, request, self._sessions.begin(name), self._site.base)
        return response

    async def leave(self, request: Request) -> Response:
        """Close the session, when our own form asks for it."""
        response = RedirectResponse(f"{self._site.base}/staff", 303, _HEADERS)
        session = self._session(request)
        if session is None:  # nothing to close; a form from elsewhere comes without the cookie, and must not take it from the browser
            return response
        async with request.form(max_files=1, max_fields=20) as form:
            foreign = self._foreign(request, session, _fields(form))
        if foreign is not None:
            return foreign
        self._sessions.end(request.cookies.get(COOKIE, ""))
        drop_cookie(response, self._site.base)
        return response

    def _session(self, request: Request) -> Session | None:
        return self._sessions.find(request.cookies.get(COOKIE, ""))

    def _login(self, status: int, said: str = "", name: str = "", headers: dict[str, str] | None = None) -> HTMLResponse:
        return desk_page(self._site, "staff", words.STAFF_LOGIN, login_html(self._site, said, name), status, _HEADERS | (headers or {}))

    def _page(self, session: Session, here: str, title: str, inner: str, status: int = 200) -> HTMLResponse:
        return desk_page(self._site, "staff", title, framed(self._site, session, here, title, inner), status, _HEADERS)

    # ---- the log ----

    def log(self, session: Session, fields: Fields) -> Response:
        """What was asked."""
        if self._log is None:
            return self._page(session, "", words.STAFF_LOG, _notice(words.LOG_OFF.format(setting="YOUJU_LOG")))
        wanted = _search(fields)
        if fields.get("as") in ("csv", "xlsx"):
            return _export(self._log.search(wanted, limit=_MOST_ROWS), fields["as"])
        page = int(fields["page"]) if fields.get("page", "").isdecimal() and 0 < int(fields["page"]) < 100_000 else 1
        entries = self._log.search(wanted, limit=PAGE, offset=(page - 1) * PAGE)
        return self._page(session, "", words.STAFF_LOG, log_html(self._site, entries, self._log.count(wanted), wanted, page))

    def open(self, session: Session, fields: Fields) -> Response:
        """What was not answered, and not assigned since."""
        groups = self._log.groups_of_unanswered(_OPEN_DAYS) if self._log else []
        assigned = {same_question(e.question) for report in self._service.reports() for e in self._service.own_bank(report.report_id)}
        left = [rest for group in groups if (rest := _without(group, assigned)) is not None]
        return self._page(session, "/open", words.STAFF_OPEN, open_html(self._site, left, _OPEN_DAYS))

    def usage(self, session: Session, fields: Fields) -> Response:
        """The last days at a glance."""
        if self._log is None:
            return self._page(session, "/usage", words.STAFF_USAGE, _notice(words.LOG_OFF.format(setting="YOUJU_LOG")))
        last_days = next((span for span in SPANS if str(span) == fields.get("days")), SPANS[1])
        return self._page(session, "/usage", words.STAFF_USAGE, usage_html(self._site, self._log, last_days))

    # ---- one question ----

    def question(self, session: Session, fields: Fields, said: str = "", status: int = 200) -> Response:
        """A question taken apart, and what it can be assigned to."""
        asked = fields.get("q") or fields.get("question", "")
        form = _question_form(self._site, asked)
        done = {"1": words.DONE, "0": words.UNDONE}.get(fields.get("done", ""), "")
        told = (_notice(said) if said else "") + (_notice(done, "check") if done else "")
        if not asked.strip():
            inner = form
        elif not self._service.ready:
            inner = form + _notice(words.QUESTION_NOT_READY)
        else:
            inner = form + told + case_html(self._site, session, self._case(asked, fields))
        return self._page(session, "/question", words.QUESTION, inner, status)

    def _case(self, asked: str, fields: Fields) -> Case:
        answerer = self._service.answerer()
        answer = self._service.rehearse(asked)
        cited = answer.citations[0].report_id if answer.citations else self._site.newest.report_id
        report = self._service.report(fields.get("report") or cited)
        own = next((e for e in self._service.own_bank(report.report_id) if same_question(e.question) == same_question(asked)), None)
        find = fields.get("find", "").strip()
        return Case(
            asked,
            report,
            answer,
            None if answer.reason in ("empty", "too_long") else self._service.explain(asked),
            answerer.threshold,
            own,
            find,
            _found(report, find),
            self._service.uses_bank,
        )

    def assign(self, session: Session, fields: Fields) -> Response:
        """Let a question lead to a sentence, or to the report's silence, from now on."""
        asked, report_id = fields.get("question", ""), fields.get("report", "")
        try:
            entry = _assigned(self._service.report(report_id), fields, session.name)
            for old in self._service.own_bank(report_id):
                if same_question(old.question) == same_question(asked):
                    self._remove(session, report_id, old.question)
            self._service.add_bank(report_id, entry)
            self._deeds.add(session.name, "add", report_id, entry.question, entry.quote, entry.reason)
        except YoujuError as error:
            return self.question(session, {"q": asked, "report": report_id if _is_known(self._service, report_id) else ""}, str(error), 422)
        return self._see("/question", q=asked, report=report_id, done="1")

    def undo(self, session: Session, fields: Fields) -> Response:
        """Take an assignment back."""
        asked, report_id = fields.get("question", ""), fields.get("report", "")
        try:
            self._remove(session, report_id, asked)
        except YoujuError as error:
            return self.bank(session, {}, str(error), 422)
        if fields.get("back") == "bank":
            return self._see("/bank", done="0")
        return self._see("/question", q=asked, report=report_id, done="0")

    def _remove(self, session: Session, report_id: str, asked: str) -> None:
        gone = self._service.remove_bank(report_id, asked)
        self._deeds.add(session.name, "remove", report_id, gone.question, gone.quote, gone.reason)

    def _see(self, path: str, **given: str) -> RedirectResponse:
        query = f"?{urlencode(given)}" if given else ""
        return RedirectResponse(f"{self._site.base}/staff{path}{query}", 303, _HEADERS)

    # ---- the bank ----

    def bank(self, session: Session, fields: Fields, said: str = "", status: int = 200) -> Response:
        """What staff added, and who did what."""
        banks = []
        own_first = sorted(self._service.reports(), key=lambda report: report.report_id != self._site.newest.report_id)
        for report in own_first:
            own = self._service.own_bank(report.report_id)
            shipped = len(self._service.bank(report.report_id)) - len(own)
            banks.append((report.report_id, report.about.title, own[::-1], max(0, shipped)))
        told = _notice(said) if said else ""
        if fields.get("added", "").isdecimal() and fields.get("there", "").isdecimal():
            told = _notice(words.BANK_IMPORTED.format(count=fields["added"], there=fields["there"]), "check")
        elif fields.get("done") == "0":
            told = _notice(words.UNDONE, "check")
        return self._page(session, "/bank", words.STAFF_BANK, told + bank_html(self._site, session, banks, self._deeds.last()), status)

    def export(self, session: Session, fields: Fields) -> Response:
        """Staff's own bank questions of one report, as JSON lines."""
        report = self._service.report(fields.get("report", ""))
        name = quote(f"{words.BANK_FILE.format(report=report.report_id)}.jsonl")
        headers = _HEADERS | {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
        return Response(
            export_bank(self._service.own_bank(report.report_id)), media_type="application/jsonl; charset=utf-8", headers=headers
        )

    def bring(self, session: Session, fields: Fields, raw: bytes, name: str) -> Response:
        """Import bank questions: all are looked at first; those that are there already are passed over."""
        try:
            if not raw.strip():
                raise InputError(words.BANK_IMPORT_NO_FILE)
            if len(raw) > _LARGEST_BANK:
                raise InputError(words.BANK_IMPORT_TOO_LARGE.format(most=sized(_LARGEST_BANK)))
            report = self._service.report(fields.get("report", ""))
            entries = import_bank(raw.decode("utf-8-sig", "replace"), report)
            there = {same_question(entry.question) for entry in self._service.bank(report.report_id)}
            new = [
                replace(entry, added_by=entry.added_by or session.name) for entry in entries if same_question(entry.question) not in there
            ]
            self._service.add_bank(report.report_id, *new)
            self._deeds.add(session.name, "import", report.report_id, str(len(new)))
        except YoujuError as error:
            return self.bank(session, {}, str(error), 422)
        return self._see("/bank", added=str(len(new)), there=str(len(entries) - len(new)))


def router(desk: Desk) -> APIRouter:
    """The routes of the desk."""
    routes = APIRouter(prefix="/staff", include_in_schema=False)
    shown: tuple[tuple[str, Show], ...] = (
        ("", desk.log),
        ("/open", desk.open),
        ("/question", desk.question),
        ("/bank", desk.bank),
        ("/bank/export", desk.export),
        ("/usage", desk.usage),
        ("/reports", desk.reports.list),
        ("/reports/remove", desk.reports.ask_to_remove),
    )
    done: tuple[tuple[str, Show], ...] = (
        ("/assign", desk.assign),
        ("/undo", desk.undo),
        ("/reports/add", desk.reports.add),
        ("/reports/remove", desk.reports.remove),
        ("/reports/restore", desk.reports.restore),
    )
    for path, show in shown:
        routes.add_api_route(path, desk.shown(show), methods=["GET", "HEAD"], response_model=None)
    for path, do in done:
        routes.add_api_route(path, desk.done(do), methods=["POST"], response_model=None)
    received: tuple[tuple[str, Take], ...] = ((_BRING, desk.bring), ("/reports/read", desk.reports.read))
    for path, take in received:
        routes.add_api_route(path, desk.received(take), methods=["POST"], response_model=None)
    routes.add_api_route("/login", desk.enter, methods=["POST"], response_model=None)
    routes.add_api_route("/logout", desk.leave, methods=["POST"], response_model=None)
    return routes


def _fields(form: FormData) -> dict[str, str]:
    """The fields of a form that are text."""
    return {name: value[:_LONGEST_FIELD] for name, value in form.items() if isinstance(value, str)}


def _content(file: UploadFile | str | None) -> tuple[bytes, str]:
    """The bytes of a file and its name; nothing where none was chosen."""
    return (file.file.read(), file.filename or "") if isinstance(file, UploadFile) else (b"", "")


def _notice(said: str, icon_name: str = "alert") -> str:
    return f'<div class="yj-notes">{notice_html(said, icon_name)}</div>'


def _search(fields: Fields) -> Search:
    outcome_ = fields.get("outcome", "")
    vote = fields.get("vote", "")
    return Search(
        fields.get("q", "")[:100],
        outcome_ if outcome_ in words.OUTCOMES | words.REASONS else "",
        vote if vote in words.VOTES else "",
        fields.get("first", "")[:10],
        fields.get("last", "")[:10],
    )


def _without(group: Group, assigned: set[str]) -> Group | None:
    """A group without the wordings that lead somewhere by now."""
    left = tuple((wording, count) for wording, count in group.wordings if same_question(wording) not in assigned)
    return replace(group, wordings=left, count=sum(count for _, count in left)) if left else None


def _question_form(site: Site, asked: str) -> str:
    return (
        f'<form class="yj-inline" role="search" method="get" action="{site.base}/staff/question"><div class="yj-field"><label for="q">{words.QUESTION_LABEL}</label>'
        f'<input class="yj-input" id="q" name="q" type="search" maxlength="300" value="{text(asked)}"></div>'
        f'<button class="yj-btn">{icon("search")}{words.QUESTION_GO}</button></form>'
    )


def _found(report: Report, find: str) -> tuple[Sentence, ...]:
    wanted = [fold(word) for word in find.split()]
    if not wanted:
        return ()
    return tuple(s for s in report.sentences if s.role in ("text", "item") and all(word in fold(s.text) for word in wanted))


def _is_known(service: Service, report_id: str) -> bool:
    return any(report.report_id == report_id for report in service.reports())


def _assigned(report: Report, fields: Fields, who: str) -> BankQuestion:
    """The bank question that a form asks for, known to be valid.

    Raises:
        BankError: the sentence is not there, or neither sentence nor reason is given.
    """
    asked, sentence_id = fields.get("question", ""), fields.get("sentence", "")
    sentence = report.by_id.get(sentence_id)
    if sentence_id and sentence is None:
        raise BankError(texts.TARGET_GONE)
    quoted = sentence.text if sentence is not None else ""
    entry = BankQuestion(asked, quoted, "" if quoted else fields.get("reason", ""), who)
    problem = quote_problem(quoted, report) if quoted else ""
    if problem:
        raise BankError(problem)
    return entry


def _export(entries: list[Entry], kind: str) -> Response:
    rows = [list(words.LOG_COLUMNS), *([safe_cell(cell) for cell in _cells(entry)] for entry in entries)]
    headers = _HEADERS | {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(words.LOG_FILE)}.{kind}"}
    if kind == "xlsx":
        return Response(workbook(iter(rows)), media_type=_XLSX, headers=headers)
    out = StringIO()
    out.write("\ufeff")
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return Response(out.getvalue().encode(), media_type="text/csv; charset=utf-8", headers=headers)


def _cells(entry: Entry) -> list[object]:
    return [
        entry.at,
        entry.question,
        entry.understood,
        outcome(entry),
        words.REASONS.get(entry.reason, entry.reason),
        words.KINDS.get(entry.kind, entry.kind),
        entry.report_id,
        entry.section.replace("\n", " "),
        entry.sentence_id,
        round(entry.milliseconds),
        entry.up,
        entry.down,
        entry.why,
    ]
