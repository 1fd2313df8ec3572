"""Usage at a glance: charts by day, the same in a table, and lists of reasons and topics with a bar each."""

from collections.abc import Sequence

from qa.log import Day, Log
from qa.web import texts_tools as words
from qa.web.html import text
from qa.web.page import Site
from qa.web.render import notice_html
from qa.web.staff_html import address
from qa.web.usage_chart import by_day

SPANS = (7, 30, 90)


def usage_html(site: Site, log: Log, last_days: int) -> str:
    """The last days in figures and bars."""
    days = log.days(last_days)
    spans = "".join(
        f'<a href="{address(site, "/usage", days=span)}"'
        f'{" aria-current=page" if span == last_days else ""}>{words.USAGE_LAST.format(days=span)}</a>'
        for span in SPANS
    )
    chosen = f'<nav class="yj-sub" aria-label="{words.USAGE_DAYS}">{spans}</nav>'
    if not any(day.asked for day in days):
        return f'{chosen}<div class="yj-notes">{notice_html(words.USAGE_NOTHING)}</div>'
    reasons = [(words.REASONS.get(reason, reason), count) for reason, count in log.reasons(last_days)]
    topics = [(section.replace("\n", " "), count) for section, count in log.topics(last_days)]
    return f"{chosen}{_totals(days)}{_by_day(days)}{_bars(words.USAGE_REASONS, reasons)}{_bars(words.USAGE_TOPICS, topics)}"


def _totals(days: Sequence[Day]) -> str:
    asked, answered = sum(day.asked for day in days), sum(day.answered for day in days)
    busy = [day for day in days if day.asked]
    median = sorted(day.median for day in busy)[len(busy) // 2]
    rows = (
        (words.USAGE_ASKED, str(asked)),
        (words.USAGE_ANSWERED, words.USAGE_SHARE.format(share=round(100 * answered / asked))),
        (words.USAGE_UP, str(sum(day.up for day in days))),
        (words.USAGE_DOWN, str(sum(day.down for day in days))),
        (words.USAGE_TOOK, words.USAGE_MILLISECONDS.format(milliseconds=round(median))),
    )
    return f'<dl class="yj-totals">{"".join(f"<div><dt>{label}</dt><dd>{value}</dd></div>" for label, value in rows)}</dl>'


def _by_day(days: Sequence[Day]) -> str:
    rows = "".join(map(_day, (day for day in reversed(days) if day.asked or len(days) <= SPANS[0])))
    head = "".join(
        f'<th scope="col">{label}</th>' for label in words.USAGE_COLUMNS
    )
    return (
        f'{by_day(days)}<table class="yj-bars yj-below" aria-label="{words.USAGE_BY_DAY}"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    )


def _day(day: Day) -> str:
    share = words.USAGE_SHARE.format(share=round(100 * day.answered / day.asked)) if day.asked else words.DASH
    usual = words.USAGE_MILLISECONDS.format(milliseconds=round(day.median)) if day.asked else words.DASH
    slow = words.USAGE_MILLISECONDS.format(milliseconds=round(day.slowest)) if day.asked else words.DASH
    return (
        f'<tr><th scope="row">{day.day[5:]}</th><td>{day.asked}</td><td>{share}</td><td>{usual}</td><td>{slow}</td></tr>'
    )


def _bars(title: str, rows: Sequence[tuple[str, int]]) -> str:
    if not rows:
        return ""
    most = max(count for _, count in rows)
    lines = "".join(
        f'<li><span class="yj-bars__l">{text(label)}</span><span class="yj-bars__b">{_bar(count, most)}<span>{count}</span></span></li>'
        for label, count in rows
    )
    return f'<h2 class="yj-h2 yj-below">{title}</h2><ul class="yj-bars yj-bars--list">{lines}</ul>'


def _bar(count: int, most: int) -> str:
    """A bar, as long as its share of the longest."""
    return f'<span class="yj-bar__o" aria-hidden="true"><span class="yj-bar__a" style="width:{round(100 * count / most)}%"></span></span>'
