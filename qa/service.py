"""One object that the web, the REST interface and the command line share. Safe to use from several threads."""

import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.errors import SearchIndexError
from corpus.library import Library
from corpus.report import Report
from index.build import Content, build_index, index_in_memory, load_index, read_content
from index.embed import Embedder, Encoder, Progress
from index.passage_index import PassageIndex
from index.words import learn_names, words
from qa.answer import Answerer
from qa.normalise import Normaliser, Speller, WordList
from qa.rank import Weights
from qa.records import Answer

if TYPE_CHECKING:
    from qa.settings import Settings

log = logging.getLogger("youju")
Say = Callable[[str], None]
_COMMON = 6  # a word that so many bank questions use is no typo


class Service:
    """Reports, index and answers, put together from plain arguments."""

    def __init__(
        self,
        *,
        reports: Path,
        index: Path,
        encoder: Encoder | None = None,
        bank: bool = True,
        longest_question: int = 300,
        say: Say = log.info,
        progress: Progress | None = None,
    ) -> None:
        """Cheap: nothing is read before it is needed.

        Args:
            reports: folder of reports.
            index: folder of the built index.
            encoder: the embedding model; the one shipped with the project when None.
            bank: whether the question banks are used.
            longest_question: in characters.
            say: takes one line when something happens that a person should know.
            progress: told how many texts are embedded, of how many.
        """
        self.library = Library(reports)
        self._index_folder = index
        self.encoder: Encoder = encoder or Embedder()
        self._bank = bank
        self._longest = longest_question
        self._say = say
        self._progress = progress
        self._lock = threading.Lock()
        self._answerer: Answerer | None = None

    @property
    def ready(self) -> bool:
        """Whether ``ask`` answers without waiting for the model."""
        return self._answerer is not None

    def warm(self) -> None:
        """Load the model and the index, building it if need be."""
        self._ready_answerer().answer("热身")

    def ask(self, question: str, *, history: Sequence[str] = (), reports: Sequence[str] = (), k: int = 3) -> Answer:
        """Answer a question; see ``Answerer.answer``.

        Raises:
            ReportError: ``reports`` names one that is not there.
        """
        for report_id in reports:
            self.library.report(report_id)
        return self._ready_answerer().answer(question, history, reports, k)

    def reports(self) -> list[Report]:
        """Every report, newest year first."""
        return sorted(self.library.reports(), key=lambda report: (-(report.about.year or 0), report.report_id))

    def report(self, report_id: str) -> Report:
        """One report; ReportError when there is none of that id."""
        return self.library.report(report_id)

    def examples(self) -> list[tuple[str, str]]:
        """Topics and questions for the welcome, from the newest report."""
        return self.library.examples(self.reports()[0].report_id)

    def build(self) -> PassageIndex:
        """Bring the index up to date and return it."""
        learn_names(self.library.names())
        content = read_content(self.library, use_bank=self._bank)
        return build_index(content, self.encoder, self._index_folder, self._progress)

    def _ready_answerer(self) -> Answerer:
        with self._lock:
            if self._answerer is None:
                learn_names(self.library.names())
                content = read_content(self.library, use_bank=self._bank)
                index, normaliser = self._open(content), _normaliser(content)
                self._answerer = Answerer(index, self.encoder, normaliser, Weights.load(), bank=self._bank, longest=self._longest)
        return self._answerer

    def normaliser(self) -> Normaliser:
        """What makes typed questions into queries, for these reports and banks."""
        return _normaliser(read_content(self.library, use_bank=self._bank))

    def _open(self, content: Content) -> PassageIndex:
        """The index on disk; built when it is missing or out of date; kept in memory when the disk cannot be written to."""
        try:
            return load_index(content, self.encoder, self._index_folder)
        except SearchIndexError as error:
            self._say(f"{error},正在重建索引…")
        try:
            return build_index(content, self.encoder, self._index_folder, self._progress)
        except SearchIndexError as error:
            self._say(f"{error};这次先放在内存里用")
            return index_in_memory(content, self.encoder, self._progress)


def from_settings(settings: "Settings", say: Say = log.info, progress: Progress | None = None) -> Service:
    """The service that a table of settings asks for."""
    encoder = Embedder(settings.model, download=settings.download, threads=settings.threads)
    return Service(
        reports=settings.reports,
        index=settings.index,
        encoder=encoder,
        bank=settings.bank == "on",
        longest_question=settings.max_question,
        say=say,
        progress=progress,
    )


def _normaliser(content: Content) -> Normaliser:
    return Normaliser(WordList(), Speller(_vocabulary(content)))


def _vocabulary(content: Content) -> set[str]:
    """Words that count as well spelt: those of the reports, and those that many bank questions use."""
    vocabulary: set[str] = set()
    seen: dict[str, int] = {}
    for report in content.reports:
        for sentence in report.sentences:
            vocabulary.update(words(sentence.text))
    for of_report in content.rows:
        for row in of_report:
            if row.kind == "bank":
                for word in set(words(row.text)):
                    seen[word] = seen.get(word, 0) + 1
    return vocabulary | {word for word, count in seen.items() if count >= _COMMON}
