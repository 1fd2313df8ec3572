"""Which year a figure of a report speaks of, and whether as a result or as an aim; read from the words of the report, never guessed.

The nearest words of time before a figure count: in its own clause, then earlier in its sentence and paragraph, then in its heading.
今年…目标, 拟, 力争 announce an aim; 去年, 过去一年, 1997年 tell a result; 五年来, 年均 tell of several years together.
A work report to a congress (工作报告) is given early in its year and tells of the year before; any other tells of its own.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from corpus.figures import Figure, figures_of_text
from corpus.fold import fold
from corpus.numerals import read_numbers
from corpus.report import Report, Sentence

Role = Literal["result", "aim", "span", "unsaid"]  # span: of several years together, or a yearly average


@dataclass(frozen=True, slots=True)
class When:
    """What a figure is said of."""

    role: Role
    year: int | None  # the year spoken of; None where the words do not say, and for several years
    words: str  # the words of the report that say so, verbatim; "" where the kind of report does

    @property
    def written(self) -> bool:
        """Whether the report names the year in figures, rather than as 去年 or by the kind of report it is."""
        return bool(_YEAR.search(fold(self.words)))


@dataclass(frozen=True, slots=True)
class _Mark:
    """Words of time or of intent at one place."""

    start: int  # offset in the report
    role: Role
    shift: int | None  # years from the report's year; None where another thing says the year
    year: int | None
    words: str
    loose: bool = False  # 全年: of the year that another mark names


_SEVERAL = r"(?:[二三四五六七八九十两]|十[一二三四五]|[2-9]|\d\d)"  # 一年来 is one year
_YEAR = re.compile(r"(?:1[89]|20)\d\d|[一二][一二三四五六七八九〇○零]{3}")
_SPAN = (
    rf"(?:过去|今后|未来|这|前|近|最近)?(?<![第一二三四五六七八九〇零○\d]){_SEVERAL}多?年(?:来|间|累计)|(?:今后|未来|过去|近|最近|这|前){_SEVERAL}年|年均|平均每年|每年平均|年平均|"
    r"[“\"]?[一二三四五六七八九十]{1,2}五[”\"]?(?:时期|期间|前)|(?<![一二三四五六七八九十〇零○\d第])五年(?![规计])|改革开放以来"
)
_MET = r"(?:实现|完成|超过|超额|高于|达到|好于)[^,。;]{0,16}目标|(?:预期|发展|确定的)[^,。;]{0,6}目标(?:任务)?(?:全面|圆满|顺利|较好|已经)?(?:完成|实现|达到)"  # tell a result
_AIM = (
    r"预期目标|主要目标|目标是|(?:今年|明年|本年|来年)[^。;]{0,14}?(?:目标|要|将|拟|安排|计划|预计|力争|争取|确保)|拟(?:按|安排|发行)|力争|争取|确保|"
    r"计划(?!经济|生育|单列|草案|执行)(?=[^,。;]{0,14}$)|预计(?=[^,。;]{0,14}$)|要(?:稳定|保持|达到|完成|增长|控制)|今后|必须|应该(?:达到|有)"
)
_LAST = r"去年(?!同期|预算|年初)|过去的?一年|上一年(?!度)|一年来"
_LOOSE = r"(?<!\d)全年|年末"  # may be said of a result and of an aim; count only where nothing else does
_THIS = r"今年(?:以来)?|本年度?"
_MARK = re.compile(rf"(?P<met>{_MET})|(?P<aim>{_AIM})|(?P<span>{_SPAN})|(?P<last>{_LAST})|(?P<loose>{_LOOSE})|(?P<this>{_THIS})")
_COMPARED = re.compile(r"(?:比|较|同|与|和|以|自|从|由|为|把|超过|相当于)\s?$")
_TOUCHES = re.compile(r"的?(?:底|末)?的?(?:约|近|达|达到)?$")
_YEARLY, _CLAUSE_END = re.compile("年均|平均每年|每年平均|年平均"), re.compile("[,。;:、\n]")
_SINCE = re.compile(r"((?:比|与|同|较)((?:19|20)\d\d)年(?:相比)?)[^。;]*$")
_ASIDE = re.compile(r"年[^,。;]{0,3}(?:价格|不变价|可比价)|[^,。;]{0,16}基础上")  # 按2010年价格计算, 在1958年增产的基础上
_SPAN_WORDS = re.compile(_SPAN)
_LOOKS_BACK, _LOOKS_AHEAD = re.compile(r"回顾|过去|总结|成就|成绩"), re.compile(r"今年|今后|任务|部署|安排|总体要求|目标|建议")


def looks_back(report: Report) -> bool:
    """Whether a report is given early in its year and tells of the one before."""
    return "工作报告" in report.about.title


class Times:
    """The words of time of one report, found once."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self._looks_back = looks_back(report)
        self._marks: dict[int, list[_Mark]] = {}  # by start of the paragraph

    def when(self, figure: Figure, *, grows: bool = False) -> When:
        """What one figure of the report is said of.

        Args:
            figure: of the report.
            grows: whether it tells a growth or a fall, which may be one of several years (比2002年增长65.5%).
        """
        if grows and (since := self._compared_with(figure)):
            return When("span", None, since)
        found = self._nearest(figure)
        if found is None:
            return self._by_heading(self.report.by_id[figure.sentence_id])
        year = found.year
        if year is None and found.shift is not None and self.report.about.year is not None:
            year = self.report.about.year + found.shift
        return When(found.role, year, found.words)

    def _compared_with(self, figure: Figure) -> str:
        """与2000年相比, 比2002年: the words, where a growth is counted from another year than the one before."""
        start = max(self._paragraph(figure.start), figure.start - 40)
        said = _SINCE.findall(fold(self.report.text[start : figure.start]))
        about = self._nearest(figure)
        named = about.year if about else None
        last = named - 1 if named else (self.report.about.year or 0) - 2  # growth since this year or a later one is of one year
        return next((words for words, since in said[-1:] if int(since) < last), "")

    def _by_heading(self, sentence: Sentence) -> When:
        """A 工作报告 looks back on the year before its own, any other report on its own."""
        heading, year = " ".join((*sentence.section, sentence.item)), self.report.about.year
        folded = fold(heading)
        if found := _SPAN_WORDS.search(folded):
            return When("span", None, heading[found.start() : found.end()])
        back = _LOOKS_BACK.search(folded)
        if found := None if back else _LOOKS_AHEAD.search(folded) or re.search(f"{year}年", folded):
            return When("aim" if self._looks_back else "result", year, heading[found.start() : found.end()])
        if not self._looks_back:
            return When("result", year, "")
        return When("result", None if year is None else year - 1, "") if back else When("unsaid", None, "")

    def _nearest(self, figure: Figure) -> _Mark | None:
        """The last words of time before a figure, within its paragraph."""
        start = self._paragraph(figure.start)
        if start not in self._marks:
            text = self.report.text[start : _line_end(self.report.text, figure.start)]
            self._marks[start] = sorted((*self._words(text, start), *self._years(text, start)), key=_place)
        marks = self._marks[start]
        earlier = marks[: bisect_right(marks, figure.start - 1, key=_place)]
        meant = [mark for mark in earlier if self._speaks_of(mark, figure)]
        return next((mark for mark in reversed(meant) if not mark.loose), meant[-1] if meant else None)

    def _paragraph(self, place: int) -> int:
        """Where the paragraph of a place begins; a line that ends in a colon belongs to the next one."""
        text = self.report.text
        start = text.rfind("\n", 0, place) + 1
        above = text[:start].rstrip()
        return self._paragraph(len(above) - 1) if above and fold(above[-1]) == ":" else start

    def _speaks_of(self, mark: _Mark, figure: Figure) -> bool:
        """Whether a mark is the figure's.

        A year that it is compared with is not (比1954年增长), unless it touches it (从2009年的2.8%); 年均 is said of its own clause.
        """
        text, end = self.report.text, mark.start + len(mark.words)
        if _YEARLY.fullmatch(fold(mark.words)):
            return not _CLAUSE_END.search(fold(text[end : figure.start]))
        if not mark.year and mark.words[:1] != "去":
            return True
        if _TOUCHES.fullmatch(fold(text[end : figure.start])):
            return True
        return not _COMPARED.search(fold(text[max(0, mark.start - 6) : mark.start])) and not _ASIDE.match(fold(text[end - 1 : end + 20]))

    def _words(self, text: str, offset: int) -> Iterator[_Mark]:
        """今年, 去年, 力争, 五年来 and the like."""
        for found in _MARK.finditer(fold(text)):
            start, words = offset + found.start(), text[found.start() : found.end()]
            if found["met"]:
                several = "规划" in fold(text[max(0, found.start() - 12) : found.end()])  # a plan of five years
                yield _Mark(start, "span" if several else "result", None if several else -1 if self._looks_back else 0, None, words)
            elif found["aim"]:
                yield _Mark(start, "aim", 1 if found[0].startswith(("明年", "来年")) else 0, None, words)
            elif found["span"]:
                yield _Mark(start, "span", None, None, words)
            elif found["last"] or found["loose"]:
                back = self._looks_back or found[0].startswith(("去年", "上"))
                yield _Mark(start, "result", -1 if back else 0, None, words, loose=bool(found["loose"]))
            else:
                yield _Mark(start, "aim" if self._looks_back else "result", 0, None, words)

    def _years(self, text: str, offset: int) -> Iterator[_Mark]:
        """Years as printed; one that is still to come is an aim."""
        known = self.report.about.year
        for number in read_numbers(text):
            if number.kind in ("year", "date") and number.unit in ("年", "年月", "年月日") and number.upper is None:
                year = int(str(int(number.value))[:4])
                aim = known is not None and (year > known or (year == known and self._looks_back))
                yield _Mark(offset + number.start, "aim" if aim else "result", None, year, number.printed)


def year_told(report: Report, sentence: Sentence, marked: Sequence[tuple[int, int]]) -> int | None:
    """Which year's result a sentence tells where it is marked; None where that is no figure, an aim, of several years or not clear.

    Args:
        report: where the sentence stands.
        sentence: of the report.
        marked: offsets into the report.
    """
    times = Times(report)
    years: set[int | None] = set()
    for figure in figures_of_text(sentence.text):
        start, end = sentence.start + figure.start, sentence.start + figure.end
        if any(a < end and start < b for a, b in marked):
            placed = replace(figure, number=replace(figure.number, start=start, end=end), sentence_id=sentence.sentence_id)
            when = times.when(placed)
            years.add(when.year if when.role == "result" else None)
    return years.pop() if len(years) == 1 else None


def _line_end(text: str, place: int) -> int:
    end = text.find("\n", place)
    return len(text) if end < 0 else end


def _place(mark: _Mark) -> int:
    return mark.start
