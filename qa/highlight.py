"""Which words of a cited sentence answer: the figure, the date, the listed items, or the clause; by offset, never by match of text.

What is marked follows what is asked: 多少 marks a figure, 什么时候 a date, 哪些 the items of an enumeration. Among several
figures the one wins whose own clause shares most with the question.
"""

import itertools
import re
from collections.abc import Sequence
from functools import lru_cache

from corpus.figures import Figure, figures_of_text
from corpus.fold import fold
from corpus.numerals import Number, same_value
from corpus.report import Sentence
from index.rows import clause_spans
from qa.asked import numbers_of, wishes
from qa.normalise import Query
from qa.retrieve import dice, pair_set

Span = tuple[int, int]  # offsets into the report

_SMALL_CLAUSE_END = re.compile(r"[,，;；。！？!?:：、()（）](?!\d)|(?<!\d)[,，、]")
_TIME_KINDS = frozenset(("date", "year", "time", "duration"))
_TIME_WORDS = re.compile(r"年底前?|年内|目前|截至目前|全年|今年(?:以来)?|[一两三四五六七八九十]+年内|每季度|期间")
_EDGE = " ,，。;；:：、！!？?"
_NAMING = frozenset(("ordinal", "age", "date", "year"))
_COUNT = re.compile(r"数[?？。]*$")
_TOTAL = re.compile(r"一共|总共|总数|共有|合计|全部")
_RANK = re.compile(r"第几|排名|名次|排(?:在|到)?第")
_LEFT = re.compile(r"还有|还剩|剩下|没有?(?:签|化|完|改|办|弄|解)|未|尚|还差")
_DONE = re.compile(r"完成|结束|已经|[做装改修建办弄搞]好|[决化解签办改装建]了(?=几|多少)")
_NOT_DONE = re.compile(rf"{_LEFT.pattern}|{_TOTAL.pattern}|还?要(?!紧)|年底前|年内|计划|准备|打算")
_TOLD_DONE, _PLANNED = re.compile(r"已|完成|累计"), re.compile(r"计划|力争|预计|拟|将")
_UNIT_ASKED = re.compile(r"(?:几|多少)个?(?P<unit>人次|剂次|家次|小时|[\u4e00-\u9fff])")


def highlights(query: Query, sentence: Sentence, clause: Span | None, kind: str) -> tuple[Span, ...]:
    """The stretches of a sentence that answer.

    Args:
        query: what was asked.
        sentence: the sentence cited.
        clause: the stretch that retrieval found nearest (bank quote or clause window), offsets into the report.
        kind: kind of question.
    """
    numbers = numbers_of(sentence.text)
    asked_for = [n for n in numbers if any(same_value(want, n) for want in query.numbers)]
    slots = {slot.name for slot in wishes(query.text)} | ({"count"} if _COUNT.search(query.text) else set())
    if slots & {"count", "rate"}:
        asked_for = [n for n in asked_for if n.kind not in _NAMING]  # 第九批受理了多少户 asks for the 户
    if asked_for:
        spans = [(n.start, n.end) for n in asked_for]
    elif slots & {"when", "duration"} and (times := _times(sentence.text, numbers)):
        spans = [_nearest(query, sentence, times, clause)]
    elif kind == "list" and (items := list_items(query, sentence, clause)):
        return items
    elif slots & {"count", "rate", "money"} and (figures := [n for n in numbers if n.kind not in _TIME_KINDS]):
        return tuple((sentence.start + n.start, sentence.start + n.end) for n in _best_figures(query, sentence, figures, clause))
    else:
        return (_clause(query, sentence, clause),)
    return tuple((sentence.start + a, sentence.start + b) for a, b in spans)


def _times(text: str, numbers: Sequence[Number]) -> list[Span]:
    spans = [(n.start, n.end) for n in numbers if n.kind in _TIME_KINDS]
    return sorted(spans + [match.span() for match in _TIME_WORDS.finditer(text)])


def _nearest(query: Query, sentence: Sentence, spans: Sequence[Span], clause: Span | None) -> Span:
    return max(spans, key=lambda span: _affinity(query, sentence, span, clause))


def _affinity(query: Query, sentence: Sentence, span: Span, clause: Span | None) -> float:
    """How much the surroundings of a span (offsets into the sentence) have to do with the question."""
    start, end = _small_clause(sentence.text, span)
    near = dice(pair_set(query.lexical), pair_set(sentence.text[start:end]))
    inside = clause is not None and clause[0] <= sentence.start + span[0] and sentence.start + span[1] <= clause[1]
    narrow = len(sentence.text) / (2 * max(1, clause[1] - clause[0])) if clause and inside else 0.0
    return near + 0.1 * min(narrow, 3.0)


def _small_clause(text: str, span: Span) -> Span:
    """The stretch between punctuation marks around a span."""
    start = max((m.end() for m in _SMALL_CLAUSE_END.finditer(text, 0, span[0])), default=0)
    after = _SMALL_CLAUSE_END.search(text, span[1])
    return start, after.start() if after else len(text)


def _best_figures(query: Query, sentence: Sentence, figures: Sequence[Number], clause: Span | None) -> list[Number]:
    """The figure whose clause fits best; all of that clause when it prints several of the asked unit."""
    asked = _UNIT_ASKED.search(query.text)
    unit = asked["unit"] if asked else ""
    wants_rate = any(slot.name == "rate" for slot in wishes(query.text))
    wants_done = bool(_DONE.search(query.text)) and not _NOT_DONE.search(query.text)

    def fit(number: Number) -> float:
        bonus = 0.25 if unit and number.unit.endswith(unit) else 0.0
        if number.ratio is not None:
            bonus += 0.5 if wants_rate else -0.5
        if number.kind == "ordinal":
            bonus += 1.0 if _RANK.search(query.text) else -0.5
        if number.kind == "age" and "岁" not in query.text:
            bonus -= 0.5
        around = sentence.text[slice(*_small_clause(sentence.text, (number.start, number.end)))]
        if _LEFT.search(query.text) and _LEFT.search(around):
            bonus += 1.0
        if wants_done and _TOLD_DONE.search(around) and not _PLANNED.search(around):
            bonus += 0.8  # 推进14个小区, of which 完成11个
        return bonus + _affinity(query, sentence, (number.start, number.end), clause) + _indicated(query, sentence.text, number)

    best = max(figures, key=fit)
    home = _small_clause(sentence.text, (best.start, best.end))
    return [n for n in figures if home[0] <= n.start < home[1] and n.unit == best.unit]


def _indicated(query: Query, text: str, number: Number) -> float:
    """How much of what a figure counts, by the register, the question names, its subject aside: 0 to 1.

    签约 of 293产 against 大板房签了多少 counts; 内江大板房, of which 签约 and 抽户 are told, is a total: it counts when nothing
    closer is named.
    """
    figures = _register(text)
    found = next((figure for figure in figures if figure.start == number.start), None)
    if found is None or not found.indicator:
        return 0.0
    subjects = {figure.subject for figure in figures if figure.subject}
    if found.indicator in subjects:
        return 0.6 if _TOTAL.search(query.text) else 0.1
    about = found.subject or next((subject for subject in subjects if found.indicator.startswith(subject)), "")
    indicator = fold(found.indicator.removeprefix(about))
    asked = set(query.lexical) - set(fold(about))
    return sum(char in asked for char in indicator) / len(indicator) if indicator else 0.0


@lru_cache(maxsize=10_000)
def _register(text: str) -> tuple[Figure, ...]:
    return figures_of_text(text)


def list_items(query: Query, sentence: Sentence, clause: Span | None) -> tuple[Span, ...]:
    """The items of the enumeration (、) that fits best; () when the sentence lists nothing."""
    runs = _enumerations(sentence.text)
    if not runs:
        return ()
    best = max(runs, key=lambda run: _affinity(query, sentence, (run[0][0], run[-1][1]), clause) + 0.02 * len(run))
    return tuple((sentence.start + a, sentence.start + b) for a, b in best)


def _enumerations(text: str) -> list[list[Span]]:
    """Runs of two or more items joined by 、, each item cut to its own words."""
    runs = []
    for start, end in clause_spans(text):
        cuts = [start, *(i + 1 for i in range(start, end) if text[i] == "、" and not _in_title(text, i)), end]
        if len(cuts) < 3:
            continue
        items = [_trim(text, a, b) for a, b in itertools.pairwise(cuts)]
        items[0] = _after_verb(text, items[0])
        counted = any(items[0][0] <= n.start < items[0][1] for n in numbers_of(text))
        items[-1] = _before_tail(text, items[-1], counted=counted)
        items = [_balanced(text, *item) for item in items]
        runs.append([item for item in items if item[0] < item[1]])
    return [run for run in runs if len(run) >= 2]


def _in_title(text: str, place: int) -> bool:
    """Inside 《》: a mark there joins nothing."""
    return text.rfind("《", 0, place) > text.rfind("》", 0, place)


def _trim(text: str, start: int, end: int) -> Span:
    while start < end and text[start] in _EDGE:
        start += 1
    while end > start and text[end - 1] in _EDGE:
        end -= 1
    return start, end


_LEAD_IN = re.compile(
    r"^.*(?:现有|包括|安装|通过|完成|配合|实施|涵盖|以|对|在|为|向|由|被|做好|建立|协调|组织|开展|落实|推出|有|是|将|配送至|及)(?=[^、]{2,})"
)
_TAIL = re.compile(r"等|的|为|方面|作用|工作|”")


def _after_verb(text: str, item: Span) -> Span:
    """The first item without what leads up to the enumeration."""
    match = _LEAD_IN.match(text[item[0] : item[1]])
    return (item[0] + match.end(), item[1]) if match and match.end() < item[1] - item[0] - 1 else item


def _before_tail(text: str, item: Span, *, counted: bool) -> Span:
    """The last item without what follows the enumeration; a figure ends an uncounted one (守法普法3个专项小组)."""
    start, end = item
    numbers = [n for n in numbers_of(text) if start + 2 <= n.start and n.end <= end]
    if numbers:
        end = numbers[0].end if counted else numbers[0].start
        return start, end - (text[end - 1] == "等")
    match = _TAIL.search(text, start + 2, end)
    return (start, match.start()) if match else item


def _balanced(text: str, start: int, end: int) -> Span:
    """Without a quotation mark whose partner stands in another item or outside the enumeration."""
    if text[start : start + 1] == "“" and "”" not in text[start:end]:
        start += 1
    if text[end - 1 : end] == "”" and "“" not in text[start:end]:
        end -= 1
    return start, end


def _clause(query: Query, sentence: Sentence, clause: Span | None) -> Span:
    """The clause that fits best, without the punctuation at its ends."""
    spans = clause_spans(sentence.text)
    if clause and sentence.start <= clause[0] and clause[1] <= sentence.end and clause[1] - clause[0] < len(sentence.text):
        start, end = clause[0] - sentence.start, clause[1] - sentence.start
    else:
        start, end = max(spans, key=lambda span: dice(pair_set(query.lexical), pair_set(sentence.text[span[0] : span[1]])))
    start, end = _trim(sentence.text, start, end)
    return sentence.start + start, sentence.start + end
