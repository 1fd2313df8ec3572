"""``/staff/reports``: which reports there are; a file in, what it was taken for, confirmed or put right; out, and back."""

import re
import threading
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from fastapi import Response
from fastapi.responses import RedirectResponse

from corpus.errors import InputError, YoujuError
from corpus.extract import Extracted, extract
from corpus.identify import Identity, identify
from corpus.shelf import Plan
from qa.service import Service
from qa.web import texts_tools as words
from qa.web.page import Site
from qa.web.staff_deeds import Deeds, Did
from qa.web.staff_incoming import Incoming
from qa.web.staff_reports_html import asked_html, confirm_html, list_html
from qa.web.staff_session import Session

PATH = "/reports"
READ = "/staff/reports/read"  # takes the largest bodies
LARGEST_POST = 31 * 1024 * 1024  # bytes: a file, and what the form adds
_TITLE = words.STAFF_REPORTS

Fields = Mapping[str, str]
ShowPage = Callable[..., Response]  # session, here, title, inner, status
See = Callable[..., RedirectResponse]  # path, what the query gives


class Shelving:
    """Changes of the library, one after the other, while the desk goes on."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._threads: list[threading.Thread] = []
        self.said = ""  # what went wrong last

    def start(self, do: Callable[[], object]) -> None:
        """Do something as soon as what was started before is done."""

        def work() -> None:
            with self._turn:
                try:
                    do()
                    self.said = ""
                except YoujuError as error:
                    self.said = str(error)

        self._threads = [*(thread for thread in self._threads if thread.is_alive()), threading.Thread(target=work, name="shelving")]
        self._threads[-1].start()

    @property
    def busy(self) -> bool:
        """Whether something is being done."""
        return any(thread.is_alive() for thread in self._threads)

    def wait(self) -> None:
        """Until all is done."""
        for thread in self._threads:
            thread.join()


class ReportsDesk:
    """The pages about reports and what they change."""

    def __init__(self, service: Service, site: Site, deeds: Deeds, state: Path, page: ShowPage, see: See) -> None:
        """``page`` and ``see`` are the desk's: a page in its frame, and the way to one."""
        self._service = service
        self._site = site
        self._deeds = deeds
        self._incoming = Incoming(state / "incoming")
        self._page = page
        self._see = see
        self.shelving = Shelving()

    def list(self, session: Session, fields: Fields, said: str = "", status: int = 200) -> Response:
        """The reports there are, those on their way, and those that can be brought back."""
        served = self._service.reports()
        on_disk = set(self._service.library.again().report_ids())
        there = [report for report in served if report.report_id in on_disk]  # the rest is on its way out
        coming = sorted(on_disk - {report.report_id for report in served})
        busy = self.shelving.busy
        inner = list_html(
            self._site, session, there, self._service.removed_reports(), busy=busy, coming=coming, said=said or self.shelving.said
        )
        response = self._page(session, PATH, _TITLE, inner, status)
        if busy:
            response.headers["Refresh"] = "3"  # the page looks again by itself, without a script
        return response

    def read(self, session: Session, fields: Fields, raw: bytes, name: str) -> Response:
        """Read a file, and ask whether it is what it seems."""
        try:
            if not name:
                raise InputError(words.REPORTS_NO_FILE)
            read = extract(raw, name)
            token = self._incoming.keep(name, read)
        except YoujuError as error:
            return self.list(session, {}, str(error), 422)
        return self._asking(session, token, read, identify(read, name))

    def _asking(self, session: Session, token: str, read: Extracted, who: Identity, said: str = "", status: int = 200) -> Response:
        made = self._planned(read, who)
        inner = confirm_html(self._site, session, token, read, who, made, said)
        return self._page(session, PATH, words.REPORTS_CONFIRM, inner, status)

    def _planned(self, read: Extracted, who: Identity) -> Plan | None:
        """What adding would do; None while title or year is missing."""
        try:
            return self._service.plan_report(read, who)
        except InputError:
            return None

    def add(self, session: Session, fields: Fields) -> Response:
        """Add what was confirmed; ask again where what it does has changed by what was put right."""
        found = self._incoming.find(fields.get("token", ""))
        if found is None:
            return self.list(session, {}, words.REPORTS_LATE, 422)
        (_, read), who = found, _said_of(fields)
        try:
            _refuse_bad(who, fields)
            made = self._service.plan_report(read, who)
        except InputError as error:
            return self._asking(session, fields["token"], read, who, str(error), 422)
        if made.does == "nothing" or made.does != fields.get("does"):
            return self._asking(session, fields["token"], read, who)
        self._incoming.forget(fields["token"])
        did: Did = "report-replace" if made.does == "replace" else "report-add"
        self._start(session, did, made.report_id, who.title, lambda: self._service.add_report(made))
        return self._see(PATH)

    def ask_to_remove(self, session: Session, fields: Fields) -> Response:
        """Whether a report is really to go."""
        report = self._service.report(fields.get("report", ""))
        return self._page(session, PATH, words.REPORTS_REMOVE, asked_html(self._site, session, report))

    def remove(self, session: Session, fields: Fields) -> Response:
        """Take a report out."""
        try:
            report = self._service.report(fields.get("report", ""))
        except YoujuError as error:
            return self.list(session, {}, str(error), 422)
        name = report.report_id
        self._start(session, "report-remove", name, report.about.title, lambda: self._service.remove_report(name))
        return self._see(PATH)

    def restore(self, session: Session, fields: Fields) -> Response:
        """Bring a report back, or its text before the present one."""
        kept = next((one for one in self._service.removed_reports() if one.report_id == fields.get("report", "")), None)
        if kept is None:
            return self.list(session, {}, words.REPORTS_NOTHING_KEPT, 422)
        name = kept.report_id
        self._start(session, "report-restore", name, kept.title, lambda: self._service.restore_report(name))
        return self._see(PATH)

    def _start(self, session: Session, did: Did, name: str, title: str, do: Callable[[], object]) -> None:
        def work() -> None:
            do()
            self._deeds.add(session.name, did, name, title)

        self.shelving.start(work)


def _said_of(fields: Fields) -> Identity:
    """What the form says of a report, as far as it can be read."""
    year = fields.get("year", "").strip()
    return Identity(
        title=" ".join(fields.get("title", "").split())[:200],
        year=int(year) if re.fullmatch(r"(?:19|20)[0-9]{2}", year) else None,
        published=_day(fields.get("published", "").strip()),
        publisher=" ".join(fields.get("publisher", "").split())[:100],
        source_url=fields.get("source_url", "").strip()[:500],
    )


def _refuse_bad(who: Identity, fields: Fields) -> None:
    """Stop at a day or an address that is none.

    Raises:
        InputError: there is one.
    """
    if fields.get("published", "").strip() and who.published is None:
        raise InputError(words.REPORTS_BAD_DAY)
    if who.source_url and not who.source_url.startswith(("http://", "https://")):
        raise InputError(words.REPORTS_BAD_ADDRESS)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
