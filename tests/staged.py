"""A service whose answers are decided by words in the question, on the real report. For the pages only; finds nothing."""

import threading
import time
from collections.abc import Sequence
from pathlib import Path

from corpus.library import Library
from corpus.report import Report
from qa.records import Answer, Citation

REPORTS = Path(__file__).parent.parent / "corpus" / "reports"
REPORT = "yanji-2021"
LIST = ("养老院6家", "长者照护之家2家", "老年人日间服务中心3家", "助餐点8家")


class Staged:
    """Every state a page can show: 慢 waits, 坏 fails, 多少钱 is refused, 你好 is no question …"""

    def __init__(self, *, warm_after: float = 0.0, reports: Path = REPORTS) -> None:
        self._library = Library(reports)
        self._warm = threading.Event()
        self.asked: list[tuple[str, tuple[str, ...]]] = []
        self.within: list[tuple[str, ...]] = []
        self.votes: list[tuple[str, str, str, str]] = []
        if warm_after:
            threading.Timer(warm_after, self._warm.set).start()
        else:
            self._warm.set()

    @property
    def ready(self) -> bool:
        return self._warm.is_set()

    def reports(self) -> list[Report]:
        return list(self._library.reports())

    def home(self) -> Report:
        return self.report(REPORT)

    def report(self, report_id: str) -> Report:
        return self._library.report(report_id)

    def examples(self) -> list[tuple[str, str]]:
        return self._library.examples(REPORT)

    def feedback(self, question: str, sentence_id: str, vote: str, reason: str = "") -> None:
        self.votes.append((question, sentence_id, vote, reason))

    def ask(self, question: str, *, history: Sequence[str] = (), reports: Sequence[str] = (), k: int = 3) -> Answer:
        for report_id in reports:
            self.report(report_id)
        self._warm.wait()
        self.asked.append((question, tuple(history)))
        self.within.append(tuple(reports))
        if "坏" in question:
            raise RuntimeError("staged")
        if "慢" in question:
            time.sleep(1.5)
        return self._refused(question) or self._found(question, history, k)

    def _refused(self, question: str) -> Answer | None:
        near = self.cite("满意率91.4%", ("91.4%",))
        said = "报告里没有“满意率95%”这个说法。"
        table = (
            ("多少钱", Answer(question, False, 0.1, "everyday", reason="not_in_report", missing="价格", related=("电梯装好了几台",))),
            ("你好", Answer(question, False, 0.1, "everyday", reason="not_a_question")),
            ("那个", Answer(question, False, 0.1, "everyday", reason="too_vague", related=("大板房签了多少户", "无物业小区封闭了几个"))),
            ("95%", Answer(question, False, 0.1, "figure", reason="false_premise", message=said, near=(near,))),
        )
        if not question.strip():
            return Answer(question, False, 0.0, "everyday", reason="empty")
        return next((answer for word, answer in table if word in question), None)

    def _found(self, question: str, history: Sequence[str], k: int) -> Answer:
        first, other = self.cite("满意率91.4%", ("91.4%",)), self.cite("已签约237户", ("237户",))
        if "各有" in question:
            related = ("走访了多少独居老人", "给独居老人装了什么设备")
            return Answer(question, True, 0.9, "list", (self.cite(LIST[0], LIST, LIST),)[:k], related=related)
        if "分别" in question:
            return Answer(question, True, 0.9, "multi", (self.cite("签约293产", ("293产",)), other, first)[:k], cited_for=(1, 1))
        understood = "12345热线办结了多少件" if history and "呢" in question else ""
        related = ("热线工单办结多少件", "街道得了什么“无烟”称号")
        return Answer(question, True, 0.97, "figure", (first, other)[:k], related=related, understood=understood)

    def cite(self, quote: str, marks: Sequence[str], items: Sequence[str] = ()) -> Citation:
        """The sentence that holds a quote, marked."""
        report = self.report(REPORT)
        [sentence] = report.sentences_of(quote)

        def spans(words: Sequence[str]) -> tuple[tuple[int, int], ...]:
            starts = [report.text.index(word, sentence.start, sentence.end) for word in words]
            return tuple((start, start + len(word)) for start, word in zip(starts, words, strict=True))

        return Citation(
            report_id=REPORT,
            title=report.about.title,
            sentence_id=sentence.sentence_id,
            section=sentence.section,
            sentence=sentence.text,
            start=sentence.start,
            end=sentence.end,
            highlights=spans(marks),
            score=0.97,
            passage=report.passages[sentence.passage].text,
            link=f"/report/{REPORT}#{sentence.sentence_id}",
            year=2021,
            published="2022-03-30",
            items=spans(items),
        )
