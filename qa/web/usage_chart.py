"""Questions and waiting by day as charts, drawn by matplotlib. The page gives them their words and, by its styles, their colours."""

import io
import math
import re
import threading
from collections.abc import Callable, Sequence
from typing import Any

from qa.log import Day
from qa.web import texts_tools as words

_SIZE = (8.8, 2.4)  # inches of 72 units: as wide as the page's column
_MOST_LABELS = 8  # days that are named under a chart
# What matplotlib is told, and what the page shows: the colours of its theme.
_INK, _PALE, _LINE = "#010203", "#040506", "#070809"
_COLOURS = {_INK: "var(--yj-accent)", _PALE: "var(--yj-accent-wash)", _LINE: "var(--yj-ink-2)"}
_PLAIN: dict[Any, Any] = {"svg.fonttype": "none", "axes.edgecolor": _LINE, "xtick.color": _LINE, "ytick.color": _LINE}
_drawing = threading.Lock()  # settings of matplotlib are the whole process's
_GROUP = re.compile(r'<g id="[^"]{1,40}">')  # the same in every drawing
_NOTHING = dict.fromkeys(("Creator", "Date", "Format", "Type"))  # of what the file would say about itself


def by_day(days: Sequence[Day]) -> str:
    """Two charts, oldest day first: questions, dark where they were answered, and milliseconds to an answer."""
    asked = _chart("asked", words.USAGE_BY_DAY, words.USAGE_ASKED_KEY, days, _questions)
    busy = [day for day in days if day.asked]
    return asked + _chart("waited", words.USAGE_WAITED, words.USAGE_WAITED_KEY, busy, _waits)


def _questions(axes: Any, days: Sequence[Day]) -> None:
    answered = [day.answered for day in days]
    axes.bar(range(len(days)), answered, color=_INK, edgecolor=_INK)
    axes.bar(range(len(days)), [day.asked - day.answered for day in days], bottom=answered, color=_PALE, edgecolor=_INK)


def _waits(axes: Any, days: Sequence[Day]) -> None:
    axes.plot(range(len(days)), [day.median for day in days], color=_INK, marker="o", markersize=4)
    axes.plot(range(len(days)), [day.slowest for day in days], color=_INK, marker="o", markersize=4, markerfacecolor=_PALE, linestyle=":")


def _chart(name: str, title: str, key: Sequence[tuple[str, str]], days: Sequence[Day], draw: Callable[[Any, Sequence[Day]], None]) -> str:
    keys = "".join(f'<li><span class="yj-key__c yj-key__c--{kind}" aria-hidden="true"></span>{label}</li>' for kind, label in key)
    return (
        f'<figure class="yj-chart"><figcaption id="{name}">{title}</figcaption><ul class="yj-chart__l">{keys}</ul>'
        f'<div class="yj-chart__w" tabindex="0" role="region" aria-labelledby="{name}">{_drawn(name, days, draw)}</div></figure>'
    )


def _drawn(name: str, days: Sequence[Day], draw: Callable[[Any, Sequence[Day]], None]) -> str:
    """An SVG that takes its colours from the page; hidden from screen readers, for the table says the same."""
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine
    from matplotlib.ticker import MaxNLocator

    room = ConstrainedLayoutEngine(w_pad=0.17, h_pad=0.08)  # inches; the page's letters are a little wider than matplotlib's
    with _drawing, matplotlib.rc_context(_PLAIN | {"svg.hashsalt": name}):
        figure = Figure(figsize=_SIZE, layout=room, facecolor="none")
        axes = figure.add_subplot(facecolor="none")
        draw(axes, days)
        axes.set_ylim(bottom=0)
        axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
        named = range(0, len(days), math.ceil(len(days) / _MOST_LABELS))
        axes.set_xticks(named, [days[place].day[5:] for place in named])
        axes.spines[["top", "right"]].set_visible(False)
        file = io.StringIO()
        FigureCanvasSVG(figure).print_svg(file, metadata=_NOTHING)  # type: ignore[no-untyped-call]
    return _for_page(file.getvalue())


def _for_page(svg: str) -> str:
    """The drawing alone, without the file's head and its own styles."""
    rest = svg.partition("<svg ")[2]
    opening, _, body = rest.partition(">")
    box = opening.partition('viewBox="')[2].partition('"')[0]
    before, _, after = body.partition("<style")
    drawn = _GROUP.sub("<g>", before + after.partition("</style>")[2] if after else body)
    for told, shown in _COLOURS.items():
        drawn = drawn.replace(told, shown)
    return f'<svg viewBox="{box}" aria-hidden="true" class="yj-usage">{drawn}'
