"""The register: every figure of a report with what it counts, of whom, and when; all as slices of the report.

An indicator is looked for in the figure's own segment, the stretch between commas, brackets and, in an enumeration, 、和及:
what follows the figure (74处|居民区投放点智能监控安装) or, when nothing does, what precedes it (满意率|91.4%).
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from typing import Any

from corpus.fold import fold
from corpus.numerals import Number, read_numbers
from corpus.report import Report, Sentence

Span = tuple[int, int]  # [start, end) in characters of the report


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a report and its place; ``printed``, ``indicator``, ``subject`` and ``period`` are slices of the report."""

    number: Number  # its start and end count characters of the report
    report_id: str
    sentence_id: str
    indicator: str  # what is counted: 签约率; "" if the sentence does not say
    indicator_span: Span  # empty span at the figure when there is none
    subject: str  # of whom or what: 友谊201街坊; "" if the sentence does not say
    subject_span: Span
    period: str  # as printed: 截止8月31日, 全年; "" if the sentence does not say
    period_span: Span
    segment_span: Span  # the stretch of the sentence this figure stands in
    section: tuple[str, ...]  # headings, verbatim, outermost first

    @property
    def printed(self) -> str:
        """As printed, with bound and unit: 6万余辆."""
        return self.number.printed

    @property
    def start(self) -> int:
        """Offset of the figure in the report."""
        return self.number.start

    @property
    def end(self) -> int:
        """One past its last character."""
        return self.number.end

    def to_json(self) -> dict[str, Any]:
        """One row of the register."""
        number = self.number
        return {
            "report_id": self.report_id,
            "sentence_id": self.sentence_id,
            "printed": number.printed,
            "start": number.start,
            "end": number.end,
            "value": plain(number),
            "upper": None if number.upper is None else format(number.upper, "f"),
            "unit": number.unit,
            "qualifier": number.qualifier,
            "kind": number.kind,
            "indicator": self.indicator,
            "subject": self.subject,
            "period": self.period,
            "section": list(self.section),
            "spans": {"indicator": list(self.indicator_span), "subject": list(self.subject_span), "period": list(self.period_span)},
        }


def plain(number: Number) -> str:
    """The value without exponent: "60000", "91.4"; "1/3" for a fraction, "08-31" for a date."""
    if number.kind == "fraction":
        return str(number.exact)
    if number.kind == "date":
        digits = str(int(number.value))
        width = {"年月日": (4, 2, 2), "年月": (4, 2), "月日": (2, 2)}.get(number.unit)
        if width:
            digits = digits.zfill(sum(width))
            cuts = [0, *(sum(width[: i + 1]) for i in range(len(width)))]
            return "-".join(digits[a:b] for a, b in pairwise(cuts))
    return format(number.value, "f")


def register(report: Report) -> tuple[Figure, ...]:
    """Every figure of a report in order; names that hold numerals are left out.

    Headings, list marks and the footer are read too: a figure there is a figure.
    """
    found = [number for number in read_numbers(report.text) if number.kind != "name"]
    ends = [sentence.end for sentence in report.sentences]
    by_sentence: dict[int, list[Number]] = {}
    for number in found:
        place = bisect_right(ends, number.start)
        if place < len(ends):
            by_sentence.setdefault(place, []).append(number)
    figures: list[Figure] = []
    for place, numbers in by_sentence.items():
        figures.extend(_of_sentence(report, report.sentences[place], numbers))
    return tuple(figures)


def figures_of_text(text: str, report_id: str = "") -> tuple[Figure, ...]:
    """The figures of any text, sentence by sentence, read as a report's are (a draft, a question).

    Offsets count characters of ``text``; ``sentence_id`` is the sentence's number, from "0".
    """
    found = [number for number in read_numbers(text) if number.kind != "name"]
    figures: list[Figure] = []
    for row, (start, end) in enumerate(sentence_spans(text)):
        inside = [number for number in found if start <= number.start < end]
        if inside:
            figures.extend(_read_sentence(text, (start, end), inside, report_id, str(row), ()))
    return tuple(figures)


_STOP = re.compile(r"[。!?!?;;\n]+[”』」)]*")


def sentence_spans(text: str) -> Iterator[Span]:
    """Spans of the sentences of a draft; white space between them belongs to none.

    A sentence longer or fuller than anybody writes is cut: all that is in a sentence is weighed against all else in it.
    """
    start = 0
    for stop in [*(found.end() for found in _STOP.finditer(text)), len(text)]:
        while start < stop:
            end = _bearable(text, start, stop)
            inner = text[start:end].strip()
            if inner:
                left = start + text[start:end].index(inner[0])
                yield left, left + len(inner)
            start = end


def _bearable(text: str, start: int, stop: int) -> int:
    """Where a sentence ends, or is cut: behind a comma, if there is one near."""
    crowd = next((found.start() for found in islice(_NUMERAL.finditer(text, start, stop), _CROWD, None)), stop)
    if (end := min(crowd, start + _LONGEST_SENTENCE)) >= stop:
        return stop
    comma = max(text.rfind(mark, end - 100, end) for mark in ",，、")
    return comma + 1 if comma > start else end


_NUMERAL = re.compile(r"[0-9０-９零〇一二两三四五六七八九十百千万亿]+(?:[.．][0-9０-９]+)?")
_LONGEST_SENTENCE = 600  # characters
_CROWD = 60  # numerals that are read as one sentence, at most; the fullest sentence of 53 reports has 16 figures


def _of_sentence(report: Report, sentence: Sentence, numbers: list[Number]) -> list[Figure]:
    figures: list[Figure] = []
    for first in range(0, len(numbers), _CROWD):
        start = numbers[first].start if first else sentence.start
        end = numbers[first + _CROWD].start if first + _CROWD < len(numbers) else sentence.end
        portion = numbers[first : first + _CROWD]
        figures += _read_sentence(report.text, (start, end), portion, report.report_id, sentence.sentence_id, sentence.section)
    return figures


def _read_sentence(
    text: str, span: Span, numbers: list[Number], report_id: str, sentence_id: str, section: tuple[str, ...]
) -> list[Figure]:
    """Figures of one sentence, its numbers given."""
    folded = fold(text[span[0] : span[1]])
    segments = _segments(folded, span[0], numbers)
    figures: list[Figure] = []
    taken = 0  # end of the words that say what the figures so far count
    for number in numbers:
        segment = next((s for s in segments if s[0] <= number.start < s[1]), span)
        blank = (number.start, number.start)
        bare = Figure(number, report_id, sentence_id, "", blank, "", blank, "", blank, segment, section)
        named = _indicator(folded, span[0], segment, number, numbers, taken) or _label(folded, span[0], number)
        indicator = named or _last_indicator(figures) or blank
        taken = max(taken, indicator[1])
        period = _period(folded, span[0], number)
        subject = _subject(folded, span[0], number, indicator)
        figures.append(
            replace(
                bare,
                indicator=text[slice(*indicator)], indicator_span=indicator,
                subject=text[slice(*subject)], subject_span=subject,
                period=text[slice(*period)], period_span=period,
            )
        )  # fmt: skip
    return figures


_ONLY_TIME = re.compile(r"(?:\d{4}年?|[一二][〇零○一二三四五六七八九]{3}年|[上下]半年|第?[一二三四]季度|本年|上年|今年|去年|全年)度?[底末初]?")
_ROW = re.compile(r"[^,:;。]{1,20}:([^,:;。\d]{2,40}),[^,:;。]{1,30}:")  # 指标：满意率，2021年：


def _label(folded: str, offset: int, number: Number) -> Span | None:
    """The words in front of a figure's colon: 签约率：96.4%.

    In a row of a table (指标：满意率，2021年：91.4%) a year names nothing; the row does.
    """
    before = folded[: number.start - offset].rstrip()
    if not before.endswith(":") or number.kind in ("year", "date", "time", "ordinal"):
        return None
    colon = len(before) - 1
    start = max(before.rfind(mark, 0, colon) for mark in ",;。\n") + 1
    if _ONLY_TIME.fullmatch(folded[start:colon].strip()):
        row = _ROW.match(folded)
        return _trim(folded, offset, (offset + row.start(1), offset + row.end(1)), post=False) if row else None
    return _trim(folded, offset, (offset + start, offset + colon), post=False)


def _last_indicator(figures: list[Figure]) -> Span | None:
    """What the figure before counts, dates aside: 满意率 for the 91.4% of 满意率为89.7%,2021年升至91.4%."""
    return next((figure.indicator_span for figure in reversed(figures) if figure.number.kind not in ("date", "year", "age")), None)


# ---- segments ----------------------------------------------------------------------------------------------------

_CLAUSE_BREAK = re.compile(r"[,。;:!?()|~\n\t\u2190-\u21ff\u2500-\u27bf\U0001f000-\U0001faff\ufe0f]+")  # also arrows, boxes and emoji
_LIST_BREAK = re.compile(r"[、和及与]|(?<=\S) +(?=\S)|(?<=[\u4e00-\u9fff]{2})(?=已(?!知|婚|有|故)|其中|还有|尚有)|(?<=[中里])(?=有|已|完成|包括)")


def clause_spans(folded: str, offset: int = 0) -> list[Span]:
    """Stretches between commas, semicolons, colons and brackets of a folded sentence, moved by ``offset``."""
    spans, start = [], 0
    for found in _CLAUSE_BREAK.finditer(folded):
        if _inside_number(folded, found):
            continue
        spans.append((offset + start, offset + found.start()))
        start = found.end()
    spans.append((offset + start, offset + len(folded)))
    return [span for span in spans if span[1] > span[0]]


def _inside_number(folded: str, found: re.Match[str]) -> bool:
    """2,905: a comma between digits with three of them behind it."""
    return found[0] == "," and folded[found.start() - 1 : found.start()].isdigit() and folded[found.end() : found.end() + 3].isdigit()


def _segments(folded: str, offset: int, numbers: list[Number]) -> list[Span]:
    """Clauses, cut further at 、和及 where figures stand on both sides."""
    segments: list[Span] = []
    for start, end in clause_spans(folded, offset):
        inside = [number for number in numbers if start <= number.start < end]
        cuts = [start]
        for one, other in pairwise(inside):
            gap = folded[one.end - offset : other.start - offset]
            breaks = list(_LIST_BREAK.finditer(gap))
            if breaks:
                # In 6家、长者照护之家2家 the first mark parts them; in 安装6处和维护 保养3处 the last would, but marks are rare there.
                cuts.append(one.end + breaks[0].start() + (0 if breaks[0].start() else 1) if breaks[0].start() else one.end + 1)
        segments.extend(pairwise([*cuts, end]))
    return segments


# ---- indicator, subject, period ------------------------------------------------------------------------------------

_LEAD = re.compile(
    r"(?:[、和及与等的了]|一共|总共|共计|合计|共有|共|累计|总计|已经|已|目前|现有|现已|现|还有|另有|另外|其中|全年|今年以来|今年来|今年|去年|期间|截[至止]|到目前|"
    r"街道|同时|并且|并|初步形成|形成|有(?![效关机序])|仍|将|则|为|对|由|在(?![建校岗册管职编训读])|把|使|新增|约|近|就|达到|达)++"
)
# Longer words first, the repeat possessive and bounded: 共有 tried as 共 and 有 again and again would take longer than anyone can wait.
_TAIL = re.compile(
    r"(?:(?<![签节预合公])约|达到|提升到|提升至|提高到|提高至|增加到|增加至|增长到|上升到|上升为|下降到|下降为|降至|降到|升至|一共|总共|共计|合计|共有|总计|"
    r"累计达|累计|分别|平均|超过|超|增至|增长|已|多达|高达|只有|只|仅有|仅|还有|另有|位于|位列|位居|[、和及与的了等达为至到有共是在占]){1,40}+$"
)
_NO_POST = re.compile(
    r"[的的、,以并且就也都均已被仍还比和及与至到)”\"]|进行|实现(?!$)|完成(?!$)|得到|达到|其中|左右|分别|增长|增加|下降|减少|提高|上升"
)
_OF_TIME = re.compile(r"内的?|里的?|的(?=.{2})")  # 为期3个月的专项行动, 两年内完成改造
_ADVERB = re.compile(r"\s*(?:已经|已|均|都|全部|被|获得?|完成了?)*")
_TRIM_POST = re.compile(r"(?:进行|组成|构成|得到|已经|已于|以上|的基础上).*$|的?$")


def _indicator(folded: str, offset: int, segment: Span, number: Number, numbers: list[Number], taken: int) -> Span | None:
    """Span of the words that say what a figure counts; None when its segment has none.

    Words up to ``taken`` belong to the figure before: in 12件信访事项中有9件已经化解 the 9件 are 已经化解.
    """
    counted = [
        other for other in numbers if other.kind not in ("age", "ordinal") and other is not number
    ]  # 18岁以上, 第十五次: part of the words
    left = max([segment[0], *(other.end for other in counted if other.end <= number.start)])
    right = min([segment[1], *(other.start for other in counted if other.start >= number.end)])
    before, after = (left, number.start), (number.end, right)
    words_after = folded[after[0] - offset : after[1] - offset]
    if number.kind in ("date", "year", "time"):
        start = after[0] + (1 if words_after[:1] == "起" else 0)
        span = _trim(folded, offset, (start, right), post=True)
        return span or _trim(folded, offset, before, post=False)
    if number.kind == "duration" and (joined := _OF_TIME.match(words_after)):
        span = _trim(folded, offset, (after[0] + joined.end(), after[1]), post=True)
        if span is not None:
            return span
    if taken > left:
        fresh = _ADVERB.match(words_after)
        span = _trim(folded, offset, (after[0] + (fresh.end() if fresh else 0), after[1]), post=True)
        if span is not None and span[1] - span[0] >= 2:
            return span
    if (
        words_after.strip()
        and not _NO_POST.match(words_after.lstrip())
        and number.kind not in ("percent", "points", "fraction", "multiple")
    ):
        span = _trim(folded, offset, after, post=True)
        if span is not None and span[1] - span[0] >= 2:
            return span
    span = _trim(folded, offset, before, post=False)
    return span or _trim(folded, offset, after, post=True)


def _trim(folded: str, offset: int, span: Span, *, post: bool) -> Span | None:
    """Drop white space, adverbs in front and link words behind; None when nothing is left."""
    words = folded[span[0] - offset : span[1] - offset]
    start = len(words) - len(words.lstrip())
    end = len(words.rstrip())
    if post:
        cut = _TRIM_POST.search(words, start, end)
        end = cut.start() if cut and cut.start() > start + 1 else end
    elif lead := _LEAD.match(words, start, end):
        start = lead.end()
    tail = _TAIL.search(words, start, end)
    if tail and (tail.start() > start or not post):
        end = tail.start()
    while end > start and words[end - 1] in _CLOSING and not any(mark in words[start:end] for mark in '“「『"‘《'):
        end -= 1
    return (span[0] + start, span[0] + end) if end > start else None


_CLOSING = frozenset("”’」』》\"'")


_CUE = re.compile(
    r"一共|总共|共计|合计|共有|(?<!公)共(?![同享建治产和青])|已经|已|目前|累计|全年|(?<!既)有(?![效关机])|达|为|的|,|。|:|\(|、"
)
_NOUN_END = re.compile(r"(?:方面|街道|中心|平台|街坊|小区|大板房|社区|委员会|居委会|部门|[队站所村院校局会])$")
_NO_SUBJECT = re.compile(
    r"^(?:[对在为由将把以从向使给按]|针对|面向|面对|根据|按照|通过|积极|更加|进一步|不断|持续|深入|扎实|切实|认真)|[0-9]"
)


def _subject(folded: str, offset: int, number: Number, indicator: Span) -> Span:
    """The noun the sentence begins with, up to the first verb-like cue; the empty span when it begins otherwise."""
    lead = _PERIOD_LEAD.match(folded)
    start = lead.end() if lead else 0
    cue = _CUE.search(folded, start)
    end = cue.start() if cue else 0
    blank = (number.start, number.start)
    words = folded[start:end]
    if cue is None or not 2 <= end - start <= 16 or offset + end > number.start or offset + start >= indicator[0] or cue[0] == "的":
        return blank
    if _NO_SUBJECT.search(words) and not words.endswith("街坊"):
        return blank
    if cue[0] in ",。:(、" and not _NOUN_END.search(words):
        return blank
    return (offset + start, offset + end)


_PERIOD = re.compile(
    r"截[至止](?:到)?(?:目前|今年|(?=\d|[一二十])(?:\d{4}年)?(?:\d{1,2}月)?(?:\d{1,2}日)?(?:底|末)?)|到目前|目前|今年(?:以来|来)?|去年|全年|一年来|上半年|下半年|前?[一二三四]季度|"
    r"(?:\d{4}|[一二][一二三四五六七八九〇○零]{3})年(?:度|底|末|初)?(?:\d{1,2}月)?|\d{1,2}月\d{1,2}日(?:起)?|(?:年底|年内)|期间|五年来|十年来|明年|本年度"
)
_PERIOD_LEAD = re.compile(
    r"(?:(?:截[至止]目前|今年以来|今年来|今年|一年来|全年|目前|此外|同时|其中|期间|\d{4}年|[一二三四五六七八九十]是)[,、]?)+"
)


def _period(folded: str, offset: int, number: Number) -> Span:
    """The last words of time before a figure in its sentence; the empty span when there are none."""
    last = None
    for found in _PERIOD.finditer(folded, 0, number.start - offset):
        last = found
    return (offset + last.start(), offset + last.end()) if last else (number.start, number.start)
