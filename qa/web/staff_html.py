"""The staff desk as HTML: the way in, the log, what was not answered, the bank."""

from collections.abc import Sequence
from datetime import datetime
from html import escape
from urllib.parse import urlencode

from corpus.bank import BankQuestion
from qa.log import CHINA, Entry, Group, Search
from qa.web import texts_tools as words
from qa.web.html import icon, text
from qa.web.page import Site
from qa.web.render import notice_html
from qa.web.staff_deeds import Deed
from qa.web.staff_session import LONGEST_NAME, Session

PAGE = 50  # entries of the log on one page
_OTHERS = 5  # wordings of a group that are shown


def login_html(site: Site, said: str = "", name: str = "") -> str:
    """The way in."""
    wrong = f'<div class="yj-notes">{notice_html(said)}</div>' if said else ""
    return (
        f'<h1 class="yj-h1">{words.STAFF_LOGIN}</h1><p class="yj-lede">{words.STAFF_LEDE}</p>{wrong}'
        f'<form class="yj-form yj-form--small" method="post" action="{site.base}/staff/login">'
        f'<div class="yj-field"><label for="who">{words.STAFF_NAME}</label><input class="yj-input" id="who" name="name" required '
        f'maxlength="{LONGEST_NAME}" autocomplete="name" value="{text(name)}"><p class="yj-small">{words.STAFF_NAME_WHY}</p></div>'
        f'<div class="yj-field"><label for="pw">{words.STAFF_PASSWORD}</label>'
        '<input class="yj-input" id="pw" name="password" type="password" required autocomplete="current-password"></div>'
        f'<div class="yj-btns"><button class="yj-btn yj-btn--main">{words.STAFF_ENTER}</button></div></form>'
    )


def framed(site: Site, session: Session, here: str, title: str, inner: str) -> str:
    """A page of the desk: who is there, the way round, and its content."""
    places = (
        ("", words.STAFF_LOG),
        ("/open", words.STAFF_OPEN),
        ("/bank", words.STAFF_BANK),
        ("/reports", words.STAFF_REPORTS),
        ("/usage", words.STAFF_USAGE),
    )
    links = "".join(
        f'<a href="{site.base}/staff{path}"{" aria-current=page" if path == here else ""}>{label}</a>' for path, label in places
    )
    leave = form_html(site, session, "/logout", f'<button class="yj-act">{icon("back")}{words.STAFF_LEAVE}</button>')
    return (
        f'<div class="yj-staff"><nav class="yj-sub" aria-label="{words.STAFF_NAV}">{links}</nav>'
        f'<div class="yj-staff__who"><span>{text(words.STAFF_SIGNED.format(name=session.name))}</span>{leave}</div></div>'
        f'<h1 class="yj-h1">{title}</h1>\n{inner}'
    )


def form_html(site: Site, session: Session, path: str, inner: str, css: str = "", *, upload: bool = False) -> str:
    """A form that changes something; it carries the session's token."""
    kind = ' enctype="multipart/form-data"' if upload else ""
    return (
        f'<form class="{css}" method="post" action="{site.base}/staff{path}"{kind}>'
        f'<input type="hidden" name="csrf" value="{session.csrf}">{inner}</form>'
    )


def hidden(**values: str) -> str:
    """Fields of a form that nobody sees."""
    return "".join(f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in values.items())


def address(site: Site, path: str, **given: str | int) -> str:
    """A link into the desk, escaped; what is empty is left out."""
    query = urlencode({name: value for name, value in given.items() if value})
    return escape(f"{site.base}/staff{path}{'?' if query else ''}{query}")


def select_html(name: str, label: str, options: dict[str, str], chosen: str) -> str:
    """A choice of one of several."""
    rows = "".join(f'<option value="{value}"{" selected" if value == chosen else ""}>{shown}</option>' for value, shown in options.items())
    return f'<div class="yj-field"><label for="f-{name}">{label}</label><select class="yj-input" id="f-{name}" name="{name}">{rows}</select></div>'


# ---- the log -----------------------------------------------------------------------------------------------------------


def log_html(site: Site, entries: Sequence[Entry], count: int, wanted: Search, page: int) -> str:
    """The log, filtered."""
    rows = "".join(_entry(site, entry) for entry in entries)
    listed = f'<ul class="yj-list">{rows}</ul>' if entries else f'<div class="yj-notes">{notice_html(words.LOG_NONE, "search")}</div>'
    said = words.LOG_COUNT.format(count=count)
    return f'{_filter(site, wanted)}<p class="yj-count" role="status">{said}</p>{listed}{_pages(site, count, wanted, page)}'


def _filter(site: Site, wanted: Search) -> str:
    outcomes = words.OUTCOMES | words.REASONS
    dates = "".join(
        f'<div class="yj-field"><label for="f-{name}">{label}</label>'
        f'<input class="yj-input" id="f-{name}" name="{name}" type="date" value="{text(value)}"></div>'
        for name, label, value in (("first", words.LOG_FIRST, wanted.first), ("last", words.LOG_LAST, wanted.last))
    )
    return (
        f'<form class="yj-tools yj-tools--log" role="search" method="get" action="{site.base}/staff">'
        f'<div class="yj-field yj-field--wide"><label for="k">{words.LOG_SEARCH}</label><input class="yj-input" id="k" name="q" type="search" '
        f'maxlength="100" placeholder="{words.LOG_HINT}" value="{text(wanted.text)}"></div>'
        f"{select_html('outcome', words.LOG_OUTCOME, outcomes, wanted.outcome)}"
        f"{select_html('vote', words.LOG_VOTE, words.VOTES, wanted.vote)}{dates}"
        f'<div class="yj-btns"><button class="yj-btn yj-btn--main">{words.APPLY}</button>'
        f'<button class="yj-btn" name="as" value="csv">{icon("down2")}{words.CSV}</button>'
        f'<button class="yj-btn" name="as" value="xlsx">{icon("down2")}{words.XLSX}</button></div></form>'
    )


def outcome(entry: Entry) -> str:
    """What became of a question, in words."""
    return words.LOG_ANSWERED if entry.answered else words.LOG_REFUSED.format(reason=words.REASONS.get(entry.reason, entry.reason))


def when(at: str) -> str:
    """A time as people write it.

    >>> when("2022-04-01T12:00:05+08:00")
    '2022-04-01 12:00'
    """
    return at[:16].replace("T", " ")


def _entry(site: Site, entry: Entry) -> str:
    css, shape = ("yj-c-ok", "ok") if entry.answered else ("yj-c-none", "nil")
    meant = f'<p class="yj-small">{text(words.LOG_MEANT.format(question=entry.understood))}</p>' if entry.understood else ""
    link = address(site, "/question", q=entry.question)
    asked = f'<a href="{link}">{text(entry.question)}</a>' if entry.question.strip() else f"<span>{words.LOG_EMPTY_QUESTION}</span>"
    return (
        f'<li><p class="yj-list__h">{asked}</p>{meant}<p class="yj-list__m"><span class="{css}">{icon(shape)}{text(outcome(entry))}</span>'
        f"<span>{when(entry.at)}</span><span>{words.LOG_TOOK.format(milliseconds=round(entry.milliseconds))}</span>{_votes(entry)}</p></li>"
    )


def _votes(entry: Entry) -> str:
    up = f"<span>{icon('up')}{words.LOG_UP.format(count=entry.up)}</span>" if entry.up else ""
    why = text(words.LOG_WHY.format(why=entry.why)) if entry.why else ""
    down = f"<span>{icon('down')}{words.LOG_DOWN.format(count=entry.down)}{why}</span>" if entry.down else ""
    return up + down


def _pages(site: Site, count: int, wanted: Search, page: int) -> str:
    if count <= PAGE:
        return ""

    def link(to: int, label: str) -> str:
        there = address(site, "", q=wanted.text, outcome=wanted.outcome, vote=wanted.vote, first=wanted.first, last=wanted.last, page=to)
        return f'<a class="yj-btn" href="{there}">{label}</a>'

    newer = link(page - 1, words.NEWER) if page > 1 else f'<button type="button" class="yj-btn" disabled>{words.NEWER}</button>'
    older = link(page + 1, words.OLDER) if page * PAGE < count else f'<button type="button" class="yj-btn" disabled>{words.OLDER}</button>'
    return f'<div class="yj-pager">{newer}<span class="yj-small">{words.LOG_PAGE.format(page=page)}</span>{older}</div>'


# ---- what was not answered ---------------------------------------------------------------------------------------------


def open_html(site: Site, groups: Sequence[Group], days: int) -> str:
    """Unanswered questions, alike ones together."""
    lede = f'<p class="yj-lede">{words.OPEN_LEDE.format(days=days)}</p>'
    if not groups:
        return f'{lede}<div class="yj-notes">{notice_html(words.OPEN_NONE, "check")}</div>'
    return f'{lede}<ul class="yj-list">{"".join(_group(site, group) for group in groups)}</ul>'


def _group(site: Site, group: Group) -> str:
    (question, _), *others = group.wordings
    reason = words.REASONS.get(group.reason, group.reason)
    rest = ""
    if others:
        rows = "".join(f"<li>{text(wording)}</li>" for wording, _ in others[:_OTHERS])
        rest = f'<details class="yj-fold"><summary>{words.OPEN_OTHERS.format(count=len(others))}</summary><ul>{rows}</ul></details>'
    return (
        f'<li class="yj-list__row"><div><p class="yj-list__h">{text(question)}</p><p class="yj-list__m"><b>{words.OPEN_TIMES.format(count=group.count)}</b>'
        f"<span>{text(reason)}</span><span>{words.OPEN_LAST.format(day=when(group.last)[:10])}</span></p>{rest}</div>"
        f'<a class="yj-btn" href="{address(site, "/question", q=question)}">{words.OPEN_DO}</a></li>'
    )


# ---- the bank ----------------------------------------------------------------------------------------------------------


def leads_to(quote: str, reason: str) -> str:
    """What a bank question leads to, in words."""
    return f"“{quote}”" if quote else words.ASSIGNED_NONE.format(reason=words.BANK_REASONS.get(reason, reason))


def bank_html(site: Site, session: Session, banks: Sequence[tuple[str, str, Sequence[BankQuestion], int]], deeds: Sequence[Deed]) -> str:
    """What staff added, by report: report_id, title, own questions, how many came with the report."""
    lede = words.BANK_LEDE.format(count=sum(shipped for _, _, _, shipped in banks))
    parts = "".join(_bank(site, session, report_id, title, own) for report_id, title, own, _ in banks if own)
    named = [(report_id, title) for report_id, title, _, _ in banks]
    bring = form_html(site, session, "/bank/import", _import_field(named), "yj-import", upload=True)
    rows = "".join(_deed(deed) for deed in deeds)
    history = f'<ul class="yj-list">{rows}</ul>' if rows else f'<p class="yj-small">{words.DEEDS_NONE}</p>'
    return (
        f'<p class="yj-lede">{lede}</p>{parts or f"""<p class="yj-small">{words.BANK_NONE}</p>"""}'
        f'<h2 class="yj-h2 yj-below">{words.BANK_IMPORT}</h2>{bring}<h2 class="yj-h2 yj-below">{words.DEEDS}</h2>{history}'
    )


def _bank(site: Site, session: Session, report_id: str, title: str, own: Sequence[BankQuestion]) -> str:
    rows = "".join(_own(site, session, report_id, entry) for entry in own)
    out = f'<a class="yj-btn" href="{address(site, "/bank/export", report=report_id)}">{icon("down2")}{words.BANK_EXPORT}</a>'
    return (
        f'<h2 class="yj-h2 yj-below">《{text(title)}》</h2><ul class="yj-list">{rows}</ul>'
        f'<div class="yj-btns yj-btns--below">{out}</div>'
    )


def _import_field(reports: Sequence[tuple[str, str]]) -> str:
    """A file, and of which report its questions are where there are several."""
    options = "".join(f'<option value="{escape(report_id)}">{text(title)}</option>' for report_id, title in reports)
    choice = (
        f'<div class="yj-field"><label for="of">{words.BANK_IMPORT_OF}</label>'
        f'<select class="yj-input" id="of" name="report">{options}</select></div>'
    )
    which = choice if len(reports) > 1 else hidden(report=reports[0][0])
    return (
        f'{which}<div class="yj-file"><label for="bank-file">{words.BANK_IMPORT_LABEL}</label>'
        f'<input type="file" id="bank-file" name="file" accept=".jsonl,.txt">'
        f'<label class="yj-btn yj-js" for="bank-file">{icon("doc")}{words.FILE_CHOOSE}</label>'
        f'<span class="yj-file__n" role="status"></span><button class="yj-btn">{words.BANK_IMPORT}</button></div>'
    )


def _own(site: Site, session: Session, report_id: str, entry: BankQuestion) -> str:
    undo = form_html(
        site,
        session,
        "/undo",
        hidden(report=report_id, question=entry.question, back="bank") + f'<button class="yj-btn">{words.UNDO}</button>',
    )
    return (
        f'<li class="yj-list__row"><div><p class="yj-list__h"><a href="{address(site, "/question", q=entry.question, report=report_id)}">'
        f'{text(entry.question)}</a></p><p class="yj-list__q">{text(leads_to(entry.quote, entry.reason))}</p>'
        f'<p class="yj-list__m"><span>{text(by_whom(entry))}</span></p></div>{undo}</li>'
    )


def by_whom(entry: BankQuestion) -> str:
    """Who added a bank question, and when."""
    return words.ASSIGNED_BY.format(name=entry.added_by or words.SOMEONE, day=local(entry.added_at))


def local(at: str) -> str:
    """A stored time, in China's."""
    return datetime.fromisoformat(at).astimezone(CHINA).strftime("%Y-%m-%d %H:%M") if at else words.DASH


def _deed(deed: Deed) -> str:
    led = text(leads_to(deed.quote, deed.reason)) if deed.quote or deed.reason else ""
    did = words.DEED_NAMES.get(deed.did, deed.did)
    return (
        f'<li><p class="yj-list__h">{did} {text(deed.question)}</p><p class="yj-list__q">{led}</p>'
        f'<p class="yj-list__m"><span>{text(deed.who or words.SOMEONE)}</span><span>{when(deed.at)}</span></p></li>'
    )
