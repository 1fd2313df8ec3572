"""One indicator over the years: what every report prints of it, each figure with its sentence; nothing averaged, nothing filled in.

An indicator is named by the words a report puts before a figure, without the verb (粮食产量达到 is 粮食产量). Figures are of one series
only where name, what is measured (a level, a rate of growth), what it is said as (a result, an aim) and the kind of unit are the same.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from corpus.figures import Figure, plain
from corpus.fold import fold
from corpus.report import Report
from corpus.units import common
from index.words import plain_segment
from qa.when import Times, When

Measure = Literal["level", "up", "down", "more", "less"]  # the value itself; growth or fall in percent; by how much it grew or fell


@dataclass(frozen=True, slots=True)
class Point:
    """One figure of one report, and what it is said of."""

    report: Report
    figure: Figure
    name: str  # of the indicator, a slice of the report: 粮食总产量
    measure: Measure
    when: When

    @property
    def kin(self) -> str:
        """What its value can be set beside: %, money, mass, or a measure word."""
        number = self.figure.number
        return "%" if number.ratio is not None else common(number.unit)[0]

    @property
    def size(self) -> Fraction:
        """The value in the smallest unit of its kin; percent in percent."""
        number = self.figure.number
        return number.ratio * 100 if number.ratio is not None else number.exact * common(number.unit)[1]

    @property
    def link(self) -> str:
        """The address of its sentence."""
        return f"/report/{self.report.report_id}#{self.figure.sentence_id}"

    def to_json(self) -> dict[str, Any]:
        """One row."""
        number, when = self.figure.number, self.when
        sentence = self.report.by_id[self.figure.sentence_id]
        return {
            "report_id": self.report.report_id,
            "title": self.report.about.title,
            "report_year": self.report.about.year,
            "indicator": self.name,
            "measure": self.measure,
            "printed": number.printed,
            "value": plain(number),
            "upper": None if number.upper is None else format(number.upper, "f"),
            "unit": number.unit,
            "qualifier": number.qualifier,
            "role": when.role,
            "year": when.year,
            "year_words": when.words,
            "sentence_id": sentence.sentence_id,
            "sentence": sentence.text,
            "link": self.link,
        }


@dataclass(frozen=True, slots=True)
class Series:
    """Figures that can be set beside one another, by the year they are said of; figures of several years or of no said year come last."""

    name: str
    measure: Measure
    role: str
    points: tuple[Point, ...]

    def to_json(self) -> dict[str, Any]:
        """One series."""
        return {"indicator": self.name, "measure": self.measure, "role": self.role, "points": [point.to_json() for point in self.points]}


@dataclass(frozen=True, slots=True)
class Years:
    """What the reports print of an indicator."""

    asked: str
    series: tuple[Series, ...] = ()
    others: tuple[tuple[str, int], ...] = ()  # names that hold the words asked for and others, with how many figures

    def to_json(self) -> dict[str, Any]:
        """The whole answer."""
        return {
            "indicator": self.asked,
            "series": [one.to_json() for one in self.series],
            "others": [{"indicator": name, "count": count} for name, count in self.others],
        }


class YearBook:
    """Every figure of many reports with its name, ready to be asked."""

    def __init__(self, figures: Iterable[tuple[Report, Sequence[Figure]]]) -> None:
        self._rows: list[tuple[Report, Figure, str, str]] = []  # with the name as printed, and without what changes nothing
        self._times: dict[str, Times] = {}
        for report, found in figures:
            self._times[report.report_id] = Times(report)
            self._rows.extend((report, figure, name, _bare(name)) for figure, name in named(report, found))

    def years(self, asked: str) -> Years:
        """The series of an indicator, asked for in everyday words (GDP增长, 粮食产量, 财政赤字率)."""
        measures = _asked_measures(asked)
        wanted = [name_words(one) for one in _spellings(_MEASURED.sub("", fold(asked).strip()) or fold(asked))]
        points: list[Point] = []
        others: dict[str, int] = defaultdict(int)
        for report, figure, name in self._holding(frozenset().union(*wanted)):
            words = name_words(name)
            point = self._point(report, figure, name)
            if (_fit(wanted[0], words) or words in wanted) and (measures is None or point.measure in measures):
                points.append(point)
            elif words not in wanted and any(one <= words for one in wanted) and len(name) <= _LONGEST_NAME:
                others[name] += 1
        return Years(asked, _in_series(points), tuple(sorted(others.items(), key=lambda item: (-item[1], item[0])))[:_MOST_OTHERS])

    def common(self, count: int) -> list[str]:
        """The names that most reports print, each of one indicator, to be offered."""
        reports: dict[frozenset[str], set[str]] = defaultdict(set)
        printed: dict[frozenset[str], list[str]] = defaultdict(list)
        holding: dict[str, set[str]] = defaultdict(set)
        for report, figure, name, _ in self._rows:
            if figure.number.ratio is not None or figure.number.value > _FEW:  # 两个积极性 is no statistic
                holding[name].add(report.report_id)
        for name in sorted(holding, key=lambda name: -len(holding[name]))[: 8 * count]:
            if 3 <= len(name) <= _LONGEST_NAME and len(holding[name]) > 1:
                reports[name_words(name)] |= holding[name]
                printed[name_words(name)].append(name)
        best = sorted(reports, key=lambda words: (-len(reports[words]), printed[words][0]))[:count]
        return [printed[words][0] for words in best]

    def _point(self, report: Report, figure: Figure, name: str) -> Point:
        measured = measure_of(report, figure)
        return Point(report, figure, name, measured, self._times[report.report_id].when(figure, grows=measured != "level"))

    def _holding(self, words: frozenset[str]) -> Iterator[tuple[Report, Figure, str]]:
        """Figures whose name has one of some words."""
        for report, figure, name, bare in self._rows:
            if any(word in bare for word in words):
                yield report, figure, name


_COUNTED = frozenset({"count", "money", "measure", "percent", "points", "fraction", "multiple"})
_FEW = 20
_MOST_OTHERS = 12  # names shown beside
_LONGEST_NAME = 16  # characters; a longer one is half a sentence

# ---- names ----------------------------------------------------------------------------------------------------------

# Possessive, with the longest words first: linear in the text, whatever it repeats.
_BEFORE_NAME = re.compile(
    r"^(?:提出|计划|力争|争取|确保|预计|实现|完成|保持|今年|明年|去年|上年|全年|当年|本年|五年|十年|年末|首先是|其中|总体|并且|逐年|(?:19|20)\d\d年|"
    r"年均|平均每年|平均|累计|国内外|确定的|安排|继续|努力|没有|达到|[来的要将拟使再但且并也又已还与和在到从由对,、:])++"
)
_AFTER_NAME = re.compile(
    r"(?:突破|达到|实现|保持|稳定|控制|维持|应该|一直|预期|从去年|从上年|去年|上年|逐年|(?:从|由)?(?:19|20)\d\d年(?:底|末)?的?|连年|连续|预计|计划|"
    r"安排|继续|大幅|较快|稳步|首次|跃上|年均|平均每年|每年平均|平均|累计|总体|比[上去]年|比上一年|同比|较上年|与上年相比|实际|涨幅|增幅|增速|降幅|"
    r"增长|增加|增产|提高|上升|上涨|回升|增至|升至|降到|下降|减少|减产|降低|回落|降至|减至|翻了?|扩大|净增|多达|高达|可达|分别|合计|共计|"
    r"[占都来的要将拟就也又已还却只为是有在到从由按达约近超过至均,、])++$"
)
_NUMERAL = re.compile(r"[0-9０-９]")
_HAN = re.compile(r"[\u4e00-\u9fffa-z]")
_EMPTY_NAME = re.compile(r"(?:新?台阶|大关|水平|比重|速度|以来|目标|要求)?")
_LIGHT = frozenset(("当年", "全年", "的", "总", "人数", "人口", "数", "拟", "按", "预算", "水平", "总水平"))
_WHERE = re.compile(r"^(?:我国|中国|全国|全社会|全区|全市|街道)+(?=..)")
_HEADS = re.compile(r"(?<=[就失]业)(?:人数|人口)$")
_TOTAL = re.compile(r"总(?=产量|产值|收入|支出|量|额|水平)")


def named(report: Report, figures: Sequence[Figure]) -> Iterator[tuple[Figure, str]]:
    """Figures with the names of their indicators, slices of the report; figures without one are left out.

    Where a figure's own words name nothing (比上年增长9%) its name is the subject's, else that of the figure before it in the sentence.
    """
    last, last_id = "", ""
    for figure in figures:
        name = next(filter(_names, map(_plain_name, _sayings(report, figure))), last if figure.sentence_id == last_id else "")
        if figure.number.kind in _COUNTED and (figure.number.unit or figure.number.ratio is not None):
            last, last_id = name, figure.sentence_id
            if name:
                yield figure, name


def _sayings(report: Report, figure: Figure) -> Iterator[str]:
    """Slices that may name what a figure counts, likeliest first: its indicator, its subject, the words that its clause begins with."""
    start, end = figure.indicator_span
    yield report.text[max(0, start - 2) : end] if fold(report.text[max(0, start - 2) : start]) == "新增" else figure.indicator
    yield figure.subject
    yield _NUMERAL.split(report.text[figure.segment_span[0] : figure.start], maxsplit=1)[0]


def _names(name: str) -> bool:
    return _EMPTY_NAME.fullmatch(fold(name)) is None


def _plain_name(words: str) -> str:
    folded = fold(words)
    start = lead.end() if (lead := _BEFORE_NAME.match(folded)) else 0
    tail = _AFTER_NAME.search(folded, start)
    return words[start : tail.start() if tail else len(words)]


def _bare(name: str) -> str:
    """A folded name without 全国, 总 and the like."""
    return _HEADS.sub("", _TOTAL.sub("", _WHERE.sub("", fold(name))))


@lru_cache(maxsize=65536)
def name_words(name: str) -> frozenset[str]:
    """The words that make a name, without those that change nothing: 粮食总产量 and 全国粮食产量 have the same."""
    found = plain_segment(_bare(name))
    return frozenset(word for word in found if word not in _LIGHT and _HAN.search(word)) or frozenset(found)


@lru_cache(maxsize=1)
def _groups() -> tuple[tuple[str, ...], ...]:
    lines = (Path(__file__).parent / "same_indicators.tsv").read_text(encoding="utf-8").splitlines()
    return tuple(tuple(line.split("\t")) for line in lines if line and line[0] != "#")


def _spellings(asked: str) -> list[str]:
    """What is asked for, and the other names of it."""
    mine = name_words(asked)
    return [asked, *(other for group in _groups() if any(name_words(one) == mine for one in group) for other in group)]


def _fit(wanted: frozenset[str], name: frozenset[str]) -> bool:
    """Whether a name is what is wanted: the same words, or fewer that still end in the same noun (赤字率 for 财政赤字率)."""
    return wanted == name or (name < wanted and any(len(word) > 2 for word in name & wanted) and _head(wanted) in name)


def _head(words: frozenset[str]) -> str:
    return max(words, key=lambda word: (word.endswith(("率", "量", "额", "数", "值")), len(word)))


# ---- what is measured --------------------------------------------------------------------------------------------------

_MEASURED = re.compile(r"(?:的)?(?:增长率?|增速|增幅|涨幅|上涨|增加|下降|降幅|减少)$")
_ASKED: tuple[tuple[re.Pattern[str], frozenset[Measure]], ...] = (
    (re.compile(r"(?:增长率?|增速|增幅|涨幅|上涨)$"), frozenset({"up", "down"})),
    (re.compile(r"(?:增加)$"), frozenset({"up", "more"})),
    (re.compile(r"(?:下降|降幅|减少)$"), frozenset({"down", "less"})),
)
_GROWS = re.compile(r"(?:增长|增加|增产|提高|上升|上涨|回升|扩大|净增|涨幅|增幅|增速)(?:了|控制在|为|达|达到|保持|约|在)?$")
_FALLS = re.compile(r"(?:下降|减少|减产|降低|回落|缩小|降幅)(?:了|为|达|达到|约)?$")


def _asked_measures(asked: str) -> frozenset[Measure] | None:
    return next((measures for pattern, measures in _ASKED if pattern.search(fold(asked).strip())), None)


def measure_of(report: Report, figure: Figure) -> Measure:
    """Whether a figure is a level, a growth or a fall: the verb right before it tells (增加到 is a level)."""
    before = fold(report.text[max(0, figure.start - 12) : figure.start]).rstrip()
    rate = figure.number.ratio is not None or figure.number.kind == "multiple"
    if _GROWS.search(before):
        return "up" if rate else "more"
    if _FALLS.search(before):
        return "down" if rate else "less"
    return "level"


# ---- series ------------------------------------------------------------------------------------------------------------


def _in_series(points: Iterable[Point]) -> tuple[Series, ...]:
    groups: dict[tuple[frozenset[str], Measure, str, str], list[Point]] = defaultdict(list)
    for point in points:
        groups[name_words(point.name), point.measure, point.when.role, point.kin].append(point)
    series = [_one_series(found) for found in groups.values()]
    return tuple(sorted(series, key=lambda one: (_ROLES.index(one.role), one.measure != "level", -len(one.points), one.name)))


_ROLES = ("result", "aim", "span", "unsaid")


def _one_series(points: list[Point]) -> Series:
    """Points by year, then report; the name printed most often names the series."""
    names = [point.name for point in points]
    ordered = sorted(points, key=_by_year)
    return Series(max(names, key=lambda name: (names.count(name), -len(name))), points[0].measure, points[0].when.role, tuple(ordered))


def _by_year(point: Point) -> tuple[bool, int, int, str, int]:
    year, report = point.when.year, point.report
    return year is None, year or 0, report.about.year or 0, report.report_id, point.figure.start
