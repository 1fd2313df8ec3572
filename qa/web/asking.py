"""A visitor's question on its way to the service and back as HTML; what page load and running chat share."""

from collections.abc import Sequence

from qa.web import texts
from qa.web.contract import Service
from qa.web.limit import Limit
from qa.web.page import Site
from qa.web.render import Setting, answer_html, notice_html

_TURNS_KEPT = 6  # earlier questions that can still be referred to


class Asking:
    """Questions in, answers as HTML out."""

    def __init__(self, service: Service, site: Site, limit: Limit) -> None:
        self._service = service
        self._limit = limit
        self._max_question = site.max_question
        self.topics = service.examples()
        self._setting = Setting(
            base=site.base,
            year=site.year,
            examples=tuple(question for _, question in self.topics),
            titled=len(site.reports) > 1,
            home_report=site.newest.report_id,
        )

    @property
    def ready(self) -> bool:
        """Whether a question is answered at once."""
        return self._service.ready

    def html(self, question: str, history: Sequence[str], client: str) -> str:
        """The answer to a question, or the word on why there is none; waits while the model warms."""
        if len(question) > self._max_question:
            return _plain(texts.TOO_LONG)
        if not self._limit.allows(client):
            return _plain(texts.TOO_FAST)
        return answer_html(self._service.ask(question, history=list(history)[-_TURNS_KEPT:]), self._setting)


def _plain(words: str) -> str:
    return f'<div class="yj-answer" lang="zh-CN">{notice_html(words)}</div>'
