"""A visitor's question on its way to the service and back as HTML; what page load and running chat share."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from starlette.concurrency import run_in_threadpool

from corpus.report import About
from qa.web import texts
from qa.web.contract import Service
from qa.web.limit import Limit
from qa.web.line import Line
from qa.web.page import Site
from qa.web.picker import chosen_reports
from qa.web.render import Setting, answer_html, notice_html

_TURNS_KEPT = 6  # earlier questions that can still be referred to


class Asking:
    """Questions in, answers as HTML out."""

    def __init__(self, service: Service, site: Site, limit: Limit, line: Line) -> None:
        self._service = service
        self._limit = limit
        self._line = line
        self._site = site
        self._max_question = site.max_question
        self._kept: tuple[tuple[tuple[About, ...], bool], list[tuple[str, str]], Setting] | None = None

    @property
    def topics(self) -> list[tuple[str, str]]:
        """Topics and questions to offer."""
        return self._current()[1]

    def _current(self) -> tuple[tuple[tuple[About, ...], bool], list[tuple[str, str]], Setting]:
        """What the reports there are now make of topics and answers; topics are tried once the service is ready."""
        reports, kept = self._site.reports, self._kept
        state = reports, self._service.ready
        if kept is None or kept[0] != state:
            topics = self._service.examples()
            examples = tuple(question for _, question in topics)
            titles = {about.report_id: about.title for about in reports}
            home = reports[0].report_id
            setting = Setting(self._site.base, self._site.year, examples, home_report=home, titles=titles)
            self._kept = kept = (state, topics, setting)
        return kept

    @property
    def ready(self) -> bool:
        """Whether a question is answered at once."""
        return self._service.ready

    async def html(self, question: str, history: Sequence[str], client: str, chosen: str = "", ticket: str = "") -> str:
        """The answer to a question, or the word on why there is none; waits while the model warms.

        Args:
            question: as typed.
            history: the questions before it, oldest first.
            client: who asks.
            chosen: where to look, as the picker writes it; "" for everywhere.
            ticket: what ``Busy`` gave when this was asked before.

        Raises:
            Busy: it is not this question's turn.
        """
        if len(question) > self._max_question:
            return _plain(texts.TOO_LONG)
        if not await run_in_threadpool(self._limit.allows, client):
            return _plain(texts.TOO_FAST)
        reports = chosen_reports(chosen, self._site.reports)
        if reports is None:
            return _plain(texts.NO_SUCH_CHOICE)
        asked = partial(self._service.ask, question, history=list(history)[-_TURNS_KEPT:], reports=reports)
        return await self._line.run(lambda: answer_html(asked(), replace(self._current()[2], chosen=chosen)), ticket)


def _plain(words: str) -> str:
    return f'<div class="yj-answer" lang="zh-CN">{notice_html(words)}</div>'
