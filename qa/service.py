"""One object that the web, the REST interface and the command line share. Safe to use from several threads.

What answers a question is imported here; what checks drafts, adds reports or compares years, where it is first asked for.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from corpus.bank import BankQuestion
from corpus.errors import SearchIndexError, SettingsError, UnknownReport
from corpus.figures import Figure
from corpus.library import Library, newest_first
from corpus.report import Report
from index.build import FAISS, Content, build_index, index_in_memory, load_index, read_content
from index.embed import Embedder, Encoder, Progress
from index.engines import EngineRoom, MilvusRoom
from index.passage_index import PassageIndex
from qa.assigned import Assigned, settled
from qa.bank_desk import BankDesk
from qa.librarian import Librarian
from qa.rank import Weights
from qa.records import Answer
from qa.registers import Registers
from qa.scope import Catalogue
from qa.stages import Spent, measured
from qa.values import ReadValues

if TYPE_CHECKING:
    from corpus.extract import Extracted
    from corpus.former import Former
    from corpus.identify import Identity
    from corpus.shelf import Plan, Removed
    from qa.answer import Tried
    from qa.arithmetic import Computation
    from qa.check import CheckedFigure
    from qa.known import Known
    from qa.over_years import YearBook, Years
    from qa.settings import Settings
    from qa.shortlist import Shortlist

log = logging.getLogger("youju")
_TRIALS: tuple[tuple[str, tuple[str, ...]], ...] = (  # with what was asked before; between them they use whatever is loaded late
    ("公种号是什么", ()),  # a typo
    ("2905件是什么", ()),  # a figure
    ("有哪些活动,开了几次,在哪里", ()),  # several questions
    ("那2021年呢", ("满意率是多少",)),  # one that follows another
)
Say = Callable[[str], None]


class Recorder(Protocol):
    """Keeps what was asked; never fails an answer."""

    def asked(self, question: str, answer: Answer, milliseconds: float, spent: Spent, /) -> None:
        """One question, what was answered, how long it took, and where that time went."""
        ...

    def feedback(self, question: str, sentence_id: str, vote: str, reason: str) -> None:
        """One vote on an answer."""
        ...


class Service:
    """Reports, index and answers, put together from plain arguments."""

    def __init__(
        self,
        *,
        reports: Path,
        index: Path,
        milvus: str = "",
        encoder: Encoder | None = None,
        bank: bool = True,
        longest_question: int = 300,
        home: str = "",
        state: Path | None = None,
        recorder: Recorder | None = None,
        say: Say = log.info,
        progress: Progress | None = None,
        today: Callable[[], date] = date.today,
    ) -> None:
        """Cheap: nothing is read before it is needed.

        Args:
            reports: folder of reports.
            index: folder of the built index.
            milvus: address or file of Milvus, when it is to keep the vectors of passages; "" for FAISS files.
            encoder: the embedding model; the one shipped with the project when None.
            bank: whether the question banks are used.
            longest_question: in characters.
            home: the visitors' own publisher or report; "" for who wrote the newest local report.
            state: folder of what is written while serving: bank questions that staff add; None for none.
            recorder: keeps what was asked and said of it; None for nobody.
            say: takes one line when something happens that a person should know.
            progress: told how many texts are embedded, of how many.
            today: the day a question is asked; 去年 is said from there.
        """
        self.library = Library(reports)
        self._index_folder = index
        self._room: EngineRoom = MilvusRoom(milvus, index) if milvus else FAISS
        self.encoder: Encoder = encoder or Embedder()
        self._bank = bank
        self._longest = longest_question
        self._home = home
        self._today = today
        self._desk = BankDesk(self.library, state)
        self._recorder = recorder
        self._say = say
        self._progress = progress
        self._state_folder = state
        self._lock = threading.Lock()
        self._refreshing = threading.Lock()  # held by the one who makes the next state
        self._banking = threading.Lock()  # held while a bank question goes to disk and into the index
        self._bank_changes = 0
        self._answerer: Librarian | None = None
        self._warming = False
        self._made_of = ""  # digest of what the answerer was made of, to tell whether anything has changed
        self._sorted: tuple[Library | None, tuple[Report, ...]] = (None, ())
        read = index.with_name(f"{index.name}-registers")
        self._registers, self._values = Registers(read), ReadValues(read)
        self._checked: dict[str, Known] = {}
        self._shortlisted: tuple[tuple[Report, ...], Shortlist] | None = None
        self._year_book: tuple[tuple[Report, ...], YearBook] | None = None

    @property
    def ready(self) -> bool:
        """Whether ``ask`` answers without waiting for anything that is loaded once."""
        return self._answerer is not None and not self._warming

    @property
    def uses_bank(self) -> bool:
        """Whether the question banks are in force."""
        return self._bank

    def warm(self) -> None:
        """Get ready, then read ahead."""
        self.get_ready()
        self.read_ahead()

    def get_ready(self) -> None:
        """Load the model and the index, building it if need be, and all that only some questions need, by asking such questions."""
        self._warming = True
        try:
            answerer = self.answerer()
            for question, history in _TRIALS:
                answerer.answer(question, history)
        finally:
            self._warming = False

    def read_ahead(self) -> None:
        """Read now what a question for a figure and the first draft would wait for."""
        self.answerer().load_values()
        self._shortlist(tuple(self.reports()))
        self._known(self.home())

    def probe(self) -> None:
        """Answer a question that nobody asked; raises whatever keeps questions from being answered."""
        self.answerer().answer("热身")

    def ask(self, question: str, *, history: Sequence[str] = (), reports: Sequence[str] = (), k: int = 3) -> Answer:
        """Answer a question; see ``Answerer.answer``.

        Raises:
            ReportError: ``reports`` names one that is not there.
        """
        for report_id in reports:
            self.library.report(report_id)
        answerer = self.answerer()
        if reports and not {report.report_id for report in answerer.index.reports}.issuperset(reports):
            raise UnknownReport("这份报告刚刚换过;请再问一次")
        with measured() as spent:
            answer = self._decided(answerer, question, history, reports, k)
        if self._recorder is not None:
            self._recorder.asked(question, answer, sum(spent.values()) * 1000, spent)
        return answer

    def rehearse(self, question: str) -> Answer:
        """What ``ask`` would answer now; nobody is told that it was asked."""
        return self._decided(self.answerer(), question, (), (), 3)

    def _decided(self, answerer: Librarian, question: str, history: Sequence[str], reports: Sequence[str], k: int) -> Answer:
        """What staff assigned a question to, else what the search finds."""
        asked = [report for report in self.reports() if not reports or report.report_id in reports]
        own = self._desk.assigned(question, (report.report_id for report in asked)) if self._bank else {}
        if not own:
            return answerer.answer(question, history, reports, k)
        quoted = next(((report, own[report.report_id]) for report in asked if _quotes(own.get(report.report_id))), None)
        assigned = Assigned(quoted, {report_id: entry for report_id, entry in own.items() if not entry.quote})
        ids = [report.report_id for report in asked]
        return settled(question, history, assigned, ids, lambda left: answerer.answer(question, history, left or reports, k), answerer)

    def feedback(self, question: str, sentence_id: str, vote: str, reason: str = "") -> None:
        """Keep what a visitor says of an answer; ``vote`` is "up" or "down"."""
        if self._recorder is not None:
            self._recorder.feedback(question, sentence_id, vote, reason)

    def figures(self, report_id: str | None = None) -> list[Figure]:
        """The register of one report, or of all of them, in order."""
        reports = [self.report(report_id)] if report_id else self.reports()
        return [figure for report in reports for figure in self._registers.of(report)]

    def years(self, indicator: str) -> "Years":
        """What every report prints of an indicator; see ``YearBook.years``."""
        return self.year_book().years(indicator)

    def year_book(self) -> "YearBook":
        """The figures of all reports by name; read at the first call, and again when the reports have changed."""
        from qa.over_years import YearBook

        reports = tuple(self.reports())
        made = self._year_book
        if made is None or not _same(made[0], reports):
            made = self._year_book = reports, YearBook((report, self._registers.of(report)) for report in reports)
        return made[1]

    def check(self, text: str, reports: Sequence[str] = ()) -> "list[CheckedFigure]":
        """A verdict for every figure of a draft; of many reports, each sentence is checked against those it may speak of."""
        from qa.check import check_draft
        from qa.claims import read_claims

        against = tuple(self.report(report_id) for report_id in reports) or tuple(self.reports())
        looked_at = self._shortlist(against).of(read_claims(text))
        meant = frozenset[str]().union(*looked_at.values())
        return list(check_draft(text, [self._known(report) for report in against if report.report_id in meant], looked_at=looked_at))

    def _shortlist(self, reports: tuple[Report, ...]) -> "Shortlist":
        """The shortlist of some reports; that of the last ones asked for is kept."""
        from qa.shortlist import Shortlist

        made = self._shortlisted
        if made is None or not _same(made[0], reports):
            made = self._shortlisted = reports, Shortlist((report, self._registers.of(report)) for report in reports)
        return made[1]

    def arithmetic(self, report_id: str | None = None) -> "list[Computation]":
        """The reports' own sums and ratios, recomputed."""
        from qa.arithmetic import recompute

        reports = [self.report(report_id)] if report_id else self.reports()
        return [computation for report in reports for computation in recompute(report)]

    def bank(self, report_id: str) -> tuple[BankQuestion, ...]:
        """The bank questions in force for a report."""
        return self._desk.entries(report_id)

    def own_bank(self, report_id: str) -> tuple[BankQuestion, ...]:
        """The bank questions that staff added to a report."""
        return self._desk.own(report_id)

    def add_bank(self, report_id: str, *entries: BankQuestion) -> list[BankQuestion]:
        """Add bank questions, all or none; they work at once and survive a restart. BankError when they cannot be kept."""
        with self._banking:
            self._bank_changes += 1
            return self._desk.add(report_id, entries, self._running(), self.encoder)

    def remove_bank(self, report_id: str, question: str) -> BankQuestion:
        """Take back a bank question that staff added. BankError when there is none."""
        with self._banking:
            self._bank_changes += 1
            return self._desk.remove(report_id, question, self._running(), self.encoder)

    def reports(self) -> list[Report]:
        """Every report, newest first."""
        library, found = self._sorted
        if library is not self.library:
            library = self.library
            found = tuple(newest_first(library.reports()))
            self._sorted = library, found
        return list(found)

    def home(self) -> Report:
        """The newest report of the visitors' own publisher: what a question is about that says nothing else."""
        catalogue = self._catalogue(self.reports())
        return self.report(catalogue.of_publisher[catalogue.home][0].report_id)

    def report(self, report_id: str) -> Report:
        """One report; ReportError when there is none of that id."""
        return self.library.report(report_id)

    def examples(self) -> list[tuple[str, str]]:
        """Topics and questions for the welcome, from the home report, else the newest that offers any.

        A question is put to the home report first: of another report's questions only those are offered that still find an answer.
        """
        home = self.home()
        if own := self.library.examples(home.report_id):
            return own
        offered = next(filter(None, (self.library.examples(report.report_id) for report in self.reports())), [])
        return [(topic, question) for topic, question in offered if self.rehearse(question).answered] if self.ready else offered

    def refresh(self) -> bool:
        """Take in what has changed among reports and banks since they were read, also by other processes.

        Only new texts are embedded. Questions go on being answered from the old state; the new one takes its place in one
        step, everywhere. Several refreshes at once take turns.

        Returns:
            Whether anything had changed.

        Raises:
            ReportError, BankError: a report in use cannot be read any more, or none can; the old state stays in force.
        """
        with self._refreshing:
            library = self.library.again()
            desk = BankDesk(library, self._state_folder)
            for report in self.reports():
                if report.report_id in library.report_ids():
                    library.report(report.report_id)  # one in use that is spoilt now is told; a new one would be passed over
            list(library.reports())  # read now, so that nobody waits for it later
            with self._lock:  # whoever warms holds it
                if self._answerer is None:
                    self.library, self._desk = library, desk
                    return True
            seen = self._bank_changes
            made = self._made(library, desk)
            if made is None:
                return False
            with self._banking:
                if self._bank_changes != seen:  # staff added or took back a question meanwhile; it is on disk
                    made = self._made(library, desk) or made
                with self._lock:
                    self.library, self._desk, (self._answerer, self._made_of) = library, desk, made
            self.read_ahead()
            return True

    def _made(self, library: Library, desk: BankDesk) -> tuple[Librarian, str] | None:
        """An answerer for a state of the library, warm, and what it is made of; None when the running one is made of the same."""
        content = self._content_of(library, desk)
        if content.digest == self._made_of:
            return None
        answerer = self._answerer_of(content)
        answerer.answer("热身")
        return answerer, content.digest

    def plan_report(self, read: "Extracted", identity: "Identity", wanted_id: str = "") -> "Plan":
        """What adding a file would do to the library as it is on disk; see ``corpus.shelf.plan``."""
        from corpus.shelf import plan

        return plan(self.library.again(), read.text, identity, wanted_id, read.tables)

    def add_report(self, made: "Plan") -> None:
        """Do what a plan says and take it in; see ``refresh``. LibraryError when it cannot be written."""
        from corpus.shelf import carry_out

        carry_out(self.library.folder, made)
        self.refresh()

    def remove_report(self, report_id: str) -> "Removed":
        """Take a report out; it can be brought back. UnknownReport, or LibraryError when it cannot be done."""
        from corpus.shelf import take_out

        gone = take_out(self.library.folder, report_id)
        self.refresh()
        return gone

    def restore_report(self, report_id: str) -> "Removed":
        """Undo the last removal or replacement of a report. InputError when there was none."""
        from corpus.shelf import bring_back

        back = bring_back(self.library.folder, report_id)
        self.refresh()
        return back

    def removed_reports(self) -> "list[Removed]":
        """What can be brought back, latest first."""
        from corpus.shelf import removed

        return removed(self.library.folder)

    def former(self, report_id: str) -> "tuple[Former, ...]":
        """Sentences that a report had in earlier versions."""
        return self.library.former(report_id)

    def build(self) -> PassageIndex:
        """Bring the index up to date and return it."""
        return build_index(self._content(), self.encoder, self._index_folder, self._progress, self._room)

    def explain(self, question: str) -> "Tried":
        """What a question became and why: the ranked candidates with every signal, for the staff desk."""
        return self.answerer().explain(question)

    def _running(self) -> PassageIndex | None:
        return self._answerer.index if self._answerer and self._bank else None

    def _known(self, report: Report) -> "Known":
        from qa.known import Known

        with self._lock:
            known = self._checked.get(report.report_id)
            if known is None or known.report is not report:
                known = self._checked[report.report_id] = Known.of(report, self._registers.of(report))
            return known

    def _content(self) -> Content:
        return self._content_of(self.library, self._desk)

    def _content_of(self, library: Library, desk: BankDesk) -> Content:
        """What is wanted of the index; says which reports cannot be used."""
        content = read_content(library, desk.entries if self._bank else lambda _: ())
        for problem in content.problems:
            self._say(problem)
        return content

    def answerer(self) -> Librarian:
        """What answers; model and index are loaded at the first call."""
        if self._answerer is not None:
            return self._answerer
        with self._lock:
            if self._answerer is None:
                content = self._content()
                self._answerer, self._made_of = self._answerer_of(content), content.digest
            return self._answerer

    def _answerer_of(self, content: Content) -> Librarian:
        index = self._open(content)
        catalogue = self._catalogue(index.reports)
        return Librarian(index, self.encoder, catalogue, Weights.load(), bank=self._bank, longest=self._longest, values=self._values)

    def _catalogue(self, reports: Iterable[Report]) -> Catalogue:
        catalogue = Catalogue([report.about for report in reports], home=self._home, today=self._today)
        if not catalogue.knows_home(self._home):
            name = catalogue.publishers[catalogue.home].name
            self._say(f"设置 YOUJU_HOME={self._home!r} 不是哪份报告的发布单位或编号;先当作{name}的来访者,看看有哪些:python -m qa reports")
            self._home = ""  # said once
        return catalogue

    def _open(self, content: Content) -> PassageIndex:
        """The index on disk; built when it is missing or out of date; kept in memory when the disk cannot be written to."""
        try:
            return load_index(content, self.encoder, self._index_folder, self._room)
        except SearchIndexError as error:
            self._say(f"{error},正在重建索引…")
        try:
            return build_index(content, self.encoder, self._index_folder, self._progress, self._room)
        except SearchIndexError as error:
            self._say(f"{error};这次先放在内存里用")
            return index_in_memory(content, self.encoder, self._progress, self._index_folder)


def _same(some: Sequence[Report], others: Sequence[Report]) -> bool:
    """Whether two lists hold the very same reports, in order."""
    return len(some) == len(others) and all(one is other for one, other in zip(some, others, strict=True))


def from_settings(
    settings: "Settings",
    say: Say = log.info,
    progress: Progress | None = None,
    recorder: Recorder | None = None,
    encoder: Embedder | None = None,
) -> Service:
    """The service that a table of settings asks for; ``encoder`` is its model where that is being loaded already."""
    encoder = encoder or Embedder(settings.model, download=settings.download, threads=settings.threads)
    return Service(
        reports=settings.reports,
        index=settings.index,
        milvus=_milvus(settings),
        encoder=encoder,
        bank=settings.bank == "on",
        longest_question=settings.max_question,
        home=settings.home,
        state=settings.state,
        recorder=recorder,
        say=say,
        progress=progress,
    )


def _milvus(settings: "Settings") -> str:
    if settings.engine == "milvus" and not settings.milvus:
        raise SettingsError("用 Milvus 要说明地址或文件;请设置 YOUJU_MILVUS,例如 http://127.0.0.1:19530 或 .youju/milvus.db")
    return settings.milvus if settings.engine == "milvus" else ""


def _quotes(entry: BankQuestion | None) -> bool:
    return entry is not None and bool(entry.quote)
