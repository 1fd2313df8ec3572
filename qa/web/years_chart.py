"""Figures over the years as an SVG of points: one chart for what can be measured on one axis, nothing drawn where nothing is printed.

Points of one series are joined only from one year to the next; a gap stays a gap. Every point links to its sentence.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor, log10

from corpus.units import common
from qa.over_years import Measure, Point, Series
from qa.over_years_table import MEASURES, ROLES
from qa.web import texts_tools as words
from qa.web.html import text

_FEWEST = 3  # years
_WIDTH, _HEIGHT = 880, 330
_LEFT, _RIGHT, _TOP, _BOTTOM = 86, 22, 34, 46
_MARKS = ("circle", "diamond", "square", "triangle")
_SIZE = 6.5
_PLACES = tuple((Fraction(10**power), name) for power, name in words.PLACES)


@dataclass(frozen=True, slots=True)
class Chart:
    """Series that share an axis: the same kind of unit, and the same thing measured."""

    measure: Measure
    series: tuple[Series, ...]

    @property
    def points(self) -> list[Point]:
        """Every point that has a year, and stands in the chart."""
        return [point for one in self.series for point in one.points if point.when.year is not None]


def charts(series: Iterable[Series]) -> list[Chart]:
    """The charts of some series; what has figures of fewer than three years is left to the table."""
    by_axis: dict[tuple[str, Measure], list[Series]] = defaultdict(list)
    for one in series:
        if one.role in ("result", "aim"):
            by_axis[one.points[0].kin, one.measure].append(one)
    found = [Chart(measure, tuple(group)) for (_, measure), group in by_axis.items()]
    return [chart for chart in found if len({point.when.year for point in chart.points}) >= _FEWEST]


def chart_html(chart: Chart, base: str, number: int) -> str:
    """One chart with its key; the table below holds the same figures."""
    axis = _Axis(chart)
    title = words.YEARS_CHART.format(name=chart.series[0].name, measure=MEASURES[chart.measure], unit=axis.unit)
    note = f'<p class="yj-chart__n">{text(words.YEARS_CONVERTED.format(unit=axis.bare))}</p>' if axis.converted else ""
    drawn = "".join(_series(axis, one, place, base) for place, one in enumerate(chart.series))
    return (
        f'<figure class="yj-chart"><figcaption id="chart-{number}">{text(title)}</figcaption>{_key(chart)}'
        f'<div class="yj-chart__w" tabindex="0" role="region" aria-labelledby="chart-{number}">'
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="group" aria-labelledby="chart-{number}">{_grid(axis)}{drawn}</svg></div>'
        f'<p class="yj-chart__n yj-chart__wipe">{words.YEARS_WIPE}</p>{note}</figure>'
    )


class _Axis:
    """Years across, values up from zero, in the unit that is printed most."""

    def __init__(self, chart: Chart) -> None:
        points = chart.points
        units = Counter(point.figure.number.unit for point in points)
        self.bare = units.most_common(1)[0][0]
        self.converted = len({common(unit)[1] for unit in units}) > 1
        self._one = Fraction(1) if points[0].kin == "%" else common(self.bare)[1]
        highest = max(self.value(point)[1] for point in points)
        self._place, prefix = next(((size, name) for size, name in _PLACES if highest >= size), (Fraction(1), ""))
        self.unit = "%" if points[0].kin == "%" else prefix + self.bare
        self.step = _step(highest, self._place)
        self.high = max(1, ceil(highest / self.step))
        years = [point.when.year or 0 for point in points]
        self.first, self.last = min(years), max(years)

    def value(self, point: Point) -> tuple[Fraction, Fraction]:
        """Both ends of a point's value in the unit of the axis, the same twice where it is one number."""
        number = point.figure.number
        size = point.size / self._one
        upper = size if number.upper is None else size * Fraction(number.upper) / number.exact
        return size, upper

    def x(self, year: int) -> float:
        """Place of a year."""
        return round(_LEFT + 12 + (year - self.first) / max(1, self.last - self.first) * (_WIDTH - _LEFT - _RIGHT - 24), 1)

    def y(self, value: Fraction) -> float:
        """Place of a value."""
        share = float(value / self.step / self.high)
        return round(_HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM), 1)

    def label(self, tick: int) -> str:
        """A value of the axis in words: 900."""
        value = tick * self.step / self._place
        return format((Decimal(value.numerator) / Decimal(value.denominator)).normalize(), "f")


def _step(span: Fraction, place: Fraction) -> Fraction:
    """A round distance between lines, four to seven of them: 1, 2 or 5 times a power of ten.

    >>> _step(Fraction(1361), Fraction(1)), _step(Fraction(14), Fraction(1))
    (Fraction(200, 1), Fraction(2, 1))
    """
    rough = span / place / 7
    power = Fraction(10) ** floor(log10(rough)) if rough else Fraction(1)
    return next(power * size for size in (1, 2, 5, 10) if power * size >= rough) * place


def _grid(axis: _Axis) -> str:
    lines = []
    for tick in range(axis.high + 1):
        y = axis.y(tick * axis.step)
        lines.append(f'<line class="yj-chart__g" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y}" y2="{y}"/>')
        lines.append(f'<text class="yj-chart__t" x="{_LEFT - 10}" y="{y + 5}" text-anchor="end">{axis.label(tick)}</text>')
    every = max(1, ceil((axis.last - axis.first + 1) / 12))
    for year in range(axis.first, axis.last + 1, every):
        lines.append(f'<text class="yj-chart__t" x="{axis.x(year)}" y="{_HEIGHT - 16}" text-anchor="middle">{year}</text>')
    return f'<g aria-hidden="true">{"".join(lines)}<text class="yj-chart__t" x="6" y="20">{text(axis.unit)}</text></g>'


def _series(axis: _Axis, series: Series, place: int, base: str) -> str:
    points = [point for point in series.points if point.when.year is not None]
    css = f"yj-chart__s yj-chart__s--{series.role} yj-chart__c{place % 4}"
    return f'<g class="{css}">{_joins(axis, points)}{"".join(_point(axis, point, place, base) for point in points)}</g>'


def _joins(axis: _Axis, points: Sequence[Point]) -> str:
    """Lines between neighbouring years that have one figure each."""
    by_year: dict[int, list[Point]] = defaultdict(list)
    for point in points:
        by_year[point.when.year or 0].append(point)
    single = {year: found[0] for year, found in by_year.items() if len({axis.value(point) for point in found}) == 1}
    return "".join(
        f'<line class="yj-chart__j" x1="{axis.x(year)}" y1="{axis.y(axis.value(point)[0])}" '
        f'x2="{axis.x(year + 1)}" y2="{axis.y(axis.value(single[year + 1])[0])}"/>'
        for year, point in single.items()
        if year + 1 in single
    )


def _point(axis: _Axis, point: Point, place: int, base: str) -> str:
    low, high = (axis.y(value) for value in axis.value(point))
    x = axis.x(point.when.year or 0)
    said = words.YEARS_POINT.format(
        year=point.when.year, name=point.name, measure=MEASURES[point.measure], figure=point.figure.printed, role=ROLES[point.when.role]
    )
    span = f'<line class="yj-chart__r" x1="{x}" x2="{x}" y1="{low}" y2="{high}"/>' if low != high else ""
    return (
        f'<a href="{base}{point.link}" aria-label="{text(said)}"><title>{text(said)}</title>{span}'
        f'<circle class="yj-chart__h" cx="{x}" cy="{low}" r="13"/>{_mark(x, low, place)}</a>'
    )


def _mark(x: float, y: float, place: int) -> str:
    """A shape for each series, so that colour is never all that tells them apart."""
    size = _SIZE
    corners = {
        "diamond": ((x, y - size - 1), (x + size + 1, y), (x, y + size + 1), (x - size - 1, y)),
        "square": ((x - size + 1, y - size + 1), (x + size - 1, y - size + 1), (x + size - 1, y + size - 1), (x - size + 1, y + size - 1)),
        "triangle": ((x, y - size - 1), (x + size + 1, y + size), (x - size - 1, y + size)),
    }.get(_MARKS[place % 4])
    if corners is None:
        return f'<circle class="yj-chart__m" cx="{x}" cy="{y}" r="{size}"/>'
    return f'<polygon class="yj-chart__m" points="{" ".join(f"{a:.1f},{b:.1f}" for a, b in corners)}"/>'


def _key(chart: Chart) -> str:
    rows = "".join(
        f'<li><svg class="yj-chart__k" viewBox="0 0 20 20" aria-hidden="true">'
        f'<g class="yj-chart__s yj-chart__s--{one.role} yj-chart__c{place % 4}">{_mark(10, 10, place)}</g></svg>'
        f"{text(words.YEARS_SERIES.format(name=one.name, measure=MEASURES[one.measure], role=ROLES[one.role]))}</li>"
        for place, one in enumerate(chart.series)
    )
    return f'<ul class="yj-chart__l">{rows}</ul>'
